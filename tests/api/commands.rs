//! The command line: help, exit codes, and the commands that are no room's own.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncWriteExt;

use crate::support::{App, fresh_database, program, spawn_app};

#[tokio::test]
async fn every_command_explains_itself() {
    let help = program().arg("--help").output().await.unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for command in [
        "serve",
        "worker",
        "migrate",
        "jobs",
        "reset-link",
        "rotate-keys",
        "user",
        "recompute",
        "check-config",
        "setup",
        "site",
        "encrypt-credentials",
        "back-up",
        "smoke-account",
        "smoke",
        "points",
        "load-meets",
        "load-synthetic",
        "measure-hashing",
    ] {
        assert!(help.contains(command), "{help}");
        let own = program().args([command, "--help"]).output().await.unwrap();
        assert_eq!(own.status.code(), Some(0));
        assert!(String::from_utf8(own.stdout).unwrap().contains("Usage: repduel"));
    }
    assert_eq!(program().output().await.unwrap().status.code(), Some(2));
    assert_eq!(program().arg("no-such-command").output().await.unwrap().status.code(), Some(2));
}

#[tokio::test]
async fn made_up_members_have_bests_and_energy() {
    let database = fresh_database().await;
    let load = async || {
        let mut command = program();
        command.args(["load-synthetic", "--users", "200", "--lifts", "1300"]).env("DATABASE_URL", &database.url);
        command.output().await.unwrap()
    };
    let output = load().await;
    assert!(String::from_utf8_lossy(&output.stdout).contains("200 members, 1300 lifts"), "{output:?}");
    assert_eq!(database.count("SELECT count(*) FROM personal_bests").await, 600);
    assert_eq!(database.count("SELECT count(*) FROM users WHERE energy > 0").await, 200);
    assert_eq!(database.count("SELECT count(*) FROM energy_history").await, 200);
    let again = load().await;
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("--seed"), "{again:?}");
}

#[tokio::test]
async fn made_up_members_have_histories_that_agree_and_are_the_same_again() {
    let told = async || {
        let database = fresh_database().await;
        let run = async |arguments: &[&str]| {
            let output = program().args(arguments).env("DATABASE_URL", &database.url).output().await.unwrap();
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        let said = run(&["load-synthetic", "--users", "1000", "--seed", "7"]).await;
        assert!(said.starts_with("1000 members, "), "{said}");
        let compared = run(&["recompute", "--check"]).await;
        assert!(compared.contains("1000 lifters compared, 0 differ"), "{compared}");
        let boards = run(&["check-boards"]).await;
        assert!(boards.contains("1000 lifters compared, 0 differ; 0 lists differ"), "{boards}");
        let mut numbers = Vec::new();
        for table in ["workouts", "workout_sets", "routines", "follows", "personal_best_events", "xp_events"] {
            numbers.push(database.count(&format!("SELECT count(*) FROM {table}")).await);
        }
        assert!(numbers.iter().all(|number| *number > 0), "{numbers:?}");
        // Whoever trains grows: the last lifts of those with many are heavier than their first.
        let grew = "SELECT count(*) FILTER (WHERE last > first) * 100 / count(*) FROM (
                        SELECT (array_agg(score_value ORDER BY performed_at))[1] AS first,
                               (array_agg(score_value ORDER BY performed_at DESC))[1] AS last
                        FROM lifts WHERE exercise_id = 'back_squat' AND reps = 5 GROUP BY user_id HAVING count(*) > 4) lifters";
        assert!(database.count(grew).await > 80);
        let lifts = "SELECT hashtext(string_agg(user_id::text || exercise_id || weight_kg || reps || performed_at, ',' ORDER BY user_id, performed_at, id))::bigint FROM lifts";
        (numbers, database.count(lifts).await, said)
    };
    assert_eq!(told().await, told().await);
}

#[tokio::test]
async fn members_are_made_without_indexes_or_beside_others_and_the_schema_stays() {
    let database = fresh_database().await;
    let schema = async || {
        let sql = "SELECT (sum(hashtext(what)) * 1000 + count(*))::bigint FROM (
                       SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
                       UNION ALL SELECT conrelid::regclass::text || conname || pg_get_constraintdef(oid) || convalidated
                       FROM pg_constraint WHERE connamespace = 'public'::regnamespace) AS schema (what)";
        database.count(sql).await
    };
    let load = |seed: &str, users: &str| {
        let mut command = program();
        command.args(["load-synthetic", "--users", users, "--seed", seed]).env("DATABASE_URL", &database.url);
        command
    };
    let before = schema().await;
    // Killed in the middle: nothing is there, and nothing is missing.
    let mut killed = load("1", "50000").kill_on_drop(true).spawn().unwrap();
    let waits = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND database =
                     (SELECT oid FROM pg_database WHERE datname = current_database())";
    while database.count(waits).await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    killed.kill().await.unwrap();
    while database.count(waits).await > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!((database.count("SELECT count(*) FROM users").await, schema().await), (0, before));
    for (seed, users) in [("1", "300"), ("2", "100")] {
        let output = load(seed, users).output().await.unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    assert_eq!((database.count("SELECT count(*) FROM users").await, schema().await), (400, before));
    for arguments in [["recompute", "--check"].as_slice(), &["check-boards"]] {
        let output = program().args(arguments).env("DATABASE_URL", &database.url).output().await.unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}

#[tokio::test]
async fn an_unreachable_database_is_named_without_its_password() {
    let mut command = program();
    command.arg("migrate").env("DATABASE_URL", "postgresql://ada:hunter2@127.0.0.1:1/lifts");
    let output = command.output().await.unwrap();
    assert_eq!(output.status.code(), Some(75));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("127.0.0.1") && said.contains("refused") && !said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn hashing_is_measured() {
    let output = program().args(["measure-hashing", "--seconds", "1"]).output().await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.split(' ').next().unwrap().parse::<f64>().unwrap() > 0.0, "{said}");
}

async fn smoke_account(app: &App, arguments: &[&str]) -> Vec<u8> {
    let mut command = program();
    command.arg("smoke-account").args(arguments).env("DATABASE_URL", &app.database.url);
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

async fn smoke(arguments: &[&str], account: &[u8]) -> (Option<i32>, String) {
    let mut command = program();
    command.arg("smoke").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(account).await.unwrap();
    let output = process.wait_with_output().await.unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), said)
}

#[tokio::test]
async fn a_release_is_tried_out_by_an_account_that_nobody_sees() {
    let app = spawn_app().await;
    let account = smoke_account(&app, &[]).await;
    let (code, said) = smoke(&[&app.api], &account).await;
    assert_eq!((code, said.lines().last()), (Some(0), Some("ok: all steps passed")), "{said}");
    assert_eq!(app.database.count("SELECT count(*) FROM lifts").await, 1);
    for board in ["/scores/scenario/deadlift/leaderboard", "/energy/leaderboard"] {
        assert_eq!(app.get(board).await.expect(200).to_string().matches("smoke").count(), 0, "{board}");
    }
    let (code, said) = smoke(&[&app.api, "--commit", "000000000000"], &account).await;
    assert!(code == Some(1) && said.contains("000000000000 should"), "{said}");
    let (code, said) = smoke(&[&app.api], br#"{"email": "nobody@example.org", "password": "wrong-password"}"#).await;
    assert!(code == Some(1) && said.contains("signs in: /api/v1/auth/login: 401"), "{said}");
    let (code, said) = smoke(&["http://127.0.0.1:1"], &account).await;
    assert!(code == Some(1) && said.contains("lives") && said.contains("refused"), "{said}");

    smoke_account(&app, &["--remove"]).await;
    assert_eq!(app.database.count("SELECT count(*) FROM users").await, 0);
    assert_eq!(app.database.count("SELECT count(*) FROM lifts").await, 0);
}

#[tokio::test]
async fn what_the_package_ships_of_the_command_line_is_made_from_it() {
    let folder = std::env::temp_dir().join(format!("repduel-documents-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let output = program().arg("documents").arg(&folder).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let page = std::fs::read_to_string(folder.join("repduel.8")).unwrap();
    assert!(page.contains("repduel.env") && page.contains(".SH \"CHECK-CONFIG\""), "{page}");
    assert!(std::fs::read_to_string(folder.join("repduel")).unwrap().contains("load-meets"));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn how_much_is_logged_changes_at_a_hang_up() {
    let file = std::env::temp_dir().join(format!("repduel-{}.env", std::process::id()));
    std::fs::write(&file, "LOG_REQUESTS=all\n").unwrap();
    let options = crate::support::Options {
        settings: vec![("LOG_REQUESTS", "errors".into())],
        arguments: vec!["--settings-file".into(), file.to_str().unwrap().into()],
        ..Default::default()
    };
    let app = crate::support::spawn_app_with(options).await;
    let hang_up = || {
        let id = rustix::process::Pid::from_raw(app.process_id() as i32).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::HUP).unwrap();
    };
    let lines = || app.log().iter().filter(|line| line.contains("/health/live")).count();
    let first = app.get("/health/live").await.header("x-request-id").to_owned();
    app.get("/health/live").await.expect(200);
    let refused = app.get("/users/not-an-id").await.header("x-request-id").to_owned();
    app.log_line(&refused).await;
    assert!(lines() == 1 && app.log().join("").contains(&first), "one of a hundred");
    hang_up();
    app.log_line("anew").await;
    let last = app.get("/health/live").await.header("x-request-id").to_owned();
    app.log_line(&last).await;
    std::fs::write(&file, "LOG_LEVEL=loud\n").unwrap();
    hang_up();
    let line: Value = serde_json::from_str(&app.log_line("stay as they are").await).unwrap();
    assert!(line["error"].as_str().unwrap().starts_with("LOG_LEVEL: is none of"), "{line}");
    std::fs::remove_file(&file).unwrap();
}
