//! Input that no client sends: 4xx with a `detail` that names the field, never 500, and nothing changes.

use serde_json::json;

use crate::support::{Answer, spawn_app};

#[tokio::test]
async fn hostile_scores_are_refused_by_field() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    for (body, field) in [
        (r#"{"weight_lifted": NaN}"#, "weight_lifted"),
        (r#"{"weight_lifted": Infinity}"#, "weight_lifted"),
        (r#"{"weight_lifted": -Infinity}"#, "weight_lifted"),
        (r#"{"weight_lifted": 1e309}"#, "weight_lifted"),
        (r#"{"weight_lifted": -1}"#, "weight_lifted"),
        (r#"{"weight_lifted": 1000.01}"#, "weight_lifted"),
        (r#"{"weight_lifted": "100"}"#, "weight_lifted"),
        (r#"{"weight_lifted": null}"#, "weight_lifted"),
        (r#"{"weight_lifted": [100]}"#, "weight_lifted"),
        (r#"{"reps": 5}"#, "weight_lifted"),
        (r#"{"weight_lifted": 100, "reps": -1}"#, "reps"),
        (r#"{"weight_lifted": 100, "reps": 1001}"#, "reps"),
        (r#"{"weight_lifted": 100, "reps": 2.5}"#, "reps"),
        (r#"{"weight_lifted": 100, "reps": 99999999999}"#, "reps"),
        (r#"{"weight_lifted": 100, "sets": 101}"#, "sets"),
        (r#"{"weight_lifted": 100, "equipment": "rocket"}"#, "equipment"),
        (r#"{"weight_lifted": 100, "scenario_id": 7}"#, "scenario_id"),
        (r#"{"weight_lifted": 100"#, "body"),
        (r#"{"weight_lifted": 100} trailing"#, "body"),
        (r#"[]"#, "body"),
        (r#"null"#, "body"),
        ("\0\0\0", "body"),
        ("", "body"),
    ] {
        let request = ada.request("POST", "/scores/scenario/deadlift/").header("content-type", "application/json");
        let detail = ada.send(request.body(body)).await.problem(422);
        assert!(detail.contains(field), "{body}: {detail}");
    }
    let request = ada.request("POST", "/scores/scenario/deadlift/").header("content-type", "text/xml").body("<a/>");
    assert!(ada.send(request).await.problem(415).contains("body"));
    assert_eq!(app.database.count("SELECT count(*) FROM lifts").await, 0);
}

#[tokio::test]
async fn ten_megabytes_are_too_many() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let request = ada.request("POST", "/scores/scenario/deadlift/").header("content-type", "application/json");
    let answer = request.body(vec![b' '; 10 * 1024 * 1024]).send().await;
    // The answer may overtake the body; a client that goes on sending then sees a closed connection.
    if let Ok(answer) = answer {
        assert_eq!(answer.status(), 413);
        let problem: serde_json::Value = answer.json().await.unwrap();
        assert!(problem["detail"].as_str().unwrap().contains("body"));
    }
    let just_enough = format!("{{\"weight_lifted\": 100{}}}", " ".repeat(1024 * 1024 - 30));
    let request = ada.request("POST", "/scores/scenario/deadlift/").header("content-type", "application/json");
    ada.send(request.body(just_enough)).await.expect(200);
}

#[tokio::test]
async fn null_bytes_and_strange_paths_find_nothing() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    for (path, status) in [
        ("/users/username/a%00b", 404),
        ("/users/username/%F0%9F%92%AA", 404),
        ("/scenarios/a%00b/details", 404),
        ("/scenarios/..%2f..%2fetc/details", 404),
        ("/scores/user/%00/scenario/deadlift", 422),
        ("/energy/latest/%27%20OR%201=1", 422),
        ("/energy/daily/1", 422),
        ("/users/%ff", 422),
        ("/standards/80?unit=%00", 422),
        ("/energy/leaderboard?limit=99999999999999999999", 422),
        ("/energy/leaderboard?offset=-9223372036854775809", 422),
        ("/energy/leaderboard?offset=9223372036854775807", 422),
    ] {
        app.get(path).await.problem(status);
    }
    assert_eq!(app.get("/scores/scenario/a%00b/leaderboard").await.expect(200), json!([]));
    assert_eq!(app.get("/energy/leaderboard?offset=1000000000").await.expect(200), json!([]));
    let body = json!({ "username": "a\u{0}da", "email": "x@example.org", "password": "correct horse" });
    assert!(app.post("/users/", &body).await.problem(422).contains("username"));
    let change = json!({ "display_name": "a\u{0}b" });
    assert!(ada.patch("/users/me", &change).await.problem(422).contains("display_name"));
    let body = json!({ "weight_lifted": 1, "scenario_id": "a\u{0}" });
    ada.post("/scores/scenario/deadlift", &body).await.problem(400);
    let key = ada.request("POST", "/scores/scenario/deadlift").header("idempotency-key", "ä");
    ada.send(key.json(&json!({ "weight_lifted": 1 }))).await.problem(422);
}

#[tokio::test]
async fn what_was_sent_is_never_repeated_in_a_refusal() {
    let app = spawn_app().await;
    let bodies = [
        json!({ "username": "ada", "email": "ada@example.org", "password": 918_273_645 }),
        json!({ "username": "ada", "email": "918273645", "password": "correct horse" }),
        json!({ "username": { "918273645": 1 }, "email": "ada@example.org", "password": "correct horse" }),
    ];
    for body in bodies {
        let Answer { status, text, .. } = app.post("/users/", &body).await;
        assert_eq!(status, 422);
        assert!(!text.contains("918273645"), "{text}");
    }
}
