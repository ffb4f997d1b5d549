//! What is shown of somebody, to whom; export and deletion.

use std::collections::BTreeSet;

use futures_util::future::join;
use serde_json::{Value, json};

use crate::support::{App, Lifter, Options, spawn_app, spawn_app_with};

/// A lifter with something in every table.
async fn full_lifter<'a>(app: &'a App, name: &str) -> Lifter<'a> {
    let ada = app.lifter(name).await;
    ada.patch("/users/me", &json!({ "weight": 83.25, "gender": "Male", "weight_consent": true })).await.expect(200);
    for exercise in ["back_squat", "barbell_bench_press", "deadlift"] {
        let body = json!({ "weight_lifted": 100, "reps": 5 });
        let request = ada.request("POST", &format!("/scores/scenario/{exercise}/")).header("idempotency-key", exercise);
        ada.send(request.json(&body)).await.expect(200);
    }
    let own = ada.post("/exercises/own", &json!({ "name": "Log press" })).await.expect(201);
    let set = |id: uuid::Uuid| json!({ "id": id, "exercise_id": own["id"], "weight_kg": 50, "reps": 5 });
    let gone = json!({ "minutes": 5, "sets": [set(uuid::Uuid::new_v4())], "completed_at": "2026-01-01T12:00:00Z" });
    let gone = ada.post("/workouts", &gone).await.expect(201);
    ada.delete(&format!("/workouts/{}", gone["workout"]["id"].as_str().unwrap())).await.expect(204);
    ada.post("/workouts", &json!({ "minutes": 35, "sets": [set(uuid::Uuid::new_v4())] })).await.expect(201);
    ada.post("/api-keys", &json!({ "name": "scale", "scopes": ["read"] })).await.expect(201);
    ada.post("/invites", &json!({ "note": "my friend" })).await.expect(201);
    let link = "INSERT INTO links (id, user_id, purpose, token_hash, expires_at)
                SELECT gen_random_uuid(), id, 'reset_password', convert_to('secret-hash' || username, 'UTF8'), now() FROM users WHERE username = $1";
    let factor =
        "INSERT INTO second_factors (user_id, sealed_secret) SELECT id, 'secret-seal' FROM users WHERE username = $1";
    let code =
        "INSERT INTO recovery_codes (user_id, code_hash) SELECT id, 'secret-code' FROM users WHERE username = $1";
    let upload = "INSERT INTO uploads (key, user_id, bytes) SELECT 'routines/' || username || '.jpg', id, 5 FROM users WHERE username = $1";
    for statement in [link, factor, code, upload] {
        app.database.connect().await.execute(statement, &[&name]).await.unwrap();
    }
    let routine = ada.post("/routines", &crate::routines::push_day()).await.expect(201);
    let id = routine["id"].as_str().unwrap();
    ada.post(&format!("/routines/{id}/share"), &json!({})).await.expect(200);
    ada.post(&format!("/users/me/hidden-routines/{id}"), &json!({})).await.expect(204);
    let friend = app.lifter(&format!("{name}-friend")).await;
    crate::follows::follow(&ada, &friend).await;
    let enemy = app.lifter(&format!("{name}-enemy")).await;
    crate::blocks::block(&ada, &enemy).await.expect(204);
    ada.post(&format!("/users/{}/reports", enemy.id), &json!({ "reason": "spam", "note": "too much" }))
        .await
        .expect(201);
    let guild = friend.post("/guilds", &json!({ "name": format!("Friends of {name}") })).await.expect(201);
    ada.post("/guilds", &json!({ "name": format!("Guild of {name}") })).await.expect(201);
    let request = "INSERT INTO guild_requests (user_id, guild_id) SELECT u.id, g.id FROM users u, guilds g WHERE u.username = $1 AND g.id::text = $2";
    app.database.connect().await.execute(request, &[&name, &guild["id"].as_str()]).await.unwrap();
    ada
}

#[tokio::test]
async fn others_never_see_e_mail_body_weight_or_store_ids() {
    let app = spawn_app().await;
    let (ada, ben) = (full_lifter(&app, "ada").await, app.lifter("ben").await);
    let own = ada.profile().await;
    for answer in [
        ben.get(&format!("/users/{}", ada.id)).await,
        app.get("/users/username/ADA").await,
        ben.get("/scores/scenario/back_squat/leaderboard").await,
        app.get("/energy/leaderboard").await,
        app.get(&format!("/scores/user/{}/scenario/back_squat", ada.id)).await,
        ben.get(&format!("/personal_best_events/user/{}", ada.id)).await,
    ] {
        let text = answer.expect(200).to_string();
        assert!(text.contains(&ada.id) && !text.contains("ada@example.org") && !text.contains("83.25"), "{text}");
        assert!(!text.contains(own["weight_consent_at"].as_str().unwrap()), "{text}");
    }
}

#[tokio::test]
async fn what_is_said_to_one_is_kept_by_no_cache() {
    let app = spawn_app().await;
    let ada = full_lifter(&app, "ada").await;
    for path in ["/users/me", "/users/me/body-weights", "/feed", "/boards/energy", &format!("/users/{}", ada.id)] {
        assert_eq!(ada.get(path).await.header("cache-control"), "no-store", "{path}");
    }
    assert_eq!(ada.patch("/users/me", &json!({ "weight": 0 })).await.header("cache-control"), "no-store");
    assert_eq!(ada.get("/one-rep-max?weight=100&reps=5").await.header("cache-control"), "public, max-age=86400");
    assert_eq!(app.get("/boards/energy").await.header("cache-control"), "");
}

#[tokio::test]
async fn whoever_wishes_to_be_hidden_is_there_for_themselves_alone() {
    let app = spawn_app().await;
    let (ada, ben) = (full_lifter(&app, "ada").await, app.lifter("ben").await);
    assert_eq!(ada.patch("/users/me", &json!({ "is_private": true })).await.expect(200)["is_private"], true);
    let (history, best) = (
        format!("/scores/user/{}/scenario/back_squat", ada.id),
        format!("/scores/user/{}/scenario/back_squat/highscore", ada.id),
    );
    for stranger in [&ben, &Lifter::new(&app, "", "nonsense")] {
        stranger.get(&format!("/users/{}", ada.id)).await.problem(404);
        stranger.get("/users/username/ada").await.problem(404);
        stranger.get(&best).await.problem(404);
        assert_eq!(stranger.get(&history).await.expect(200), json!([]));
        assert_eq!(stranger.get(&format!("/energy/latest/{}", ada.id)).await.expect(200), json!(0));
        assert_eq!(stranger.get(&format!("/energy/daily/{}", ada.id)).await.expect(200), json!([]));
        for board in ["/energy/leaderboard", "/scores/scenario/back_squat/leaderboard"] {
            assert!(!stranger.get(board).await.expect(200).to_string().contains(&ada.id));
        }
    }
    assert_eq!(ben.get(&format!("/personal_best_events/user/{}", ada.id)).await.expect(200), json!([]));
    ada.get(&best).await.expect(200);
    assert_eq!(ada.get(&history).await.expect(200).as_array().unwrap().len(), 1);
    ada.get(&format!("/users/{}", ada.id)).await.expect(200);
    ada.patch("/users/me", &json!({ "is_private": false })).await.expect(200);
    assert!(app.get("/energy/leaderboard").await.expect(200).to_string().contains(&ada.id));
}

#[tokio::test]
async fn consent_to_body_weight_can_be_taken_back_with_every_copy() {
    let app = spawn_app().await;
    let ada = full_lifter(&app, "ada").await;
    assert!(ada.profile().await["energy"].as_f64().unwrap() > 0.0);
    for exercise in ["back_squat", "barbell_bench_press", "deadlift"] {
        ada.lift(exercise, 120.0, 1).await;
    }
    assert!(app.database.count("SELECT count(*) FROM standings WHERE board = 254 AND class IS NOT NULL").await > 0);
    app.database.connect().await.execute("UPDATE lifts SET doubt = 'bodyweight' WHERE reps = 5", &[]).await.unwrap();
    let refused = json!({ "weight_consent": false, "weight": 80 });
    ada.patch("/users/me", &refused).await.problem(422);
    let user = ada.patch("/users/me", &json!({ "weight_consent": false })).await.expect(200);
    assert_eq!((&user["weight"], &user["weight_consent_at"]), (&Value::Null, &Value::Null));
    assert_eq!(app.database.count("SELECT count(*) FROM body_weights").await, 0);
    assert_eq!(app.database.count("SELECT count(*) FROM lifts WHERE bodyweight_kg IS NOT NULL").await, 0);
    assert_eq!(app.database.count("SELECT count(*) FROM lifts WHERE doubt IS NOT NULL").await, 0);
    assert_eq!(app.database.count("SELECT count(*) FROM standings WHERE class IS NOT NULL OR board = 254").await, 0);
    assert!(app.database.count("SELECT count(*) FROM standings").await > 0, "kilograms stay");
    app.database.expect_counted().await;
    assert!(ada.patch("/users/me", &json!({ "weight": 80 })).await.problem(422).contains("consent"));
    let user = ada.patch("/users/me", &json!({ "weight": 80, "weight_consent": true })).await.expect(200);
    assert_eq!(user["weight"], 80.0);
}

/// The tables that hold something of a user: whatever points at `users`, directly or by a session.
async fn tables_about_users(app: &App) -> BTreeSet<String> {
    let pointing = "SELECT DISTINCT c.conrelid::regclass::text FROM pg_constraint c
                    WHERE c.contype = 'f' AND c.confrelid IN ('users'::regclass, 'sessions'::regclass)
                    UNION SELECT 'audit'";
    app.database.connect().await.query(pointing, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn the_export_holds_everything_and_no_secret() {
    let app = spawn_app().await;
    let (ada, _ben) = (full_lifter(&app, "ada").await, full_lifter(&app, "ben").await);
    let answer = ada.get("/users/me/export").await;
    assert!(answer.header("content-disposition").contains("attachment"));
    let text = answer.text.clone();
    let export = answer.expect(200);
    for table in tables_about_users(&app).await {
        let section = if table == "recovery_codes" { "second_factors" } else { &table };
        assert!(!export[section].as_array().unwrap_or_else(|| panic!("{table} is not exported")).is_empty(), "{table}");
    }
    assert_eq!(
        (&export["account"][0]["email"], &export["account"][0]["weight_kg"]),
        (&json!("ada@example.org"), &json!(83.25))
    );
    assert_eq!(export["lifts"].as_array().unwrap().len(), 3);
    assert_eq!(export["routines"][0]["items"][1]["exercise_id"], "barbell_bench_press");
    assert_eq!(export["routine_shares"][0]["items"][2]["reps"], 12);
    for secret in ["argon2", "secret-", "hash", "ben@"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[tokio::test]
async fn every_table_is_named_in_the_document() {
    let app = spawn_app().await;
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/DATA.md")).unwrap();
    let tables = "SELECT CASE schemaname WHEN 'public' THEN tablename ELSE schemaname END FROM pg_tables
                  WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
    for row in app.database.connect().await.query(tables, &[]).await.unwrap() {
        let table: String = row.get(0);
        assert!(document.contains(&format!("`{table}`")), "docs/DATA.md does not name {table}");
    }
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_and_is_out_everywhere() {
    let app = spawn_app().await;
    let (ada, ben) = (full_lifter(&app, "ada").await, full_lifter(&app, "ben").await);
    ada.lift("deadlift", 150.0, 1).await;
    ben.lift("deadlift", 200.0, 1).await;
    assert_eq!(
        app.database.count(&format!("SELECT count(*) FROM rank_rises WHERE '{}' = ANY (passed)", ada.id)).await,
        1
    );
    app.post("/auth/login", &json!({ "email": "ada@example.org", "password": "wrong" })).await.problem(401);
    ada.delete("/users/me").await.expect(204);
    crate::refresh::eventually_out(&app, &ada.id, &ada.token).await;
    app.get(&format!("/users/{}", ada.id)).await.problem(404);
    for board in ["/energy/leaderboard", "/scores/scenario/back_squat/leaderboard"] {
        let board = app.get(board).await.expect(200);
        assert!(!board.to_string().contains(&ada.id) && board.to_string().contains(&ben.id));
    }
    app.post("/auth/login", &json!({ "email": "ada@example.org", "password": "correct horse" })).await.problem(401);
    // Not a trace of name, address or id in any table; but for the id, for a day, that tokens are refused by, and for two
    // hours, that boards are told by.
    let db = app.database.connect().await;
    let tables =
        "SELECT format('%I', relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    for row in db.query(tables, &[]).await.unwrap() {
        let table: String = row.get(0);
        let traces =
            format!("SELECT count(*) FROM {table} t WHERE t::text LIKE '%{}%' OR t::text LIKE '%ada@%'", ada.id);
        let traces: i64 = db.query_one(&traces, &[]).await.unwrap().get(0);
        match table.as_str() {
            "revocations" => assert_eq!(traces, 1),
            // By which other processes hear of it; for two hours.
            "board_changes" => assert!(traces > 0),
            _ => assert_eq!(traces, 0, "{table}"),
        }
    }
    let refused = "SELECT count(*) FROM audit WHERE action = 'signed_in' AND result = 'refused' AND address IS NULL";
    assert_eq!(app.database.count(refused).await, 1, "the deed stays, without the person");
    app.lifter("ada").await;
}

#[tokio::test]
async fn an_old_login_needs_the_password_to_delete() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let age = "UPDATE sessions SET created_at = now() - interval '25 hours'";
    app.database.connect().await.execute(age, &[]).await.unwrap();
    assert!(ada.delete("/users/me").await.problem(403).contains("password"));
    let delete = async |password: &str| {
        ada.send(ada.request("DELETE", "/users/me/").json(&json!({ "password": password }))).await
    };
    delete("wrong").await.problem(403);
    delete("correct horse").await.expect(204);
    assert_eq!(app.database.count("SELECT count(*) FROM users").await, 0);
}

#[tokio::test]
async fn of_two_deletions_and_a_lift_at_once_nothing_is_left() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let lift = json!({ "weight_lifted": 100, "reps": 5 });
    let (deletions, lifts) = join(
        futures_util::future::join_all((0..3).map(|_| ada.delete("/users/me"))),
        futures_util::future::join_all((0..10).map(|_| ada.post("/scores/scenario/back_squat/", &lift))),
    )
    .await;
    assert!(deletions.iter().any(|answer| answer.status == 204));
    assert!(deletions.iter().all(|answer| [204, 401, 403].contains(&answer.status)), "{deletions:?}");
    assert!(lifts.iter().all(|answer| [200, 401].contains(&answer.status)), "{lifts:?}");
    for table in ["users", "lifts", "personal_bests", "sessions"] {
        assert_eq!(app.database.count(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
}

#[tokio::test]
async fn what_others_do_while_somebody_is_deleted_leaves_no_name_in_the_audit() {
    let app = spawn_app().await;
    for round in 0..4 {
        let name = format!("ada{round}");
        let ada = app.lifter(&name).await;
        let wrong = json!({ "email": format!("{name}@example.org"), "password": "wrong" });
        let key = json!({ "name": "x", "scopes": ["read"] });
        let others = futures_util::future::join3(
            futures_util::future::join_all((0..6).map(|_| app.post("/auth/login", &wrong))),
            futures_util::future::join_all((0..6).map(|_| ada.post("/api-keys", &key))),
            futures_util::future::join_all((0..3).map(|_| ada.post("/invites", &key))),
        );
        let deletion = async {
            tokio::time::sleep(std::time::Duration::from_millis(round * 15)).await;
            ada.delete("/users/me").await.expect(204);
        };
        let ((logins, keys, invites), ()) = join(others, deletion).await;
        assert!(logins.iter().all(|answer| answer.status == 401), "{logins:?}");
        assert!(
            keys.iter().chain(&invites).all(|answer| [201, 401, 403].contains(&answer.status)),
            "{keys:?} {invites:?}"
        );
    }
    let named = "SELECT count(*) FROM audit WHERE actor IS NOT NULL OR target IS NOT NULL";
    assert_eq!(app.database.count(named).await, 0);
}

#[tokio::test]
async fn the_queue_forgets_whoever_is_deleted() {
    let settings = vec![("MAIL_FROM", "lift@example.org".into())];
    let app = spawn_app_with(Options { settings, ..Options::default() }).await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    app.post("/auth/forgot-password", &json!({ "email": "ADA@example.org" })).await.expect(202);
    let jobs = async |text: &str| {
        let sql = format!("SELECT count(*) FROM graphile_worker._private_jobs WHERE payload::text ILIKE '%{text}%'");
        app.database.count(&sql).await
    };
    assert_eq!((jobs(&ada.id).await, jobs("ada@").await, jobs(&ben.id).await), (1, 1, 1));
    ada.delete("/users/me").await.expect(204);
    assert_eq!((jobs(&ada.id).await, jobs("ada@").await, jobs(&ben.id).await), (0, 0, 1));
}
