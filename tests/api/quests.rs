//! `/quests/me`, `/levels`: what training is worth.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::{Lifter, spawn_app};

async fn quest(lifter: &Lifter<'_>, code: &str) -> Value {
    let listed = lifter.get("/quests/me").await.expect(200);
    let quests = listed["quests"].as_array().unwrap().clone();
    quests.into_iter().find(|quest| quest["template"]["code"] == code).unwrap_or_else(|| panic!("{code} is not listed"))
}

async fn xp(lifter: &Lifter<'_>) -> i64 {
    lifter.get("/levels/me").await.expect(200)["xp"].as_i64().unwrap()
}

/// A workout without a lift that counts.
async fn train(lifter: &Lifter<'_>, minutes: f64, at: Timestamp) -> String {
    let set = json!({ "exercise_id": "deadlift", "weight_kg": 20, "reps": 5, "kind": "warm_up" });
    let body = json!({ "minutes": minutes, "completed_at": at.to_string(), "sets": [set] });
    let done = lifter.post("/workouts", &body).await.expect(201);
    done["workout"]["id"].as_str().unwrap().to_owned()
}

/// Some moments of today for somebody, in a time zone in which it is about noon.
fn noon_zone() -> (&'static str, Timestamp) {
    let now = Timestamp::now();
    let zones = ["UTC", "Asia/Tokyo", "America/Los_Angeles", "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Auckland"];
    let is_noon = |zone: &&str| (9..16).contains(&now.to_zoned(TimeZone::get(zone).unwrap()).hour());
    (zones.into_iter().find(is_noon).unwrap(), now)
}

#[tokio::test]
async fn a_quest_is_listed_completed_and_claimed_once() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let (zone, now) = noon_zone();
    ada.patch("/users/me", &json!({ "time_zone": zone })).await.expect(200);
    let fresh = quest(&ada, "daily_30_min_workout").await;
    for (field, is_right) in [
        ("id", fresh["id"].is_string()),
        ("status", fresh["status"] == "active"),
        ("progress", fresh["progress"] == 0 && fresh["progress"].is_i64()),
        ("required", fresh["required"] == 30),
        ("progress_pct", fresh["progress_pct"] == 0.0),
        ("reward_xp", fresh["reward_xp"] == 100),
        ("completed_at", fresh["completed_at"].is_null()),
        ("metric", fresh["template"]["metric"] == "active_minutes"),
        ("cadence", fresh["template"]["cadence"] == "daily"),
        ("target", fresh["template"]["target_value"] == 30),
        ("starts", fresh["cycle_start"] == fresh["available_from"] && fresh["cycle_end"] == fresh["expires_at"]),
    ] {
        assert!(is_right, "{field}: {fresh}");
    }
    let path = format!("/quests/me/{}/claim", fresh["id"].as_str().unwrap());
    ada.post(&path, &json!({})).await.problem(400);
    // Several short sessions are no long one.
    train(&ada, 20.0, now - SignedDuration::from_mins(90)).await;
    train(&ada, 20.0, now - SignedDuration::from_mins(60)).await;
    let half = quest(&ada, "daily_30_min_workout").await;
    assert_eq!((&half["progress"], &half["id"]), (&json!(20), &fresh["id"]));
    ada.post(&path, &json!({})).await.problem(400);
    train(&ada, 29.5, now).await;
    let done = quest(&ada, "daily_30_min_workout").await;
    assert_eq!((&done["status"], &done["progress_pct"]), (&json!("completed"), &json!(1.0)));
    assert_eq!(quest(&ada, "weekly_30_min_workout_three_days").await["progress"], 1);

    let before = xp(&ada).await;
    let empty = json!({});
    let claims = futures_util::future::join_all((0..8).map(|_| ada.post(&path, &empty))).await;
    for claim in claims {
        assert_eq!(claim.expect(200)["status"], "claimed");
    }
    assert_eq!(xp(&ada).await, before + 100, "paid once");
    app.lifter("ben").await.post(&path, &json!({})).await.problem(404);
    ada.post("/quests/me/nonsense/claim", &json!({})).await.problem(422);
    // What pays by itself has paid.
    assert_eq!(quest(&ada, "daily_show_up").await["status"], "claimed");
    assert_eq!(app.get(&format!("/levels/user/{}", ada.id)).await.expect(200)["xp"], xp(&ada).await);
}

#[tokio::test]
async fn a_workout_of_yesterday_moves_yesterdays_quest_and_an_old_one_none() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let (zone, now) = noon_zone();
    ada.patch("/users/me", &json!({ "time_zone": zone })).await.expect(200);
    train(&ada, 45.0, now - SignedDuration::from_hours(25)).await;
    assert_eq!(xp(&ada).await, 0, "it came too late");
    assert_eq!(quest(&ada, "weekly_two_workouts").await["progress"], 0);
    let yesterday = now - SignedDuration::from_hours(20);
    train(&ada, 45.0, yesterday).await;
    let listed = ada.get("/quests/me").await.expect(200);
    let daily: Vec<_> = listed["quests"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|quest| quest["template"]["code"] == "daily_30_min_workout")
        .collect();
    // Existing clients take the first: the running cycle.
    let states: Vec<_> = daily.iter().map(|quest| quest["status"].as_str().unwrap()).collect();
    let in_two_days =
        now.to_zoned(TimeZone::get(zone).unwrap()).date() != yesterday.to_zoned(TimeZone::get(zone).unwrap()).date();
    assert_eq!(states, if in_two_days { vec!["active", "completed"] } else { vec!["completed"] });
    let path = format!("/quests/me/{}/claim", daily.last().unwrap()["id"].as_str().unwrap());
    assert_eq!(ada.post(&path, &json!({})).await.expect(200)["status"], "claimed");
    // The template is there for a week after its cycle, and no longer.
    let db = app.database.connect().await;
    db.batch_execute("UPDATE user_quests SET claimed_at = NULL, cycle_start = cycle_start - interval '9 days', cycle_end = cycle_end - interval '9 days'").await.unwrap();
    ada.post(&path, &json!({})).await.problem(400);
}

#[tokio::test]
async fn a_reward_that_is_earned_no_longer_is_taken_back() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let (zone, now) = noon_zone();
    ada.patch("/users/me", &json!({ "time_zone": zone })).await.expect(200);
    let id = train(&ada, 40.0, now).await;
    let path = format!("/quests/me/{}/claim", quest(&ada, "daily_30_min_workout").await["id"].as_str().unwrap());
    ada.post(&path, &json!({})).await.expect(200);
    let paid = xp(&ada).await;
    ada.patch(&format!("/workouts/{id}"), &json!({ "minutes": 10 })).await.expect(200);
    assert_eq!(xp(&ada).await, paid - 100);
    assert_eq!(quest(&ada, "daily_30_min_workout").await["status"], "active");
    ada.delete(&format!("/workouts/{id}")).await.expect(204);
    assert_eq!(xp(&ada).await, 0);
}

#[tokio::test]
async fn another_time_zone_pays_no_workout_twice() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let (zone, now) = noon_zone();
    ada.patch("/users/me", &json!({ "time_zone": zone })).await.expect(200);
    train(&ada, 65.0, now - SignedDuration::from_mins(70)).await;
    let before = xp(&ada).await;
    for other in ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", zone] {
        ada.patch("/users/me", &json!({ "time_zone": other })).await.expect(200);
        train(&ada, 1.0, Timestamp::now()).await;
        assert!(ada.get("/quests/me").await.expect(200)["quests"].as_array().unwrap().len() >= 12);
    }
    // Five workouts are what two a day and two and four a week ask for; of the hour and the day each pays once.
    let gained = xp(&ada).await - before;
    assert!(gained <= 50 + 100, "{gained}");
}

#[tokio::test]
async fn a_days_volume_pays_six_hundred_at_most_and_a_set_for_a_hundred_repetitions() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.patch("/users/me", &json!({ "weight": 50, "gender": "Female" })).await.expect(200);
    let score = async |weight: f64, reps: i32, sets: i32| {
        let body = json!({ "weight_lifted": weight, "reps": reps, "sets": sets });
        ada.post("/scores/scenario/back_squat/", &body).await.expect(200);
        xp(&ada).await
    };
    assert_eq!(score(50.0, 10, 3).await, 10 + 30);
    assert_eq!(score(5.0, 1000, 1).await, 10 + 30 + 10 + 10, "a hundred repetitions at most");
    assert_eq!(score(50.0, 10, 100).await, 600 + 20, "a day's limit");
    let level = ada.get("/levels/me").await.expect(200);
    assert_eq!(
        level,
        json!({ "level": 3, "xp": 620, "xp_to_next": 280, "progress_pct": 0.44, "xp_gained_this_week": 620 })
    );
    assert!(level["level"].is_i64() && level["xp_to_next"].is_i64());
    // Nobody is paid for what is deleted, and for what is lifted again only once.
    ada.delete(&format!("/scores/user/{}", ada.id)).await.expect(204);
    assert_eq!(xp(&ada).await, 0);
    assert_eq!(score(50.0, 10, 3).await, 40);
    // There is no other way to points.
    ada.post("/levels/me/award", &json!({ "amount": 1000 })).await.problem(404);
    app.get(&format!("/levels/user/{}", uuid::Uuid::new_v4())).await.problem(404);
    app.get("/levels/me").await.problem(401);
}

#[tokio::test]
async fn a_claim_beside_a_deletion_pays_for_nothing_that_is_gone() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let (zone, _) = noon_zone();
    ada.patch("/users/me", &json!({ "time_zone": zone })).await.expect(200);
    let empty = json!({});
    for round in 0..12 {
        let id = train(&ada, 35.0, Timestamp::now() - SignedDuration::from_mins(round)).await;
        let claim = format!("/quests/me/{}/claim", quest(&ada, "daily_30_min_workout").await["id"].as_str().unwrap());
        let workout = format!("/workouts/{id}");
        let (first, second, gone) =
            tokio::join!(ada.post(&claim, &empty), ada.post(&claim, &empty), ada.delete(&workout));
        assert!(first.status < 500 && second.status < 500, "{} {}", first.text, second.text);
        gone.expect(204);
        assert_eq!(xp(&ada).await, 0, "round {round}");
    }
    app.command(&["recompute", "--check"]).await.expect("nothing differs");
}

#[tokio::test]
async fn quests_of_another_time_zone_follow_a_deletion_too() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let now = Timestamp::now();
    let first = train(&ada, 60.0, now - SignedDuration::from_hours(20)).await;
    let second = train(&ada, 61.0, now).await;
    for zone in ["Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
        ada.patch("/users/me", &json!({ "time_zone": zone })).await.expect(200);
    }
    for id in [first, second] {
        ada.delete(&format!("/workouts/{id}")).await.expect(204);
    }
    assert_eq!(xp(&ada).await, 0);
    app.command(&["recompute", "--check"]).await.expect("nothing differs");
}

#[tokio::test]
async fn a_score_that_is_edited_keeps_what_its_best_paid_and_a_day_pays_twenty_bests() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let id = ada.lift_id("back_squat", 50.0, 5).await;
    assert_eq!(xp(&ada).await, 10);
    ada.patch(&format!("/scores/{id}"), &json!({ "weight_lifted": 60 })).await.expect(200);
    assert_eq!(xp(&ada).await, 10);
    for kg in 0..25 {
        ada.lift("deadlift", 50.0 + f64::from(kg), 1).await;
    }
    assert_eq!(xp(&ada).await, 200);
    app.command(&["recompute", "--check"]).await.expect("nothing differs");
}

#[tokio::test]
async fn an_empty_submission_is_no_workout_and_what_is_edited_late_pays_nothing() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.patch("/users/me", &json!({ "weight": 80, "gender": "Male" })).await.expect(200);
    let empty = json!({ "duration": 90, "completion_timestamp": Timestamp::now().to_string(), "status": "completed",
        "scenario_submissions": [] });
    ada.post("/routine_submission/", &empty).await.expect(201);
    assert_eq!(xp(&ada).await, 0);
    let set = json!({ "exercise_id": "deadlift", "weight_kg": 100, "reps": 10 });
    let body = json!({ "minutes": 20, "completed_at": (Timestamp::now() - SignedDuration::from_mins(5)).to_string(), "sets": [set] });
    let done = ada.post("/workouts", &body).await.expect(201);
    assert!(xp(&ada).await > 0);
    let db = app.database.connect().await;
    db.batch_execute(
        "UPDATE workouts SET recorded_at = recorded_at - interval '30 days', completed_at = completed_at - interval '30 days';
         UPDATE lifts SET recorded_at = recorded_at - interval '30 days', performed_at = performed_at - interval '30 days'",
    )
    .await
    .unwrap();
    let more = json!({ "minutes": 600, "sets": [{ "exercise_id": "deadlift", "weight_kg": 100, "reps": 100 }] });
    ada.patch(&format!("/workouts/{}", done["workout"]["id"].as_str().unwrap()), &more).await.expect(200);
    let volume = "SELECT count(*) FROM xp_events WHERE source IN ('volume', 'best')";
    assert_eq!(app.database.count(volume).await, 0);
}
