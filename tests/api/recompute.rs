//! `repduel recompute`: what follows from lifts and workouts is what they give, whatever was done in whatever order.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::{App, Lifter, spawn_app};

const EXERCISES: [&str; 5] = ["back_squat", "barbell_bench_press", "deadlift", "pull_up", "barbell_row"];

fn random_sets(random: &mut fastrand::Rng) -> Value {
    let set = |random: &mut fastrand::Rng| {
        let exercise = random.choice(EXERCISES).unwrap();
        let kinds = ["normal", "normal", "normal", "warm_up", "drop", "failure"];
        json!({ "exercise_id": exercise, "weight_kg": if exercise == "pull_up" { 0 } else { 20 + 5 * random.u32(0..40) },
            "reps": random.u32(0..13), "kind": random.choice(kinds).unwrap(), "assisted": random.u8(0..10) == 0 })
    };
    let sets: Vec<_> = (0..random.usize(1..12)).map(|_| set(random)).collect();
    Value::from(sets)
}

fn random_time(random: &mut fastrand::Rng) -> String {
    (Timestamp::now() - SignedDuration::from_mins(random.i64(0..48 * 60))).to_string()
}

/// Does something to the workouts of somebody.
async fn act(lifter: &Lifter<'_>, workouts: &mut Vec<String>, random: &mut fastrand::Rng) {
    let some = random.choice(workouts.iter()).cloned();
    match (random.u8(0..10), some) {
        (0..4, _) | (_, None) => {
            let body = json!({ "minutes": random.u32(0..100), "completed_at": random_time(random), "sets": random_sets(random) });
            let done = lifter.post("/workouts", &body).await.expect(201);
            workouts.push(done["workout"]["id"].as_str().unwrap().to_owned());
        }
        (4, Some(id)) => {
            lifter.delete(&format!("/workouts/{id}")).await.expect(204);
            workouts.retain(|kept| *kept != id);
        }
        (5, Some(id)) => {
            lifter.patch(&format!("/workouts/{id}"), &json!({ "sets": random_sets(random) })).await.expect(200);
        }
        (6, Some(id)) => {
            let body = json!({ "minutes": random.u32(0..100), "completed_at": random_time(random) });
            lifter.patch(&format!("/workouts/{id}"), &body).await.expect(200);
        }
        (7, _) => {
            lifter
                .lift(random.choice(EXERCISES).unwrap(), 20.0 + 2.5 * f64::from(random.u8(0..80)), random.i32(1..12))
                .await;
        }
        (8, _) => {
            lifter.patch("/users/me", &json!({ "weight": 60 + random.u8(0..6) })).await.expect(200);
        }
        _ => {
            let quests = lifter.get("/quests/me").await.expect(200);
            for quest in quests["quests"].as_array().unwrap().iter().filter(|quest| quest["status"] == "completed") {
                lifter
                    .post(&format!("/quests/me/{}/claim", quest["id"].as_str().unwrap()), &json!({}))
                    .await
                    .expect(200);
            }
        }
    }
}

async fn heavy<'a>(app: &'a App, name: &str) -> Lifter<'a> {
    let lifter = app.lifter(name).await;
    lifter.patch("/users/me", &json!({ "weight": 62, "gender": "Female", "shows_points": true })).await.expect(200);
    lifter
}

#[tokio::test]
async fn any_sequence_of_workouts_leaves_what_a_recomputation_gives() {
    let app = spawn_app().await;
    let seed = std::env::var("REPDUEL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20261121);
    println!("REPDUEL_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for name in ["ada", "ben", "cleo"] {
        let lifter = heavy(&app, name).await;
        let mut workouts = Vec::new();
        for step in 0..40 {
            act(&lifter, &mut workouts, &mut random).await;
            if step % 13 == 12 {
                app.command(&["recompute", "--check"]).await.expect("nothing differs");
            }
        }
    }
    let said = app.command(&["recompute", "--check"]).await.expect("nothing differs");
    assert!(said.contains("3 lifters compared, 0 differ"), "{said}");
    app.database.expect_counted().await;
}

#[tokio::test]
async fn what_differs_is_found_and_made_anew() {
    let app = spawn_app().await;
    let ada = heavy(&app, "ada").await;
    let body = json!({ "minutes": 45, "sets": [{ "exercise_id": "deadlift", "weight_kg": 100, "reps": 5 }] });
    ada.post("/workouts", &body).await.expect(201);
    let before = ada.get("/levels/me").await.expect(200);
    let db = app.database.connect().await;
    for broken in [
        "UPDATE lifts SET volume_xp = 77",
        "DELETE FROM personal_bests",
        "DELETE FROM xp_events WHERE source = 'best'",
        "UPDATE user_xp SET total = total + 5",
        "UPDATE user_quests SET progress = 0, completed_at = NULL, claimed_at = NULL",
        "UPDATE users SET energy = 1000",
        "DELETE FROM standings",
    ] {
        db.batch_execute(broken).await.unwrap();
        assert!(app.command(&["recompute", "--check"]).await.is_err(), "{broken} is found");
        assert!(app.command(&["recompute"]).await.is_err(), "{broken} is told");
        app.command(&["recompute", "--check"]).await.unwrap_or_else(|said| panic!("{broken} is mended: {said}"));
    }
    assert_eq!(ada.get("/levels/me").await.expect(200), before);
}
