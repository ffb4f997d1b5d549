//! `/scores` and `/personal_best_events`: lifts, personal bests and the boards of exercises.

use serde_json::{Value, json};

use crate::support::spawn_app;

#[tokio::test]
async fn a_score_has_the_contracts_form() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let body = json!({ "weight_lifted": 100, "reps": 5, "sets": 1, "user_id": "ignored" });
    let first = ada.post("/scores/scenario/back_squat/", &body).await.expect(200);
    let score = &first["score"];
    assert!(score["id"].is_i64());
    assert_eq!((&score["user_id"], &score["scenario_id"]), (&json!(ada.id), &json!("back_squat")));
    assert_eq!(score["weight_lifted"], 100.0);
    assert!((score["score_value"].as_f64().unwrap() - 116.666_666_67).abs() < 1e-6);
    assert_eq!((&score["reps"], &score["sets"]), (&json!(5), &json!(1)));
    assert_eq!(score["is_bodyweight"], false);
    assert_eq!((&score["equipment"], &score["source"]), (&json!("raw"), &json!("self")));
    assert_eq!(first["is_personal_best"], true);
    for previous in ["score_value", "weight_lifted", "reps", "sets"] {
        assert!(first[format!("previous_best_{previous}")].is_null());
    }
    let second = ada.lift("back_squat", 120.0, 1).await;
    assert_eq!(second["is_personal_best"], true);
    assert_eq!(second["previous_best_weight_lifted"], 100.0);
    assert_eq!((&second["previous_best_reps"], &second["previous_best_sets"]), (&json!(5), &json!(1)));
    let equal = ada.lift("back_squat", 120.0, 1).await;
    assert_eq!((&equal["is_personal_best"], &equal["previous_best_score_value"]), (&json!(false), &json!(120.0)));
}

#[tokio::test]
async fn the_value_of_a_score_follows_its_kind() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    for (exercise, body, value) in [
        ("deadlift", json!({ "weight_lifted": 100 }), 100.0),
        ("deadlift", json!({ "weight_lifted": 100, "reps": 0 }), 100.0),
        ("deadlift", json!({ "weight_lifted": 100, "reps": 1 }), 100.0),
        ("deadlift", json!({ "weight_lifted": 90, "reps": 10 }), 120.0),
        ("pull_up", json!({ "weight_lifted": 0.0, "reps": 12, "sets": 1 }), 12.0),
        ("pull_up", json!({ "weight_lifted": 0.0 }), 0.0),
    ] {
        let answer = ada.post(&format!("/scores/scenario/{exercise}"), &body).await.expect(200);
        assert_eq!(answer["score"]["score_value"], value, "{exercise} {body}");
        assert_eq!(answer["score"]["is_bodyweight"], exercise == "pull_up");
    }
}

#[tokio::test]
async fn a_lift_keeps_the_moment_it_was_done_in() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.patch("/users/me", &json!({ "weight": 63.5, "gender": "Female" })).await.expect(200);
    ada.lift("back_squat", 100.0, 1).await;
    ada.patch("/users/me", &json!({ "weight": 50, "scored_as": "men" })).await.expect(200);
    let row = app.database.connect().await;
    let row = row
        .query_one("SELECT bodyweight_kg, scored_as::text, equipment::text, source::text FROM lifts", &[])
        .await
        .unwrap();
    assert_eq!((row.get::<_, f64>(0), row.get::<_, &str>(1)), (63.5, "women"));
    assert_eq!((row.get::<_, &str>(2), row.get::<_, &str>(3)), ("raw", "self"));
}

#[tokio::test]
async fn a_lift_of_another_day_has_the_body_weight_of_that_day() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.patch("/users/me", &json!({ "weight": 63.5 })).await.expect(200);
    let db = app.database.connect().await;
    let enter = "INSERT INTO body_weights SELECT id, date '2020-01-10', 58 FROM users UNION SELECT id, date '2020-02-10', 60 FROM users";
    db.execute(enter, &[]).await.unwrap();
    for (at, expected) in
        [("2020-02-01T10:00:00Z", 58.0), ("2020-03-01T10:00:00+02:00", 60.0), ("2019-01-01T00:00:00Z", 58.0)]
    {
        let body = json!({ "weight_lifted": 90, "performed_at": at });
        let score = ada.post("/scores/scenario/deadlift", &body).await.expect(200);
        let id = score["score"]["id"].as_i64().unwrap() as i32;
        let row = db.query_one("SELECT bodyweight_kg FROM lifts WHERE id = $1", &[&id]).await.unwrap();
        assert_eq!(row.get::<_, f64>(0), expected, "{at}");
    }
    assert_eq!(
        ada.get(&format!("/scores/user/{}/scenario/deadlift", ada.id)).await.expect(200)[0]["created_at"],
        "2020-03-01T08:00:00Z"
    );
}

#[tokio::test]
async fn lifts_in_the_future_or_before_all_lifters_are_refused() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    for at in ["2999-01-01T00:00:00Z", "1949-12-31T23:59:59Z", "2020-01-01T00:00:00", "yesterday"] {
        let body = json!({ "weight_lifted": 90, "performed_at": at });
        let detail = ada.post("/scores/scenario/deadlift", &body).await.problem(422);
        assert!(detail.contains("performed_at"), "{detail}");
    }
}

#[tokio::test]
async fn equipped_lifts_are_kept_but_stand_on_no_board_of_the_contract() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.lift("back_squat", 100.0, 1).await;
    let equipped = json!({ "weight_lifted": 200, "equipment": "single_ply" });
    let answer = ada.post("/scores/scenario/back_squat", &equipped).await.expect(200);
    assert_eq!(answer["is_personal_best"], false);
    let energy = ada.profile().await["energy"].clone();
    let best = app.get(&format!("/scores/user/{}/scenario/back_squat/highscore", ada.id)).await.expect(200);
    assert_eq!(best["score_value"], 100.0);
    assert_eq!(app.get("/scores/scenario/back_squat/leaderboard").await.expect(200)[0]["score_value"], 100.0);
    let wraps = json!({ "weight_lifted": 150, "equipment": "wraps" });
    assert_eq!(ada.post("/scores/scenario/back_squat", &wraps).await.expect(200)["is_personal_best"], true);
    assert_ne!(ada.profile().await["energy"], energy);
    let history = app.get(&format!("/scores/user/{}/scenario/back_squat", ada.id)).await.expect(200);
    let worn: Vec<_> = history.as_array().unwrap().iter().map(|score| score["equipment"].clone()).collect();
    assert_eq!(worn, ["wraps", "single_ply", "raw"]);
}

#[tokio::test]
async fn unknown_and_contradicting_exercises_are_refused() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.post("/scores/scenario/no_such_lift/", &json!({ "weight_lifted": 1 })).await.problem(404);
    let body = json!({ "weight_lifted": 1, "scenario_id": "deadlift" });
    assert!(ada.post("/scores/scenario/back_squat/", &body).await.problem(400).contains("scenario_id"));
    app.post("/scores/scenario/back_squat/", &json!({ "weight_lifted": 1 })).await.problem(401);
}

#[tokio::test]
async fn a_board_lists_each_lifter_once_the_best_and_newest_first() {
    let app = spawn_app().await;
    let (ada, ben, eve) = (app.lifter("ada").await, app.lifter("ben").await, app.lifter("eve").await);
    ada.lift("back_squat", 100.0, 1).await;
    ben.lift("back_squat", 100.0, 1).await;
    eve.lift("back_squat", 110.0, 1).await;
    eve.lift("back_squat", 90.0, 1).await;
    let last = ada.lift("back_squat", 100.0, 1).await;
    let board = app.get("/scores/scenario/back_squat/leaderboard").await.expect(200);
    let names: Vec<_> = board.as_array().unwrap().iter().map(|entry| entry["user"]["username"].clone()).collect();
    assert_eq!(names, ["eve", "ada", "ben"], "of equal scores the newer is above");
    assert_eq!(board[1]["id"], last["score"]["id"], "the newest of a lifter's equal scores is shown");
    for entry in board.as_array().unwrap() {
        assert_eq!(entry["user"]["email"], "");
        assert!(entry["user"]["weight"].is_null());
    }
    let page = app.get("/scores/scenario/back_squat/leaderboard?limit=1&offset=1").await.expect(200);
    assert_eq!((page.as_array().unwrap().len(), &page[0]["user"]["username"]), (1, &json!("ada")));
    assert_eq!(app.get("/scores/scenario/no_such_lift/leaderboard").await.expect(200), json!([]));
    for query in ["limit=0", "limit=101", "offset=-1", "limit=many", "limit=1e3"] {
        let detail = app.get(&format!("/scores/scenario/back_squat/leaderboard?{query}")).await.problem(422);
        assert!(detail.starts_with(query.split('=').next().unwrap()), "{detail}");
    }
}

#[tokio::test]
async fn history_and_highscore_are_there_for_everybody() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let scores = format!("/scores/user/{}/scenario/deadlift", ada.id);
    assert_eq!(app.get(&scores).await.expect(200), json!([]));
    assert!(!app.get(&format!("{scores}/highscore")).await.problem(404).is_empty());
    for kg in [100.0, 140.0, 120.0] {
        ada.lift("deadlift", kg, 1).await;
    }
    let values = |list: Value| {
        list.as_array().unwrap().iter().map(|score| score["score_value"].as_f64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(values(app.get(&scores).await.expect(200)), [120.0, 140.0, 100.0]);
    assert_eq!(values(app.get(&format!("{scores}?limit=1")).await.expect(200)), [120.0]);
    assert_eq!(app.get(&format!("{scores}/highscore/")).await.expect(200)["score_value"], 140.0);
    app.get(&format!("{scores}?limit=0")).await.problem(422);
    app.get(&format!("{scores}?limit=100001")).await.problem(422);
    app.get("/scores/user/not-an-id/scenario/deadlift").await.problem(422);
    app.get("/scores/user/not-an-id/scenario/deadlift/highscore").await.problem(422);
}

#[tokio::test]
async fn every_rise_of_a_best_is_an_event() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    for kg in [100.0, 90.0, 110.0, 110.0] {
        ada.lift("deadlift", kg, 1).await;
    }
    let path = format!("/personal_best_events/user/{}", ada.id);
    app.get(&path).await.problem(401);
    let events = ada.get(&path).await.expect(200);
    let values: Vec<_> = events.as_array().unwrap().iter().map(|event| event["score_value"].clone()).collect();
    assert_eq!(values, [110.0, 100.0]);
    assert_eq!((&events[0]["scenario_id"], &events[0]["exercise_name"]), (&json!("deadlift"), &json!("Deadlift")));
    ada.get(&format!("{path}?limit=201")).await.problem(422);
}

#[tokio::test]
async fn a_repeated_request_with_a_key_happens_once() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let post = |key: &'static str, kg: f64| {
        let request = ada.request("POST", "/scores/scenario/deadlift/").header("idempotency-key", key);
        ada.send(request.json(&json!({ "weight_lifted": kg })))
    };
    let answers = futures_util::future::join_all((0..8).map(|_| post("one", 100.0))).await;
    let ids: std::collections::BTreeSet<_> =
        answers.into_iter().map(|answer| answer.expect(200)["score"]["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(app.database.count("SELECT count(*) FROM lifts").await, 1);
    assert!(post("one", 101.0).await.problem(409).contains("Idempotency-Key"));
    post("two", 101.0).await.expect(200);
    assert_eq!(app.database.count("SELECT count(*) FROM lifts").await, 2);
    let long = ada.request("POST", "/scores/scenario/deadlift/").header("idempotency-key", "x".repeat(256));
    assert!(ada.send(long.json(&json!({ "weight_lifted": 1 }))).await.problem(422).contains("Idempotency-Key"));
}
