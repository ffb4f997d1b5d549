//! `/exercises/own`: what the catalogue lacks, for oneself.

use serde_json::json;

use crate::support::spawn_app;

#[tokio::test]
async fn an_own_exercise_is_private_and_never_ranked() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let made = ada.post("/exercises/own", &json!({ "name": " Log press " })).await.expect(201);
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("own_") && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
    assert_eq!(made["name"], "Log press");
    assert!(ada.post("/exercises/own", &json!({ "name": "log PRESS" })).await.problem(409).contains("name"));
    ada.post("/exercises/own", &json!({ "name": "  " })).await.problem(422);
    ben.post("/exercises/own", &json!({ "name": "Log press" })).await.expect(201);
    assert_eq!(ada.get("/exercises/own").await.expect(200), json!([made]));

    let set = json!({ "exercise_id": id, "weight_kg": 80, "reps": 3 });
    let done = ada.post("/workouts", &json!({ "minutes": 20, "sets": [set] })).await.expect(201);
    assert_eq!(done["lifts"], json!([]));
    assert_eq!(done["workout"]["sets"][0]["exercise_name"], "Log press");
    assert!(ben.post("/workouts", &json!({ "minutes": 20, "sets": [set] })).await.problem(422).contains("sets[0]"));
    ada.post(&format!("/scores/scenario/{id}/"), &json!({ "weight_lifted": 100, "reps": 1 })).await.problem(404);
    app.get(&format!("/boards/{id}")).await.problem(404);
    let records = ada.get(&format!("/users/{}/records", ada.id)).await.expect(200);
    assert_eq!((&records[0]["exercise_name"], &records[0]["most_reps"]), (&json!("Log press"), &json!(3)));
    // Others see that something was done, and not what it is called.
    let seen = ben.get(&format!("/workouts/{}", done["workout"]["id"].as_str().unwrap())).await.expect(200);
    assert!(seen["sets"][0]["exercise_name"].is_null());

    let path = format!("/exercises/own/{id}");
    ada.patch(&path, &json!({ "name": "Log" })).await.expect(204);
    ben.patch(&path, &json!({ "name": "Mine" })).await.problem(404);
    ben.delete(&path).await.problem(404);
    assert!(ada.delete(&path).await.problem(409).contains("merge"));
    ada.delete(&format!("/workouts/{}", done["workout"]["id"].as_str().unwrap())).await.expect(204);
    ada.delete(&path).await.expect(204);
    ada.delete(&path).await.problem(404);
    app.get("/exercises/own").await.problem(401);
}

#[tokio::test]
async fn merged_it_becomes_an_exercise_of_the_catalogue_with_its_history() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.patch("/users/me", &json!({ "weight": 80, "gender": "Male" })).await.expect(200);
    let made = ada.post("/exercises/own", &json!({ "name": "Conventional pull" })).await.expect(201);
    let id = made["id"].as_str().unwrap();
    for kg in [150, 170, 160] {
        let sets = json!([{ "exercise_id": id, "weight_kg": kg, "reps": 1 },
            { "exercise_id": id, "weight_kg": 200, "reps": 1, "kind": "warm_up" },
            { "exercise_id": "back_squat", "weight_kg": 100, "reps": 1 }]);
        ada.post("/workouts", &json!({ "minutes": 20, "sets": sets })).await.expect(201);
    }
    let path = format!("/exercises/own/{id}/merge");
    ada.post(&path, &json!({ "into": "nothing_such" })).await.problem(422);
    ada.post(&path, &json!({ "into": "pull_up" })).await.problem(422);
    app.lifter("ben").await.post(&path, &json!({ "into": "deadlift" })).await.problem(404);
    let merged = ada.post(&path, &json!({ "into": "deadlift" })).await.expect(200);
    assert_eq!(merged, json!({ "exercise_id": "deadlift", "workouts": 3 }));
    let best = ada.get(&format!("/scores/user/{}/scenario/deadlift/highscore", ada.id)).await.expect(200);
    assert_eq!(best["weight_lifted"], 170.0);
    assert_eq!(ada.get("/exercises/own").await.expect(200), json!([]));
    ada.post(&path, &json!({ "into": "deadlift" })).await.problem(404);
    // A phone that has not heard of it yet sends the old id.
    let late = json!({ "minutes": 20, "sets": [{ "exercise_id": id, "weight_kg": 175, "reps": 1 }] });
    let done = ada.post("/workouts", &late).await.expect(201);
    assert_eq!(
        (&done["lifts"][0]["exercise_id"], &done["lifts"][0]["is_personal_best"]),
        (&json!("deadlift"), &json!(true))
    );
    app.command(&["recompute", "--check"]).await.expect("nothing differs");
    app.database.expect_counted().await;
}
