//! Lifts of different lifters that come at the same time share a transaction, and nothing else.

use std::time::Duration;

use futures_util::future::{join, join_all};
use serde_json::json;

use crate::support::{App, Lifter, Options, spawn_app_with};

/// All on one worker: only there lifts come together.
async fn spawn() -> App {
    spawn_app_with(Options { settings: vec![("WORKERS", "1".into())], ..Options::default() }).await
}

async fn lifters(app: &App, number: usize) -> Vec<Lifter<'_>> {
    let names: Vec<_> = (0..number).map(|number| format!("lifter{number}")).collect();
    let mut lifters = Vec::new();
    for name in &names {
        let lifter = app.lifter(name).await;
        lifter.patch("/users/me", &json!({ "gender": "male", "weight": 80 })).await.expect(200);
        lifters.push(lifter);
    }
    lifters
}

/// Runs `work` while the transaction of the first lifter's lift is under way: what is posted by then goes together.
async fn behind_the_first<T>(app: &App, first: &Lifter<'_>, work: impl Future<Output = T>) -> T {
    let db = app.database.connect().await;
    db.batch_execute("BEGIN; LOCK TABLE personal_best_events IN EXCLUSIVE MODE").await.unwrap();
    let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'personal_best_events'::regclass
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let going_on = async {
        app.eventually(async || app.database.count(waits).await == 1).await;
        let open = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            db.batch_execute("ROLLBACK").await.unwrap();
        };
        join(work, open).await.0
    };
    join(first.lift("deadlift", 50.0, 1), going_on).await.1
}

#[tokio::test]
async fn lifts_that_come_at_the_same_time_are_recorded_together() {
    let app = spawn().await;
    let lifters = lifters(&app, 9).await;
    let (first, others) = lifters.split_first().unwrap();
    // Every lifter once, and the first of them with a second lift, which has to wait for the first one.
    let lifted = others.iter().zip(100..).chain([(&others[0], 200)]);
    let posts = lifted.map(|(lifter, kg)| async move {
        let answer = lifter.post("/scores/scenario/deadlift", &json!({ "weight_lifted": kg, "reps": 1 })).await;
        (lifter, kg, answer.expect(200))
    });
    let answers = behind_the_first(&app, first, join_all(posts)).await;
    for (lifter, kg, answer) in &answers {
        assert_eq!(answer["score"]["user_id"], lifter.id, "each gets the own answer");
        assert_eq!(answer["score"]["weight_lifted"].as_f64(), Some(f64::from(*kg)));
        let ranks = answer["ranks"].as_array().unwrap();
        assert!(ranks.iter().any(|rank| rank["board"] == "deadlift" && rank["class"].is_null()), "{answer}");
    }
    let transactions = app.database.count("SELECT count(DISTINCT xmin::text) FROM lifts").await;
    assert_eq!(transactions, 3, "the first, all others, and the second lift of one of them");
    assert_eq!(app.database.count("SELECT count(*) FROM lifts").await, 10);
    app.database.expect_counted().await;
    for (rank, lifter) in [(1, 1), (2, 8), (3, 7), (9, 0)] {
        let place = app.get(&format!("/boards/deadlift/users/{}", lifters[lifter].id)).await.expect(200);
        assert_eq!(place["rank"], rank, "{place}");
    }
}

#[tokio::test]
async fn keys_count_for_those_who_sent_them() {
    let app = spawn().await;
    let lifters = lifters(&app, 4).await;
    let (first, others) = lifters.split_first().unwrap();
    let post = async |lifter: &Lifter<'_>, kg: u32| {
        let request = lifter.request("POST", "/scores/scenario/deadlift").header("idempotency-key", "one");
        lifter.send(request.json(&json!({ "weight_lifted": kg, "reps": 1 }))).await
    };
    let known = post(&others[0], 90).await.expect(200);
    let posts = join_all([post(&others[0], 90), post(&others[1], 90), post(&others[2], 95)]);
    let mut answers = behind_the_first(&app, first, posts).await.into_iter().map(|answer| answer.expect(200));
    assert_eq!(answers.next().unwrap(), known, "what was answered is answered again");
    let [second, third] = [answers.next().unwrap(), answers.next().unwrap()];
    assert_eq!(second["score"]["user_id"], others[1].id);
    assert_eq!(third["score"]["weight_lifted"], 95.0);
    assert!(post(&others[2], 96).await.problem(409).contains("Idempotency-Key"));
    assert_eq!(post(&others[1], 90).await.expect(200), second);
    assert_eq!(app.database.count("SELECT count(*) FROM lifts").await, 4);
}

#[tokio::test]
async fn whoever_is_held_holds_up_nobody_else() {
    let app = spawn().await;
    let lifters = lifters(&app, 3).await;
    let db = app.database.connect().await;
    db.batch_execute(&format!("BEGIN; SELECT FROM users WHERE id = '{}' FOR UPDATE", lifters[0].id)).await.unwrap();
    let others = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        lifters[1].lift("deadlift", 110.0, 1).await;
        lifters[2].lift("deadlift", 120.0, 1).await;
        assert_eq!(app.database.count("SELECT count(*) FROM lifts").await, 2, "the first still waits");
        db.batch_execute("ROLLBACK").await.unwrap();
    };
    let (held, ()) = join(lifters[0].lift("deadlift", 100.0, 1), others).await;
    assert_eq!(held["score"]["user_id"], lifters[0].id);
    app.database.expect_counted().await;
}

#[tokio::test]
async fn a_guild_that_is_held_holds_up_its_members_alone() {
    let app = spawn().await;
    let lifters = lifters(&app, 2).await;
    let (member, other) = (&lifters[0], &lifters[1]);
    crate::guilds::found(member, "Iron Hall").await;
    for exercise in ["back_squat", "barbell_bench_press"] {
        member.lift(exercise, 100.0, 1).await;
    }
    let db = app.database.connect().await;
    db.batch_execute("BEGIN; SELECT FROM guilds FOR UPDATE").await.unwrap();
    let others = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        other.lift("deadlift", 110.0, 1).await;
        assert_eq!(app.database.count("SELECT count(*) FROM lifts").await, 3, "the member still waits");
        db.batch_execute("ROLLBACK").await.unwrap();
    };
    // With the third lift the member has points.
    let (held, ()) = join(member.lift("deadlift", 100.0, 1), others).await;
    assert_eq!(held["score"]["user_id"], member.id);
    app.database.expect_counted().await;
}

#[tokio::test]
async fn a_lift_that_the_database_refuses_takes_no_other_with_it() {
    let app = spawn().await;
    let lifters = lifters(&app, 6).await;
    let refusing = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        IF NEW.weight_kg = 66 THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW;
                    END $$;
                    CREATE TRIGGER refused BEFORE INSERT ON lifts FOR EACH ROW EXECUTE FUNCTION refuse()";
    app.database.connect().await.batch_execute(refusing).await.unwrap();
    let (first, others) = lifters.split_first().unwrap();
    let posts = others.iter().enumerate().map(|(number, lifter)| {
        let body = json!({ "weight_lifted": 64 + number, "reps": 1 });
        async move { lifter.post("/scores/scenario/deadlift", &body).await.status }
    });
    let statuses = behind_the_first(&app, first, join_all(posts)).await;
    assert_eq!(statuses, [200, 200, 500, 200, 200]);
    assert_eq!(app.database.count("SELECT count(*) FROM lifts WHERE weight_kg <> 66").await, 5);
    app.database.expect_counted().await;
}
