//! `/users/me/rank-rises`: what the own lifts moved.

use serde_json::{Value, json};

use crate::support::spawn_app;

#[tokio::test]
async fn the_own_rises_are_listed_and_nobodys_fall() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    for (lifter, kg) in [(&ada, 100.0), (&ben, 90.0)] {
        let profile = json!({ "weight": 80, "gender": "Male", "shows_points": true });
        lifter.patch("/users/me", &profile).await.expect(200);
        for exercise in ["back_squat", "barbell_bench_press", "deadlift"] {
            lifter.lift(exercise, kg, 1).await;
        }
    }
    let of = async |lifter: &crate::support::Lifter<'_>| -> Vec<Value> {
        lifter.get("/users/me/rank-rises").await.expect(200)["items"].as_array().unwrap().clone()
    };
    let (before, adas) = (of(&ben).await.len(), of(&ada).await);
    ben.lift("deadlift", 200.0, 1).await;
    assert_eq!(of(&ada).await, adas, "nobody is told of a fall");
    let rises = of(&ben).await;
    assert_eq!(rises.len(), before + 3);
    for board in ["overall", "class", "energy"] {
        let rise = rises.iter().find(|rise| rise["board"] == board).unwrap();
        assert_eq!((&rise["from"], &rise["to"], &rise["of"]), (&json!(2), &json!(1), &json!(2)), "{board}");
        assert_eq!((&rise["passed"], &rise["passed_count"]), (&json!(["ada"]), &json!(1)), "{board}");
    }
    // Page by page, the newest first.
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let page = ben.get(&format!("/users/me/rank-rises?limit=2{after}")).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, rises);
    ben.get("/users/me/rank-rises?after=x").await.problem(422);
    app.get("/users/me/rank-rises").await.problem(401);
    // Whoever hides is named no longer.
    ada.patch("/users/me", &json!({ "is_private": true })).await.expect(200);
    assert!(!Value::from(of(&ben).await).to_string().contains("ada"));
}
