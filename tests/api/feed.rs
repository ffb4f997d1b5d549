//! `/feed`.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::follows::follow;
use crate::support::{App, Lifter, spawn_app};

/// A workout so many minutes ago, with two sets of squats, one of something own and one of deadlifts.
async fn workout(app: &App, lifter: &Lifter<'_>, title: &str, minutes_ago: i32) -> String {
    let (id, user) = (Uuid::now_v7(), Uuid::parse_str(&lifter.id).unwrap());
    let db = app.database.connect().await;
    let workout = "INSERT INTO workouts (id, user_id, title, status, minutes, completed_at, local_day, pays)
                   VALUES ($1, $2, $3, 'completed', 45, date_trunc('minute', now()) - make_interval(mins => $4), current_date, true)";
    db.execute(workout, &[&id, &user, &title, &minutes_ago]).await.unwrap();
    let sets = "INSERT INTO workout_sets (workout_id, position, user_id, exercise_id, reps, weight_kg, total_volume, performed_at)
                SELECT $1, n, $2, id, 5, 100, 500, now()
                FROM unnest(ARRAY['back_squat', 'back_squat', 'own_0123456789abcdef', 'deadlift']) WITH ORDINALITY AS s (id, n)";
    db.execute(sets, &[&id, &user]).await.unwrap();
    id.to_string()
}

pub async fn feed(who: &Lifter<'_>) -> Vec<Value> {
    who.get("/feed?limit=100").await.expect(200)["items"].as_array().unwrap().clone()
}

fn kinds(items: &[Value]) -> Vec<(&str, &str)> {
    items.iter().map(|item| (item["user"]["username"].as_str().unwrap(), item["kind"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn the_feed_tells_workouts_bests_and_rises_of_those_who_are_followed_and_of_oneself() {
    let app = spawn_app().await;
    let (ada, ben, stranger) = (app.lifter("ada").await, app.lifter("ben").await, app.lifter("stranger").await);
    follow(&ada, &ben).await;
    assert!(feed(&ada).await.is_empty());
    let id = workout(&app, &ben, "Leg day", 5).await;
    workout(&app, &ada, "Own", 10).await;
    workout(&app, &stranger, "Not followed", 1).await;
    ben.lift("barbell_curl", 40.0, 5).await;
    let items = feed(&ada).await;
    assert_eq!(kinds(&items), [("ben", "personal_best"), ("ben", "workout"), ("ada", "workout")]);
    let user = json!({ "id": ben.id, "username": "ben", "display_name": "ben", "avatar_url": null });
    let mut told = items[1].clone();
    told.as_object_mut().unwrap().remove("at").unwrap();
    let exercises = json!([{ "id": "back_squat", "name": told["exercises"][0]["name"] }, { "id": "deadlift", "name": told["exercises"][1]["name"] }]);
    assert_eq!(
        told,
        json!({ "kind": "workout", "id": id, "user": user, "title": "Leg day", "minutes": 45.0, "sets": 4,
                "volume_kg": 2000.0, "exercises": exercises })
    );
    let best = &items[0];
    assert_eq!(
        (&best["exercise"]["id"], &best["weight_kg"], &best["reps"]),
        (&json!("barbell_curl"), &json!(40.0), &json!(5))
    );
    assert!(best["id"].is_string() && best["is_bodyweight"] == false && best["score_value"].as_f64().unwrap() > 40.0);
    // A rise.
    for lifter in [&stranger, &ben] {
        lifter.patch("/users/me", &json!({ "weight": 80, "gender": "Male" })).await.expect(200);
    }
    stranger.lift("back_squat", 100.0, 1).await;
    ben.lift("back_squat", 150.0, 1).await;
    let items = feed(&ada).await;
    let rise = items.iter().find(|item| item["kind"] == "rank_rise").unwrap();
    assert_eq!((&rise["board"], &rise["to"], &rise["user"]["username"]), (&json!("energy"), &json!(1), &json!("ben")));
    // One lifter's alone, followed or not.
    let of = ada.get(&format!("/feed?user_id={}", stranger.id)).await.expect(200);
    assert!(of["items"].as_array().unwrap().iter().all(|item| item["user"]["id"] == stranger.id.as_str()));
    assert_eq!(of["items"].as_array().unwrap().len(), 3);
    app.get("/feed").await.problem(401);
    ada.get("/feed?user_id=x").await.problem(422);
}

#[tokio::test]
async fn page_by_page_the_feed_is_the_whole_also_under_equal_times() {
    let app = spawn_app().await;
    let me = app.lifter("myself").await;
    let mut lifters = Vec::new();
    for number in 0..6 {
        let lifter = app.lifter(&format!("l{number}xx")).await;
        follow(&me, &lifter).await;
        for minute in 0..6 {
            workout(&app, &lifter, "w", minute * (1 + number % 2)).await;
        }
        lifters.push(lifter);
    }
    let db = app.database.connect().await;
    // Bests and rises at the very times of the workouts, and several at one time.
    db.batch_execute(
        "INSERT INTO personal_best_events (user_id, exercise_id, score_value, weight_kg, reps, created_at)
         SELECT user_id, 'deadlift', 100, 100, 1, completed_at FROM workouts, generate_series(1, 2);
         INSERT INTO rank_rises (user_id, board, to_rank, of_lifters, passed, passed_count, created_at)
         SELECT user_id, board, 1, 2, '{}', 0, completed_at FROM workouts, unnest(ARRAY['energy', 'overall']) board",
    )
    .await
    .unwrap();
    let sql = "SELECT kind || ' ' || id FROM (
                   SELECT 3 AS kind, completed_at AS at, id::text, 0::bigint AS number FROM workouts
                   UNION ALL SELECT 2, created_at, id::text, id FROM personal_best_events
                   UNION ALL SELECT 1, created_at, id::text, id FROM rank_rises WHERE board = 'energy') all_items
               ORDER BY at DESC, kind DESC, CASE WHEN kind = 3 THEN id::uuid END DESC, number DESC";
    let expected: Vec<String> = db.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(expected.len(), 36 + 72 + 36);
    for limit in [1, 7, 50, 100] {
        let (mut after, mut seen) = (String::new(), Vec::new());
        loop {
            let page = me.get(&format!("/feed?limit={limit}{after}")).await.expect(200);
            for item in page["items"].as_array().unwrap() {
                let kind = match item["kind"].as_str().unwrap() {
                    "workout" => 3,
                    "personal_best" => 2,
                    _ => 1,
                };
                seen.push(format!("{kind} {}", item["id"].as_str().unwrap()));
            }
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
            if limit == 7 {
                // What comes meanwhile stands before everything that was read.
                workout(&app, &me, "later", -(seen.len() as i32)).await;
            }
        }
        assert_eq!(seen, expected, "{limit}");
        db.execute("DELETE FROM workouts WHERE title = 'later'", &[]).await.unwrap();
    }
    for after in ["x", "%00", "OTk5OQ"] {
        me.get(&format!("/feed?after={after}")).await.problem(422);
    }
    me.get("/feed?limit=101").await.problem(422);
}

#[tokio::test]
async fn whoever_hides_is_in_nobodys_feed_and_points_are_told_by_whoever_shows_them() {
    let app = spawn_app().await;
    let (ada, ben, cora) = (app.lifter("ada").await, app.lifter("ben").await, app.lifter("cora").await);
    follow(&ada, &ben).await;
    for (lifter, kg) in [(&cora, 100.0), (&ben, 80.0)] {
        lifter.patch("/users/me", &json!({ "weight": 80, "gender": "Male" })).await.expect(200);
        for exercise in ["back_squat", "barbell_bench_press", "deadlift"] {
            lifter.lift(exercise, kg, 1).await;
        }
    }
    ben.lift("deadlift", 250.0, 1).await;
    let boards = async |who: &Lifter<'_>| -> Vec<String> {
        let mut boards: Vec<_> =
            feed(who).await.iter().filter_map(|item| item["board"].as_str().map(str::to_owned)).collect();
        boards.sort_unstable();
        boards.dedup();
        boards
    };
    assert_eq!(
        (boards(&ada).await, boards(&ben).await),
        (vec!["energy".into()], vec!["class".into(), "energy".into(), "overall".into()])
    );
    // Who was passed is told to whoever passed them alone.
    let passed = |items: &[Value]| items.iter().any(|item| item["passed"] == json!(["cora"]));
    assert!(passed(&feed(&ben).await) && !passed(&feed(&ada).await));
    ben.patch("/users/me", &json!({ "shows_points": true })).await.expect(200);
    assert_eq!(boards(&ada).await, ["class", "energy", "overall"]);
    for hide in
        ["is_private = true", "is_private = false, is_withheld = true", "is_withheld = false, is_active = false"]
    {
        app.database
            .connect()
            .await
            .execute(&format!("UPDATE users SET {hide} WHERE username = 'ben'"), &[])
            .await
            .unwrap();
        assert!(feed(&ada).await.is_empty(), "{hide}");
        let of = ada.get(&format!("/feed?user_id={}", ben.id)).await.expect(200);
        assert_eq!(of, json!({ "items": [], "next": null }));
    }
}

/// Of many who are followed, each with much to tell, a page is read by indexes: no table as a whole.
#[tokio::test]
async fn the_feed_of_a_thousand_reads_little() {
    let app = spawn_app().await;
    let me = app.lifter("myself").await;
    let db = app.database.connect().await;
    db.batch_execute(
        "INSERT INTO users (id, email, username, password_hash)
         SELECT gen_random_uuid(), n || '@example.org', 'u' || n, '!' FROM generate_series(1, 3000) n;
         INSERT INTO follows (follower_id, followee_id)
         SELECT (SELECT id FROM users WHERE username = 'myself'), id FROM users WHERE username LIKE 'u%' LIMIT 1000;
         INSERT INTO workouts (id, user_id, title, status, minutes, completed_at, local_day, pays)
         SELECT gen_random_uuid(), id, 'w', 'completed', 30, now() - random() * interval '90 days', current_date, true
         FROM users, generate_series(1, 20) WHERE username LIKE 'u%';
         INSERT INTO rank_rises (user_id, board, to_rank, of_lifters, passed, passed_count, created_at)
         SELECT id, 'energy', 1, 2, '{}', 0, now() - random() * interval '90 days'
         FROM users, generate_series(1, 20) WHERE username LIKE 'u%';
         ANALYZE",
    )
    .await
    .unwrap();
    let expected: Vec<String> = db
        .query(
            "SELECT id::text FROM (
                 SELECT id::text, user_id, completed_at AS at FROM workouts
                 UNION ALL SELECT id::text, user_id, created_at FROM rank_rises) t
             WHERE user_id IN (SELECT followee_id FROM follows) ORDER BY at DESC LIMIT 100",
            &[],
        )
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    for _ in 0..8 {
        // Also by the plan for all parameters.
        let began = std::time::Instant::now();
        let ids: Vec<_> = feed(&me).await.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids, expected);
        assert!(began.elapsed().as_millis() < 1_500, "{:?}", began.elapsed());
    }
    // PostgreSQL counts a second late.
    let settle = || tokio::time::sleep(std::time::Duration::from_millis(1_500));
    let read = "SELECT coalesce(sum(seq_tup_read), 0)::bigint FROM pg_stat_user_tables
                WHERE relname IN ('workouts', 'rank_rises', 'personal_best_events', 'workout_sets')";
    settle().await;
    let before = app.database.count(read).await;
    feed(&me).await;
    settle().await;
    assert_eq!(app.database.count(read).await, before, "a whole table was read");
}
