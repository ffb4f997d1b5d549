//! What is forgotten, and when: the old goes, the young stays.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::support::{TestDatabase, program, spawn_app};

pub async fn run(database: &TestDatabase, task: &str, uploads: &str) {
    let mut command = program();
    command.args(["jobs", "run", task]).env("DATABASE_URL", &database.url).env("STATIC_STORAGE_DIR", uploads);
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test]
async fn the_old_is_forgotten_and_the_young_is_kept() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let db = app.database.connect().await;
    db.batch_execute("DELETE FROM refresh_tokens; DELETE FROM sessions; SELECT set_config('repduel.audit_may_change', 'yes', false); DELETE FROM audit")
        .await
        .unwrap();
    // For each rule: what makes a row of an age, the age from which it goes (in hours), what counts them.
    let user = &ada.id;
    let rules = [
        ("sessions, expired", format!("INSERT INTO sessions (id, user_id, expires_at) VALUES (gen_random_uuid(), '{user}', now() - AGE)"), 720, "sessions"),
        ("sessions, ended", format!("INSERT INTO sessions (id, user_id, expires_at, ended_at) VALUES (gen_random_uuid(), '{user}', now() + interval '9 days', now() - AGE)"), 720, "sessions"),
        ("refresh tokens, spent", format!("WITH s AS (INSERT INTO sessions (id, user_id, expires_at) VALUES (gen_random_uuid(), '{user}', now() + interval '9 days') RETURNING id) INSERT INTO refresh_tokens (token_hash, session_id, expires_at, spent_at) SELECT id::text::bytea, id, now() + interval '9 days', now() - AGE FROM s"), 24, "refresh_tokens"),
        ("refresh tokens, expired", format!("WITH s AS (INSERT INTO sessions (id, user_id, expires_at) VALUES (gen_random_uuid(), '{user}', now() + interval '9 days') RETURNING id) INSERT INTO refresh_tokens (token_hash, session_id, expires_at) SELECT id::text::bytea, id, now() - AGE FROM s"), 0, "refresh_tokens"),
        ("revocations", "INSERT INTO revocations (id, expires_at) VALUES (gen_random_uuid(), now() - AGE)".to_owned(), 0, "revocations"),
        ("links", format!("INSERT INTO links (id, user_id, purpose, token_hash, expires_at) VALUES (gen_random_uuid(), '{user}', 'verify_email', gen_random_uuid()::text::bytea, now() - AGE)"), 24, "links"),
        ("invites", "INSERT INTO invites (id, code_hash, uses_left, expires_at) VALUES (gen_random_uuid(), gen_random_uuid()::text::bytea, 1, now() - AGE)".to_owned(), 720, "invites"),
        ("answers", format!("INSERT INTO idempotency_keys (user_id, key, request_hash, status, answer, created_at) VALUES ('{user}', gen_random_uuid(), '', 200, '', now() - AGE)"), 720, "idempotency_keys"),
        ("answers with workouts", format!("INSERT INTO workouts (id, user_id, title, status, minutes, completed_at, recorded_at, local_day, pays, answer) VALUES (gen_random_uuid(), '{user}', 'A', 'completed', 1, clock_timestamp(), now() - AGE, now(), false, 'A')"), 720, "workouts WHERE answer IS NOT NULL"),
        ("addresses", "INSERT INTO audit (at, action, result, address) VALUES (now() - AGE, 'signed_in', 'done', '192.0.2.1')".to_owned(), 2160, "audit WHERE address IS NOT NULL"),
        ("dead jobs", "WITH j AS (SELECT (graphile_worker.add_job('probe', max_attempts => 1)).id) UPDATE graphile_worker._private_jobs SET attempts = 1, run_at = now() - AGE FROM j WHERE _private_jobs.id = j.id".to_owned(), 720, "graphile_worker.jobs"),
        ("rises", format!("INSERT INTO rank_rises (user_id, board, to_rank, of_lifters, passed, passed_count, created_at) VALUES ('{user}', 'energy', 1, 1, '{{}}', 0, now() - AGE)"), 2160, "rank_rises"),
        ("changes of boards", format!("INSERT INTO board_changes (user_id, at) VALUES ('{user}', now() - AGE)"), 2, "board_changes"),
        ("shares, revoked", format!("INSERT INTO routine_shares (code, shared_by, content, name, items, revoked_at) VALUES (gen_random_uuid()::text, '{user}', gen_random_uuid()::text::bytea, 'A', '[]', now() - AGE)"), 720, "routine_shares"),
        ("probes", "INSERT INTO job_probes (key, made_at) VALUES ('a', now() - AGE)".to_owned(), 24, "job_probes"),
    ];
    for (name, insert, hours, counted) in &rules {
        let count = format!("SELECT count(*) FROM {counted}");
        let before = app.database.count(&count).await;
        // One second too young, and one second too old.
        for (age, stays) in [(hours * 3600 - 60, 1), (hours * 3600 + 60, 0)] {
            let mut insert = insert.replace("AGE", &format!("interval '{age} seconds'"));
            if *name == "dead jobs" {
                // The job is not seen by the statement that adds it.
                db.batch_execute("SELECT graphile_worker.add_job('probe', max_attempts => 1)").await.unwrap();
                insert = format!(
                    "UPDATE graphile_worker._private_jobs SET attempts = 1, run_at = now() - interval '{age} seconds' WHERE attempts = 0"
                );
            }
            db.batch_execute(&insert).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
            assert_eq!(app.database.count(&count).await, before + 1 + i64::from(stays == 0), "{name}: {age}");
            run(&app.database, "forget", "/nowhere").await;
            assert_eq!(app.database.count(&count).await, before + 1, "{name} of {age} seconds");
        }
    }
    // The entries and the workouts themselves stay.
    assert_eq!(app.database.count("SELECT count(*) FROM workouts").await, 2);
    assert!(app.database.count("SELECT count(*) FROM audit WHERE address IS NULL").await >= 1);
    assert_eq!(app.database.count("SELECT count(*) FROM users").await, 1);
}

#[tokio::test]
async fn pictures_that_nobody_shows_go_after_a_day() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let uploads = std::env::temp_dir().join(format!("repduel-pictures-{}", std::process::id()));
    let folder = uploads.join("avatars");
    fs::create_dir_all(&folder).unwrap();
    let day = Duration::from_secs(86_400);
    let picture = |letter: &str| format!("{}.webp", letter.repeat(32));
    let ages = [(picture("a"), 2), (picture("b"), 2), (picture("c"), 0), ("notes.txt".to_owned(), 2)];
    for (name, days) in &ages {
        let file = fs::File::create(folder.join(name)).unwrap();
        file.set_modified(SystemTime::now() - day * *days).unwrap();
    }
    let key = format!("UPDATE users SET avatar_key = 'avatars/{}' WHERE id = '{}'", picture("a"), ada.id);
    app.database.connect().await.batch_execute(&key).await.unwrap();
    run(&app.database, "sweep_pictures", uploads.to_str().unwrap()).await;
    let is_there = ages.map(|(name, _)| folder.join(name).exists());
    assert_eq!(is_there, [true, false, true, true], "shown, nobody's, young, not ours");
    fs::remove_dir_all(&uploads).unwrap();
    run(&app.database, "sweep_pictures", uploads.to_str().unwrap()).await;
}
