//! `POST`, `PATCH` and `DELETE /scores/…`: what becomes of bests, energy and boards when lifts are changed or go.

use futures_util::future::{join_all, join3};
use serde_json::json;

use crate::support::{Lifter, place_on, spawn_app};

async fn values(lifter: &Lifter<'_>, path: &str) -> Vec<f64> {
    let list = lifter.get(path).await.expect(200);
    list.as_array().unwrap().iter().map(|row| row["score_value"].as_f64().unwrap()).collect()
}

#[tokio::test]
async fn a_score_may_name_its_exercise_in_the_body() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let body = json!({ "weight_lifted": 100, "reps": 5, "scenario_id": "deadlift" });
    app.post("/scores/", &body).await.problem(401);
    assert!(ada.post("/scores/", &json!({ "weight_lifted": 1 })).await.problem(400).contains("scenario_id"));
    ada.post("/scores/", &json!({ "weight_lifted": 1, "scenario_id": "no_such_lift" })).await.problem(404);
    let bad = json!({ "weight_lifted": 1, "scenario_id": "deadlift", "performed_at": "2999-01-01T00:00:00Z" });
    ada.post("/scores/", &bad).await.problem(422);
    let score = ada.post("/scores/", &body).await.expect(200);
    assert_eq!((&score["user_id"], &score["scenario_id"]), (&json!(ada.id), &json!("deadlift")));
    assert!((score["score_value"].as_f64().unwrap() - 116.666_666_67).abs() < 1e-6);
    let post = || {
        let request = ada.request("POST", "/scores").header("idempotency-key", "one");
        ada.send(request.json(&body))
    };
    assert_eq!(post().await.expect(200)["id"], post().await.expect(200)["id"]);
    assert_eq!(app.database.count("SELECT count(*) FROM lifts").await, 2);
    let other_route = ada.request("POST", "/scores/scenario/deadlift").header("idempotency-key", "one");
    ada.send(other_route.json(&body)).await.problem(409);
    app.database.expect_counted().await;
}

#[tokio::test]
async fn whoever_deletes_all_scores_begins_anew() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    ada.patch("/users/me", &json!({ "weight": 80, "gender": "Male" })).await.expect(200);
    let all = format!("/scores/user/{}", ada.id);
    ada.delete(&all).await.problem(404);
    app.post("/scores", &json!({})).await.problem(401);
    for exercise in ["back_squat", "barbell_bench_press", "deadlift"] {
        ada.lift(exercise, 100.0, 1).await;
    }
    ben.lift("deadlift", 90.0, 1).await;
    let points = app.database.count("SELECT count(*) FROM energy_history").await;
    ben.delete(&all).await.problem(403);
    ada.delete(&all).await.expect(204);
    ada.delete(&all).await.problem(404);
    let user = ada.profile().await;
    assert_eq!((&user["energy"], &user["rank"]), (&json!(0.0), &json!("Unranked")));
    let kept = format!("SELECT count(*) FROM energy_history WHERE user_id = '{}' AND energy = 0", ada.id);
    assert_eq!(app.database.count(&kept).await, 1);
    assert_eq!(app.database.count("SELECT count(*) FROM energy_history").await, points + 1);
    for table in ["lifts", "personal_bests", "personal_best_events", "standings"] {
        let left = format!("SELECT count(*) FROM {table} WHERE user_id = '{}'", ada.id);
        assert_eq!(app.database.count(&left).await, 0, "{table}");
    }
    assert!(!app.get("/scores/scenario/deadlift/leaderboard").await.expect(200).to_string().contains(&ada.id));
    assert_eq!(place_on(&ben.lift("deadlift", 95.0, 1).await, "deadlift"), Some((1, 1)), "at once");
    assert_eq!(ada.lift("deadlift", 50.0, 1).await["is_personal_best"], true);
    app.database.expect_counted().await;
}

#[tokio::test]
async fn what_was_best_before_is_the_best_again_when_a_lift_goes() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    ben.lift("deadlift", 150.0, 1).await;
    ada.lift("deadlift", 140.0, 1).await;
    let energy = ada.profile().await["energy"].clone();
    let best = ada.lift_id("deadlift", 200.0, 1).await;
    assert_ne!(ada.profile().await["energy"], energy);
    let events = format!("/personal_best_events/user/{}", ada.id);
    assert_eq!(values(&ada, &events).await, [200.0, 140.0]);
    ben.delete(&format!("/scores/{best}")).await.problem(404);
    ada.delete(&format!("/scores/{best}")).await.expect(204);
    ada.delete(&format!("/scores/{best}")).await.problem(404);
    assert_eq!(ada.profile().await["energy"], energy);
    assert_eq!(values(&ada, &events).await, [140.0], "the history names no lift that is gone");
    let highscore = format!("/scores/user/{}/scenario/deadlift/highscore", ada.id);
    assert_eq!(app.get(&highscore).await.expect(200)["score_value"], 140.0);
    assert_eq!(place_on(&ben.lift("deadlift", 151.0, 1).await, "deadlift"), Some((1, 2)), "at once");
    for bad in ["0", "-1", "2147483647"] {
        ada.delete(&format!("/scores/{bad}")).await.problem(404);
    }
    ada.delete("/scores/99999999999").await.problem(422);
    app.database.expect_counted().await;
}

#[tokio::test]
async fn an_edited_lift_counts_as_it_is_now() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    ada.patch("/users/me", &json!({ "weight": 80, "gender": "Male" })).await.expect(200);
    ada.lift("deadlift", 140.0, 1).await;
    let id = ada.lift_id("deadlift", 200.0, 1).await;
    let path = format!("/scores/{id}");
    let (events, history) =
        (format!("/personal_best_events/user/{}", ada.id), format!("/scores/user/{}/scenario/deadlift", ada.id));
    ben.patch(&path, &json!({ "reps": 1 })).await.problem(404);
    let high = ada.profile().await["energy"].as_f64().unwrap();
    let score = ada.patch(&path, &json!({ "weight_lifted": 120, "reps": 2, "sets": null })).await.expect(200);
    assert_eq!((&score["score_value"], &score["sets"], &score["reps"]), (&json!(128.0), &json!(null), &json!(2)));
    assert!(ada.profile().await["energy"].as_f64().unwrap() < high);
    assert_eq!(values(&ada, &events).await, [140.0]);
    assert_eq!(values(&ada, &history).await, [128.0, 140.0]);
    app.database.expect_counted().await;
    // Up again: the best, and an event as a new lift would be.
    ada.patch(&path, &json!({ "weight_lifted": 160, "reps": null })).await.expect(200);
    assert_eq!(values(&ada, &events).await, [160.0, 140.0]);
    app.database.expect_counted().await;
    // What does not change the value changes no event.
    let before = ada.get(&events).await.expect(200);
    ada.patch(&path, &json!({ "sets": 3, "performed_at": "2021-05-01T10:00:00Z" })).await.expect(200);
    assert_eq!(ada.get(&events).await.expect(200), before);
    ada.patch(&path, &json!({})).await.expect(200);
    // Equipped: off the contract's boards.
    ada.patch(&path, &json!({ "equipment": "single_ply" })).await.expect(200);
    assert_eq!(app.get(&format!("{history}/highscore")).await.expect(200)["score_value"], 140.0);
    assert_eq!(values(&ada, &events).await, [140.0]);
    app.database.expect_counted().await;
    for (bad, field) in [
        (json!({ "weight_lifted": 1001 }), "weight_lifted"),
        (json!({ "weight_lifted": -1 }), "weight_lifted"),
        (json!({ "reps": 1001 }), "reps"),
        (json!({ "sets": 101 }), "sets"),
        (json!({ "equipment": "suit" }), "equipment"),
        (json!({ "performed_at": "2999-01-01T00:00:00Z" }), "performed_at"),
        (json!({ "performed_at": "1949-12-31T23:59:59Z" }), "performed_at"),
    ] {
        assert!(ada.patch(&path, &bad).await.problem(422).contains(field), "{bad}");
    }
    app.database.connect().await.execute("UPDATE lifts SET source = 'import'", &[]).await.unwrap();
    ada.patch(&path, &json!({ "reps": 2 })).await.problem(409);
}

#[tokio::test]
async fn an_edit_to_another_day_finds_its_moment_anew() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.patch("/users/me", &json!({ "weight": 80, "gender": "Male", "birth_year": 1990 })).await.expect(200);
    let db = app.database.connect().await;
    let enter = "INSERT INTO body_weights SELECT id, date '2020-01-10', 60 FROM users
                 UNION SELECT id, date '2020-01-20', 70 FROM users";
    db.execute(enter, &[]).await.unwrap();
    let id = ada.lift_id("deadlift", 200.0, 1).await;
    let path = format!("/scores/{id}");
    let moment = async || {
        let sql = "SELECT bodyweight_kg, age_years, doubt::text, scored_as::text FROM lifts";
        let row = db.query_one(sql, &[]).await.unwrap();
        (row.get::<_, f64>(0), row.get::<_, f32>(1), row.get::<_, Option<String>>(2), row.get::<_, String>(3))
    };
    ada.patch("/users/me", &json!({ "weight": 90, "scored_as": "women" })).await.expect(200);
    ada.patch(&path, &json!({ "weight_lifted": 190 })).await.expect(200);
    assert_eq!(moment().await.0, 80.0, "the day is the same");
    ada.patch(&path, &json!({ "performed_at": "2020-02-15T12:00:00Z" })).await.expect(200);
    assert_eq!(moment().await, (70.0, 30.0, None, "men".into()));
    ada.patch(&path, &json!({ "performed_at": "2020-01-25T12:00:00Z" })).await.expect(200);
    assert_eq!(moment().await, (70.0, 30.0, Some("bodyweight".into()), "men".into()));
    ada.patch(&path, &json!({ "performed_at": "2020-02-15T12:00:00Z", "weight_lifted": 600 })).await.expect(200);
    assert_eq!(moment().await.2.as_deref(), Some("ceiling"));
    assert_eq!(app.database.count("SELECT count(*) FROM standings WHERE board < 250").await, 0);
    app.database.expect_counted().await;
}

#[tokio::test]
async fn an_accepted_lift_that_claims_more_waits_anew() {
    let app = spawn_app().await;
    let (ada, eve) = (app.lifter("ada").await, app.lifter("eve").await);
    app.command(&["user", "promote", "eve", "--to", "moderator"]).await.unwrap();
    let id = ada.lift_id("back_squat", 520.0, 1).await;
    eve.post(&format!("/moderation/lifts/{id}/accept"), &json!({})).await.expect(204);
    let state = async || ada.get("/users/me/lifts/judged").await.expect(200)["items"][0]["state"].clone();
    let edit = async |change: serde_json::Value| ada.patch(&format!("/scores/{id}"), &change).await.expect(200);
    edit(json!({ "weight_lifted": 515, "sets": 2 })).await;
    assert_eq!(state().await, "accepted");
    let moved = edit(json!({ "performed_at": "2026-01-05T10:00:00Z" })).await;
    assert_eq!(
        (state().await, &moved["waits_for_moderator"]),
        (json!("waiting"), &json!("ceiling")),
        "seen on another day"
    );
    eve.post(&format!("/moderation/lifts/{id}/accept"), &json!({})).await.expect(204);
    edit(json!({ "weight_lifted": 516 })).await;
    assert_eq!(state().await, "waiting");
    app.get(&format!("/scores/user/{}/scenario/back_squat/highscore", ada.id)).await.problem(404);
    eve.post(&format!("/moderation/lifts/{id}/accept"), &json!({})).await.expect(204);
    edit(json!({ "equipment": "wraps" })).await;
    assert_ne!(state().await, "accepted", "something else was worn than what was accepted");
    eve.post(&format!("/moderation/lifts/{id}/void"), &json!({ "reason": "no depth" })).await.expect(204);
    ada.patch(&format!("/scores/{id}"), &json!({ "weight_lifted": 200 })).await.problem(409);
    ada.delete(&format!("/scores/{id}")).await.expect(204);
    assert_eq!(ada.get("/users/me/lifts/judged").await.expect(200)["items"], json!([]));
    app.database.expect_counted().await;
}

#[tokio::test]
async fn whatever_happens_to_a_lifter_at_once_all_numbers_agree() {
    let app = spawn_app().await;
    let (ada, eve) = (app.lifter("ada").await, app.lifter("eve").await);
    app.command(&["user", "promote", "eve", "--to", "moderator"]).await.unwrap();
    ada.patch("/users/me", &json!({ "weight": 80, "gender": "Male" })).await.expect(200);
    let mut ids = Vec::new();
    for (number, exercise) in ["back_squat", "barbell_bench_press", "deadlift"].repeat(4).into_iter().enumerate() {
        ids.push(ada.lift_id(exercise, 100.0 + number as f64, 1).await);
    }
    let edits = join_all(
        ids.iter()
            .map(async |id| ada.patch(&format!("/scores/{id}"), &json!({ "weight_lifted": 90 + id })).await.status),
    );
    let removals = join_all(ids.iter().step_by(3).map(async |id| ada.delete(&format!("/scores/{id}")).await.status));
    let others = join3(
        join_all(ids.iter().skip(1).step_by(3).map(async |id| {
            let reason = json!({ "reason": "no" });
            eve.post(&format!("/moderation/lifts/{id}/void"), &reason).await.status
        })),
        join_all((0..6).map(async |number| ada.lift("deadlift", 95.0 + f64::from(number), 1).await)),
        join_all((0..4).map(async |number| {
            ada.patch("/users/me", &json!({ "weight": 80 + number, "is_private": number % 2 == 0 })).await.status
        })),
    );
    let (edits, removals, (voids, _, profiles)) = join3(edits, removals, others).await;
    assert!(edits.iter().all(|status| [200, 404, 409].contains(status)), "{edits:?}");
    assert!(removals.iter().chain(&voids).all(|status| *status == 204), "{removals:?} {voids:?}");
    assert!(profiles.iter().all(|status| *status == 200), "{profiles:?}");
    app.database.expect_counted().await;
    let energy = ada.profile().await["energy"].clone();
    ada.post("/energy/submit", &json!({ "user_id": ada.id })).await.expect(200);
    assert_eq!(ada.profile().await["energy"], energy);
}
