//! Boards of oneself and those whom one follows: `following=true`.

use serde_json::{Value, json};

use crate::follows::follow;
use crate::support::{App, Lifter, spawn_app};

async fn lifter<'a>(app: &'a App, name: &str, kg: f64, shows_points: bool) -> Lifter<'a> {
    let lifter = app.lifter(name).await;
    let profile = json!({ "weight": 80, "gender": "Male", "shows_points": shows_points, "country": "DE" });
    lifter.patch("/users/me", &profile).await.expect(200);
    for exercise in ["back_squat", "barbell_bench_press", "deadlift"] {
        lifter.lift(exercise, kg, 1).await;
    }
    lifter
}

fn named(page: &Value) -> Vec<(i64, &str)> {
    let rows = page["items"].as_array().unwrap().iter();
    rows.map(|row| (row["rank"].as_i64().unwrap(), row["user"]["username"].as_str().unwrap_or("-"))).collect()
}

#[tokio::test]
async fn one_is_compared_with_those_whom_one_follows_from_the_next_request_on() {
    let app = spawn_app().await;
    let ada = lifter(&app, "ada", 100.0, false).await;
    let (ben, cora) = (lifter(&app, "ben", 120.0, true).await, lifter(&app, "cora", 90.0, false).await);
    let stranger = lifter(&app, "stranger", 150.0, true).await;
    let board = async |path: &str| ada.get(&format!("/boards/{path}")).await.expect(200);
    assert_eq!(named(&board("deadlift?following=true").await), [(1, "ada")]);
    follow(&ada, &ben).await;
    follow(&ada, &cora).await;
    for path in [
        "deadlift?following=true",
        "gym_total?following=true",
        "energy?following=true",
        "deadlift?following=true&country=DE",
        "deadlift?following=true&sex=men",
        "deadlift?following=true&period=week",
        "gym_total?following=true&source=self",
    ] {
        let page = board(path).await;
        assert_eq!((named(&page), &page["of"]), (vec![(1, "ben"), (2, "ada"), (3, "cora")], &json!(3)), "{path}");
    }
    assert_eq!(named(&board("deadlift?following=true&country=FR").await), []);
    // Where rows tell a body weight: those who show theirs, and oneself.
    for path in ["dots?following=true", "deadlift?following=true&class=83", "dots?following=true&period=year"] {
        assert_eq!(named(&board(path).await), [(1, "ben"), (2, "ada")], "{path}");
    }
    let place = board(&format!("deadlift/users/{}?following=true", ada.id)).await;
    assert_eq!((&place["rank"], &place["of"]), (&json!(2), &json!(3)));
    ada.get(&format!("/boards/deadlift/users/{}?following=true", stranger.id)).await.problem(404);
    let around = board("deadlift?following=true&around=me&limit=1").await;
    assert_eq!(named(&around), [(2, "ada")]);
    let next =
        board(&format!("deadlift?following=true&limit=1&after={}", around["next"].as_str().unwrap_or_default())).await;
    assert_eq!(named(&next), [(3, "cora")]);
    // Everybody's board is everybody's.
    assert_eq!(named(&board("deadlift?following=false").await).len(), 4);
    ada.delete(&format!("/users/{}/follow", cora.id)).await.expect(204);
    ben.patch("/users/me", &json!({ "is_private": true })).await.expect(200);
    assert_eq!(named(&board("deadlift?following=true").await), [(1, "ada")]);
    app.get("/boards/deadlift?following=true").await.problem(401);
    app.get(&format!("/boards/deadlift/users/{}?following=true", ada.id)).await.problem(401);
    ada.get("/boards/deadlift?following=maybe").await.problem(422);
}
