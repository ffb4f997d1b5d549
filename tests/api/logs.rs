//! What the log says of requests, and what it must never say.

use serde_json::{Value, json};

use crate::support::{Options, spawn_app, spawn_app_with};

#[tokio::test]
async fn a_line_has_what_is_needed_to_find_a_request() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let answer = ada.get("/users/me?from=test").await;
    let line = app.log_line(answer.header("x-request-id")).await;
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&line["method"], &line["route"], &line["status"]),
        (&json!("GET"), &json!("/api/v1/users/me"), &json!(200))
    );
    assert_eq!(line["user_id"], ada.id);
    assert!(line["milliseconds"].as_f64().unwrap() > 0.0);
    assert!(line["ts"].is_string() && line["level"] == "INFO");
}

#[tokio::test]
async fn a_failure_names_the_client_that_the_proxy_named() {
    let app = spawn_app().await;
    let request = app.request("GET", "/users/me").header("x-forwarded-for", "192.0.2.66, 198.51.100.7");
    let refused = request.header("x-real-ip", "192.0.2.99").send().await.unwrap();
    let line = app.log_line(refused.headers()["x-request-id"].to_str().unwrap()).await;
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["client"], "198.51.100.7");
    let answered = app.request("GET", "/health").header("x-forwarded-for", "198.51.100.7").send().await.unwrap();
    let line = app.log_line(answered.headers()["x-request-id"].to_str().unwrap()).await;
    assert!(serde_json::from_str::<Value>(&line).unwrap()["client"].is_null());
}

#[tokio::test]
async fn no_secret_and_nothing_private_reaches_the_log() {
    let app = spawn_app_with(Options { settings: vec![("LOG_LEVEL", "trace".into())], ..Options::default() }).await;
    let ada = app.lifter("ada").await;
    ada.patch("/users/me", &json!({ "weight": 61.375 })).await.expect(200);
    ada.get("/users/me?secret=in-the-query").await.expect(200);
    app.post("/auth/login", &json!({ "email": "ada@example.org", "password": "wrong-password" })).await.problem(401);
    app.post("/users/", &json!({ "username": "ada", "email": "ada@example.org", "password": 12 })).await.problem(422);
    let last = app.get("/users/not-an-id").await.header("x-request-id").to_owned();
    app.log_line(&last).await;
    let log = app.log().join("\n");
    for private in
        ["correct horse", "wrong-password", &ada.token, "ada@example.org", "61.375", "in-the-query", "$argon2"]
    {
        assert!(!log.contains(private), "{private} is in the log");
    }
}

#[tokio::test]
async fn sampled_logs_keep_every_failure_and_one_of_a_hundred_successes() {
    let settings = vec![("LOG_REQUESTS", "errors".into()), ("WORKERS", "1".into())];
    let app = spawn_app_with(Options { settings, ..Options::default() }).await;
    for _ in 0..200 {
        app.get("/health").await.expect(200);
    }
    for _ in 0..3 {
        app.get("/users/not-an-id").await.problem(422);
    }
    let last = app.get("/users/not-an-id").await.header("x-request-id").to_owned();
    app.log_line(&last).await;
    let log = app.log();
    let lines = |route: &str| log.iter().filter(|line| line.contains(&format!("\"route\":\"{route}\""))).count();
    assert_eq!((lines("/health"), lines("/api/v1/users/{user_id}")), (2, 4));
}

#[tokio::test]
async fn libraries_speak_through_the_same_log() {
    let database = crate::support::empty_database().await;
    let mut migrated = crate::support::program();
    migrated.arg("migrate").env("DATABASE_URL", &database.url).env("LOG_FORMAT", "json");
    let migrated = migrated.output().await.unwrap();
    let log = String::from_utf8(migrated.stderr).unwrap();
    let line = log.lines().find(|line| line.contains("applying migration: V1__accounts")).expect("refinery's line");
    assert_eq!(serde_json::from_str::<Value>(line).unwrap()["level"], "INFO");
}
