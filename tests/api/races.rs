//! Many at once: the database decides, and everybody gets a proper answer.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Options, spawn_app, spawn_app_with};

#[tokio::test]
async fn of_a_hundred_equal_registrations_one_wins() {
    let app = spawn_app().await;
    let body = json!({ "username": "ada", "email": "ada@example.org", "password": "correct horse" });
    let answers = join_all((0..100).map(|_| app.post("/users/", &body))).await;
    let mut statuses = BTreeMap::new();
    for answer in answers {
        *statuses.entry(answer.status).or_insert(0) += 1;
        if answer.status != 201 {
            let detail = answer.problem(400);
            assert!(detail.contains("email") && detail.contains("already in use"), "{detail}");
        }
    }
    assert_eq!(statuses, BTreeMap::from([(201, 1), (400, 99)]));
    assert_eq!(app.database.count("SELECT count(*) FROM users").await, 1);
}

#[tokio::test]
async fn of_a_hundred_registrations_of_one_name_in_mixed_case_one_wins() {
    let app = spawn_app().await;
    let mixed = |number: u32| -> String {
        "lovelace"
            .chars()
            .enumerate()
            .map(|(place, letter)| match number >> place & 1 {
                1 => letter.to_ascii_uppercase(),
                _ => letter,
            })
            .collect()
    };
    let bodies: Vec<_> = (0..100)
        .map(|number| json!({ "username": mixed(number), "email": format!("a{number}@example.org"), "password": "correct horse" }))
        .collect();
    let answers = join_all(bodies.iter().map(|body| app.post("/users/", body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        let detail = answer.problem(400);
        assert!(detail.contains("username") && detail.contains("already taken"), "{detail}");
    }
    assert_eq!(app.database.count("SELECT count(*) FROM users").await, 1);
}

#[tokio::test]
async fn of_many_changes_with_one_old_password_one_wins() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let changes: Vec<_> = (0..8)
        .map(|number| json!({ "password": format!("new horse {number}"), "current_password": "correct horse" }))
        .collect();
    let answers = join_all(changes.iter().map(|change| ada.patch("/users/me", change))).await;
    let winners: Vec<_> = (0..8).filter(|number| answers[*number].status == 200).collect();
    assert_eq!(winners.len(), 1, "{answers:?}");
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        assert!(answer.problem(403).contains("current_password"));
    }
    let login = json!({ "email": "ada@example.org", "password": format!("new horse {}", winners[0]) });
    app.post("/auth/login", &login).await.expect(200);
}

#[tokio::test]
async fn a_login_with_the_old_password_does_not_outlive_its_change() {
    // One hasher, so that the logins wait behind the change.
    let settings = vec![("PASSWORD_HASHERS", "1".into())];
    let app = spawn_app_with(Options { settings, ..Options::default() }).await;
    for round in 0..3 {
        let name = format!("ada{round}");
        let ada = app.lifter(&name).await;
        let login = json!({ "email": format!("{name}@example.org"), "password": "correct horse", "grant": "token" });
        let change = json!({ "password": "another horse", "current_password": "correct horse" });
        let changing = async {
            tokio::time::sleep(std::time::Duration::from_millis(20 * round)).await;
            ada.patch("/users/me", &change).await.expect(200);
        };
        let logins = join_all((0..10).map(|_| app.post("/auth/login", &login)));
        let (logins, ()) = futures_util::future::join(logins, changing).await;
        for login in logins.into_iter().filter(|login| login.status == 200) {
            let token = login.expect(200)["refresh_token"].clone();
            app.post("/auth/refresh", &json!({ "refresh_token": token })).await.problem(401);
        }
        let left = format!("SELECT count(*) FROM sessions WHERE ended_at IS NULL AND user_id::text = '{}'", ada.id);
        assert_eq!(app.database.count(&left).await, 1, "the one that changed it");
    }
}

#[tokio::test]
async fn of_fifty_parallel_scores_the_best_is_right_and_each_rise_is_one_event() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.patch("/users/me", &json!({ "weight": 80 })).await.expect(200);
    let lifts = join_all((1..=50).map(|kg| ada.lift("back_squat", f64::from(kg * 37 % 50 + 100), 1))).await;
    let rises = lifts.iter().filter(|lift| lift["is_personal_best"] == true).count();
    let best = app.get(&format!("/scores/user/{}/scenario/back_squat/highscore", ada.id)).await.expect(200);
    assert_eq!(best["score_value"], 149.0);

    let events = ada.get(&format!("/personal_best_events/user/{}?limit=200", ada.id)).await.expect(200);
    let mut values: Vec<_> =
        events.as_array().unwrap().iter().map(|event| event["score_value"].as_f64().unwrap()).collect();
    assert_eq!(values.len(), rises);
    assert_eq!(values[0], 149.0);
    values.reverse();
    assert!(values.windows(2).all(|pair| pair[0] < pair[1]), "every event is above the one before: {values:?}");
    let disordered =
        "SELECT count(*) FROM personal_best_events a JOIN personal_best_events b USING (user_id, exercise_id)
                      WHERE a.created_at < b.created_at AND a.score_value > b.score_value";
    assert_eq!(app.database.count(disordered).await, 0);

    // The answers tell one story: each rise names the best before it.
    let mut story: Vec<_> = lifts
        .iter()
        .filter(|lift| lift["is_personal_best"] == true)
        .map(|lift| (lift["previous_best_score_value"].as_f64(), lift["score"]["score_value"].as_f64().unwrap()))
        .collect();
    story.sort_by(|a, b| a.1.total_cmp(&b.1));
    let before: Vec<_> = std::iter::once(None).chain(values.iter().copied().map(Some)).take(values.len()).collect();
    assert_eq!(story.iter().map(|step| step.0).collect::<Vec<_>>(), before);

    let energy = ada.profile().await["energy"].as_f64().unwrap();
    ada.post("/energy/submit", &json!({ "user_id": ada.id, "energy": 0.0, "rank": "Iron" })).await.expect(200);
    assert_eq!(ada.profile().await["energy"], energy, "computing it anew gives the same");
}

#[tokio::test]
async fn two_equal_posts_at_two_nodes_make_one_personal_best() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let key = "one-key-for-two-processes-00000000";
    let settings = || vec![("JWT_SECRET_KEY", key.into()), ("REFRESH_JWT_SECRET_KEY", format!("{key}-refresh"))];
    let mut nodes = Vec::new();
    for _ in 0..2 {
        nodes.push(
            spawn_app_with(Options {
                database: Some(app.database.clone()),
                settings: settings(),
                ..Options::default()
            })
            .await,
        );
    }
    let login = json!({ "email": "ada@example.org", "password": "correct horse" });
    let token = nodes[0].post("/auth/login", &login).await.expect(200);
    let lifters: Vec<_> = nodes
        .iter()
        .map(|node| crate::support::Lifter::new(node, &ada.id, token["access_token"].as_str().unwrap()))
        .collect();
    let answers = join_all((0..20).map(|number| lifters[number % 2].lift("deadlift", 200.0, 1))).await;
    assert_eq!(answers.iter().filter(|answer| answer["is_personal_best"] == true).count(), 1);
    assert_eq!(app.database.count("SELECT count(*) FROM lifts").await, 20);
    assert_eq!(app.database.count("SELECT count(*) FROM personal_best_events").await, 1);
    assert_eq!(app.database.count("SELECT count(*) FROM energy_history").await, 1);
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let mut acknowledged = Vec::new();
    for kg in 1..=20 {
        acknowledged.push(ada.lift("deadlift", f64::from(kg), 1).await["score"]["id"].as_i64().unwrap() as i32);
    }
    let posts = join_all((0..30).map(|_| async {
        let request = ada.request("POST", "/scores/scenario/deadlift").json(&json!({ "weight_lifted": 50 }));
        match request.send().await {
            Ok(answer) if answer.status() == 200 => {
                let score: serde_json::Value = answer.json().await.ok()?;
                Some(score["score"]["id"].as_i64()? as i32)
            }
            _ => None,
        }
    }));
    let kill = async {
        tokio::time::sleep(std::time::Duration::from_millis(15)).await;
        let id = rustix::process::Pid::from_raw(app.process_id() as i32).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
    };
    let (posts, ()) = futures_util::future::join(posts, kill).await;
    acknowledged.extend(posts.into_iter().flatten());
    let stored = app.database.connect().await;
    let stored = stored.query_one("SELECT count(*) FROM lifts WHERE id = ANY($1)", &[&acknowledged]).await.unwrap();
    assert_eq!(stored.get::<_, i64>(0), acknowledged.len() as i64);
    // And nothing was half done: every best is a lift, every lift above all before it has its event.
    let broken = "SELECT count(*) FROM personal_bests b WHERE score_value <> (SELECT max(score_value) FROM lifts l
                  WHERE l.user_id = b.user_id AND l.exercise_id = b.exercise_id)";
    assert_eq!(app.database.count(broken).await, 0);
}
