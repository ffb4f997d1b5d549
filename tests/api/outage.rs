//! The database goes and comes: 503 with a time to come back, and recovery without a restart.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Cluster, Options, TestDatabase, program, spawn_app_with};

async fn migrate(database: &TestDatabase) {
    let migrated = program().arg("migrate").env("DATABASE_URL", &database.url).output().await.unwrap();
    assert!(migrated.status.success(), "{migrated:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stops_and_starts_is_found_again() {
    let cluster = Cluster::start("outage");
    let database = TestDatabase { url: cluster.url() };
    migrate(&database).await;
    let app = spawn_app_with(Options { database: Some(database), ..Options::default() }).await;
    let ada = app.lifter("ada").await;
    ada.lift("deadlift", 100.0, 1).await;

    cluster.stop();
    for path in ["/users/me", "/energy/leaderboard", "/health/ready", "/health/db"] {
        let began = Instant::now();
        let answer = ada.get(path).await;
        assert!(began.elapsed() < Duration::from_secs(2), "{path}");
        assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{path}: {answer:?}");
        answer.problem(503);
    }
    ada.post("/scores/scenario/deadlift", &json!({ "weight_lifted": 120 })).await.problem(503);
    app.get("/health/live").await.expect(200);
    app.get("/scenarios").await.expect(200);

    cluster.start_again();
    assert_eq!(ada.profile().await["username"], "ada");
    app.get("/health/ready").await.expect(200);
    assert_eq!(ada.lift("deadlift", 120.0, 1).await["previous_best_score_value"], 100.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_without_a_database_waits_for_it_unless_strict() {
    let cluster = Cluster::start("late");
    let database = TestDatabase { url: cluster.url() };
    migrate(&database).await;
    cluster.stop();

    let mut strict = program();
    strict.arg("serve").env("DATABASE_URL", &database.url).env("REPDUEL_STRICT_DB_BOOTSTRAP", "1");
    let strict = strict.env("API_PORT", "0").env("OPS_PORT", "0").output().await.unwrap();
    assert_eq!(strict.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&strict.stderr).contains("DATABASE_URL"), "{strict:?}");

    let app = spawn_app_with(Options { database: Some(database), ..Options::default() }).await;
    app.log_line("starting without a database").await;
    let answer = app.get("/health/ready").await;
    assert_eq!(answer.header("retry-after"), "1");
    answer.problem(503);
    app.get("/energy/leaderboard").await.problem(503);
    app.get("/health").await.expect(200);
    cluster.start_again();
    app.log_line("the database has come").await;
    app.get("/health/ready").await.expect(200);
    app.lifter("ada").await;
}

#[tokio::test]
async fn the_first_candidate_that_answers_is_taken() {
    let database = crate::support::fresh_database().await;
    let settings = vec![
        ("DATABASE_URL_INTERNAL", "host=/nowhere dbname=x user=x".into()),
        ("REPDUEL_DB_BOOTSTRAP_TIMEOUT", "1".into()),
    ];
    let app = spawn_app_with(Options { database: Some(database), settings, ..Options::default() }).await;
    app.get("/health/ready").await.expect(200);
    let line = app.log_line("found the database").await;
    assert!(line.contains("dbname=repduel_test"), "{line}");
}
