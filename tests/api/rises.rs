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

#[tokio::test]
async fn a_rise_among_those_whom_one_follows_and_in_the_guild_is_noted_too() {
    let app = spawn_app().await;
    let names = ["ada", "ben", "cora", "dan", "eve"];
    let mut lifters = Vec::new();
    for (name, kg) in names.into_iter().zip([60.0, 80.0, 100.0, 120.0, 140.0]) {
        let lifter = app.lifter(name).await;
        lifter.patch("/users/me", &json!({ "weight": 80, "gender": "Male" })).await.expect(200);
        for exercise in ["back_squat", "barbell_bench_press", "deadlift"] {
            lifter.lift(exercise, kg, 1).await;
        }
        lifters.push(lifter);
    }
    let [ada, ben, cora, dan, eve] = &lifters[..] else { unreachable!() };
    let rises = async |board: &str| -> Vec<Value> {
        let rises = ada.get("/users/me/rank-rises").await.expect(200);
        rises["items"].as_array().unwrap().iter().filter(|rise| rise["board"] == board).cloned().collect()
    };
    assert_eq!(rises("following").await, Vec::<Value>::new());
    for whom in [ben, cora, eve] {
        crate::follows::follow(ada, whom).await;
    }
    eve.post("/guilds", &json!({ "name": "Iron" })).await.expect(201);
    let code = eve.get("/guilds/me").await.expect(200)["code"].clone();
    for lifter in [ada, dan] {
        lifter.post("/guilds/join", &json!({ "code": code })).await.expect(200);
    }
    // Past ben and cora, not past eve; in the guild past nobody yet.
    for exercise in ["back_squat", "barbell_bench_press", "deadlift"] {
        ada.lift(exercise, 110.0, 1).await;
    }
    let told = rises("following").await;
    let last = &told[0];
    assert_eq!((&last["to"], &last["of"]), (&json!(2), &json!(4)));
    assert_eq!(told.last().unwrap()["from"], 4);
    assert_eq!(told.iter().map(|rise| rise["passed_count"].as_i64().unwrap()).sum::<i64>(), 2);
    let passed: Vec<_> = told.iter().rev().flat_map(|rise| rise["passed"].as_array().unwrap().clone()).collect();
    assert_eq!(passed, ["ben", "cora"]);
    assert_eq!(rises("guild").await, Vec::<Value>::new());
    ada.lift("deadlift", 170.0, 1).await;
    let told = rises("guild").await;
    assert_eq!(
        (&told[0]["from"], &told[0]["to"], &told[0]["of"], &told[0]["passed"]),
        (&json!(3), &json!(2), &json!(3), &json!(["dan"]))
    );
    // Nothing changed among those whom one follows, and nobody is told of a fall.
    assert_eq!(rises("following").await[0], *last);
    assert!(
        dan.get("/users/me/rank-rises").await.expect(200)["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|rise| rise["board"] != "guild")
    );
    // Five boards at most for one lift.
    ada.lift("deadlift", 400.0, 1).await;
    let newest = ada.get("/users/me/rank-rises?limit=5").await.expect(200);
    let mut boards: Vec<_> =
        newest["items"].as_array().unwrap().iter().map(|rise| rise["board"].as_str().unwrap()).collect();
    boards.sort_unstable();
    assert_eq!(boards, ["class", "energy", "following", "guild", "overall"]);
}
