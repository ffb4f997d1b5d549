//! Lifts that wait for a moderator, that one voids, and what their lifters say to it.

use serde_json::{Value, json};

use crate::support::{App, Lifter, place_on, spawn_app};

async fn moderator<'a>(app: &'a App, name: &str) -> Lifter<'a> {
    let lifter = app.lifter(name).await;
    app.command(&["user", "promote", name, "--to", "moderator"]).await.unwrap();
    lifter
}

/// Three singles, and the answer to the last.
async fn total(lifter: &Lifter<'_>) -> Value {
    lifter.lift("back_squat", 50.0, 1).await;
    lifter.lift("barbell_bench_press", 40.0, 1).await;
    lifter.lift("deadlift", 60.0, 1).await
}

/// How many rows of points, or of a class, somebody stands with; the class of an energy is that of the profile.
async fn standing_by_weight(app: &App, lifter: &Lifter<'_>) -> i64 {
    let sql = format!(
        "SELECT count(*) FROM standings WHERE user_id = '{}' AND board <> 255 AND (board = 254 OR class IS NOT NULL)",
        lifter.id
    );
    app.database.count(&sql).await
}

async fn judged(lifter: &Lifter<'_>) -> Vec<Value> {
    lifter.get("/users/me/lifts/judged").await.expect(200)["items"].as_array().unwrap().clone()
}

async fn weigh(app: &App, lifter: &Lifter<'_>, kg: f64, days_ago: i32) {
    let sql = format!("INSERT INTO body_weights VALUES ('{}', current_date - {days_ago}, {kg})", lifter.id);
    app.database.connect().await.batch_execute(&sql).await.unwrap();
}

#[tokio::test]
async fn below_35_kg_points_wait_and_are_shown_to_their_owner_alone() {
    let app = spawn_app().await;
    let (ada, ben, eve) = (app.lifter("ada").await, app.lifter("ben").await, moderator(&app, "eve").await);
    for (lifter, kg) in [(&ada, 34.9), (&ben, 35.0)] {
        lifter.patch("/users/me", &json!({ "weight": kg, "gender": "Male" })).await.expect(200);
    }
    assert_eq!(total(&ben).await["waits_for_moderator"], json!(null), "35 kg are believed");
    assert!(standing_by_weight(&app, &ben).await > 0);
    let last = total(&ada).await;
    assert_eq!(last["waits_for_moderator"], "bodyweight");
    assert_eq!(place_on(&last, "dots"), None);
    assert_eq!(place_on(&last, "deadlift"), Some((1, 2)), "kilograms stand at once");
    assert_eq!(standing_by_weight(&app, &ada).await, 0);
    let own = judged(&ada).await;
    assert_eq!(own.len(), 3);
    assert_eq!((&own[0]["state"], &own[0]["doubt"]), (&json!("waiting"), &json!("bodyweight")));
    assert!(own[0]["points"].as_f64().unwrap() > 0.0, "the owner sees what it would be worth");
    assert!(judged(&ben).await.is_empty());
    for lift in &own {
        eve.post(&format!("/moderation/lifts/{}/accept", lift["id"]), &Value::Null).await.expect(204);
    }
    assert!(standing_by_weight(&app, &ada).await > 0);
    assert_eq!(judged(&ada).await[0]["state"], "accepted");
    let places = place_on(&ben.lift("deadlift", 61.0, 1).await, "dots");
    assert_eq!(places.map(|(_, of)| of), Some(2), "in the same instant");
    app.database.expect_counted().await;
}

#[tokio::test]
async fn a_body_weight_that_moved_by_more_than_a_tenth_in_30_days_waits() {
    let app = spawn_app().await;
    // What was weighed, how many days ago, and what is weighed now: whether it waits.
    for (number, (before, days_ago, now, waits)) in [
        (80.0, 29, 88.0, false),
        (80.0, 29, 88.1, true),
        (88.1, 29, 80.0, true),
        (88.0, 29, 80.0, false),
        (60.0, 30, 80.0, false),
    ]
    .into_iter()
    .enumerate()
    {
        let ada = app.lifter(&format!("ada{number}")).await;
        weigh(&app, &ada, before, days_ago).await;
        ada.patch("/users/me", &json!({ "weight": now, "gender": "Female" })).await.expect(200);
        let expected = if waits { json!("bodyweight") } else { json!(null) };
        assert_eq!(total(&ada).await["waits_for_moderator"], expected, "{before} kg, {days_ago} days ago, then {now}");
        assert_eq!(standing_by_weight(&app, &ada).await == 0, waits);
    }
    // Of a lift of another day the thirty days up to that.
    let ada = app.lifter("ada").await;
    for (kg, days_ago) in [(60.0, 140), (70.0, 120), (70.0, 100)] {
        weigh(&app, &ada, kg, days_ago).await;
    }
    for (days_ago, expected) in [(119, json!("bodyweight")), (100, json!(null))] {
        let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days_ago);
        let body = json!({ "weight_lifted": 50, "performed_at": at });
        let answer = ada.post("/scores/scenario/deadlift", &body).await.expect(200);
        assert_eq!(answer["waits_for_moderator"], expected, "{days_ago}");
    }
    app.database.expect_counted().await;
}

#[tokio::test]
async fn a_body_weight_that_nobody_can_have_waits() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.patch("/users/me", &json!({ "weight": 60, "gender": "Male" })).await.expect(200);
    ada.lift("back_squat", 140.0, 1).await;
    // The day's entry is replaced; the lift remembers.
    ada.patch("/users/me", &json!({ "weight": 50 })).await.expect(200);
    assert_eq!(ada.lift("back_squat", 141.0, 1).await["waits_for_moderator"], "bodyweight");
    let lift = json!({ "scenario_id": "deadlift", "weight_lifted": 150, "reps": 1 });
    assert_eq!(ada.post("/scores", &lift).await.expect(200)["waits_for_moderator"], "bodyweight");
    ada.patch("/users/me", &json!({ "weight": 60 })).await.expect(200);
    let back = app.lifter("ben").await;
    back.patch("/users/me", &json!({ "weight": 36, "gender": "Male" })).await.expect(200);
    assert_eq!(back.lift("back_squat", 150.0, 1).await["waits_for_moderator"], json!(null));
    assert_eq!(
        back.lift("back_squat", 450.0, 1).await["waits_for_moderator"],
        "bodyweight",
        "more points than anybody"
    );
    assert_eq!(back.lift("back_squat", 400.0, 1000).await["waits_for_moderator"], "ceiling", "of many repetitions too");
    let none = back.lift("deadlift", 100.0, 0).await;
    assert_eq!(place_on(&none, "deadlift"), None, "no repetition is no single");
    app.database.expect_counted().await;
}

#[tokio::test]
async fn a_lift_above_the_ceiling_stands_nowhere_until_it_is_accepted() {
    let app = spawn_app().await;
    let (ada, ben, eve) = (app.lifter("ada").await, app.lifter("ben").await, moderator(&app, "eve").await);
    ada.patch("/users/me", &json!({ "gender": "Female" })).await.expect(200);
    ben.patch("/users/me", &json!({ "gender": "Male" })).await.expect(200);
    for (lifter, body, waits) in [
        (&ada, json!({ "weight_lifted": 320 }), false),
        (&ben, json!({ "weight_lifted": 321 }), false),
        (&ben, json!({ "weight_lifted": 500 }), false),
        (&ben, json!({ "weight_lifted": 501, "equipment": "multi_ply" }), false),
        (&ben, json!({ "weight_lifted": 480, "reps": 5 }), true),
    ] {
        let answer = lifter.post("/scores/scenario/back_squat", &body).await.expect(200);
        assert_eq!(answer["waits_for_moderator"] == "ceiling", waits, "{body}");
    }
    let energy = ada.profile().await["energy"].clone();
    let lift = ada.lift("back_squat", 321.0, 1).await;
    assert_eq!((&lift["waits_for_moderator"], &lift["is_personal_best"]), (&json!("ceiling"), &json!(false)));
    assert_eq!(lift["ranks"], json!([]));
    let highscore = format!("/scores/user/{}/scenario/back_squat/highscore", ada.id);
    let events = format!("/personal_best_events/user/{}", ada.id);
    assert_eq!(app.get(&highscore).await.expect(200)["score_value"], 320.0);
    assert_eq!(ada.profile().await["energy"], energy);
    app.database.expect_counted().await;

    let accept = format!("/moderation/lifts/{}/accept", lift["score"]["id"]);
    eve.post(&accept, &json!({ "reason": "seen on film" })).await.expect(204);
    assert_eq!(app.get(&highscore).await.expect(200)["score_value"], 321.0);
    assert_eq!(ada.get(&events).await.expect(200)[0]["score_value"], 321.0, "a personal best, and an event");
    assert_ne!(ada.profile().await["energy"], energy);
    assert_eq!(place_on(&ben.lift("back_squat", 500.5, 1).await, "back_squat"), None, "it waits");
    eve.post(&accept, &json!({})).await.problem(409);
    let audit = ada.get("/users/me/audit").await.expect(200);
    assert_eq!(audit["items"][0]["action"], "lift_accepted");
    assert!(audit["items"][0]["detail"].as_str().unwrap().ends_with(": seen on film"));
    app.database.expect_counted().await;
}

#[tokio::test]
async fn a_moderator_voids_a_lift_and_its_lifter_answers_once() {
    let app = spawn_app().await;
    let (ada, ben, eve) = (app.lifter("ada").await, app.lifter("ben").await, moderator(&app, "eve").await);
    for lifter in [&ada, &ben] {
        lifter.patch("/users/me", &json!({ "weight": 80, "gender": "Male" })).await.expect(200);
        total(lifter).await;
    }
    let id = ada.lift_id("deadlift", 300.0, 1).await;
    let (void, restore) = (format!("/moderation/lifts/{id}/void"), format!("/moderation/lifts/{id}/restore"));
    let (answer, reason) = (format!("/lifts/{id}/answer"), json!({ "reason": "hitched" }));
    ada.post(&answer, &json!({ "text": "not yet" })).await.problem(404);
    ben.post(&void, &reason).await.problem(403);
    for bad in [json!({}), json!({ "reason": "" }), json!({ "reason": "x".repeat(201) }), json!({ "reason": "a\nb" })] {
        eve.post(&void, &bad).await.problem(422);
    }
    eve.post(&restore, &reason).await.problem(409);
    let rises = async || app.database.count("SELECT count(*) FROM rank_rises").await;
    let bens_events = format!("/personal_best_events/user/{}", ben.id);
    let (rises_before, events_before) = (rises().await, ben.get(&bens_events).await.expect(200));
    eve.post(&void, &reason).await.expect(204);
    assert_eq!(rises().await, rises_before, "nobody rises by somebody else's removal");
    assert_eq!(ben.get(&bens_events).await.expect(200), events_before);
    assert_eq!(place_on(&ben.lift("deadlift", 61.0, 1).await, "deadlift"), Some((1, 2)), "in the same instant");
    app.database.expect_counted().await;
    eve.post(&void, &json!({ "reason": "again" })).await.problem(409);
    eve.post(&format!("/moderation/lifts/{id}/accept"), &json!({})).await.problem(409);

    for reader in [&ada, &ben, &Lifter::new(&app, "", "nobody")] {
        let history = reader.get(&format!("/scores/user/{}/scenario/deadlift", ada.id)).await.expect(200);
        assert_eq!(history.as_array().unwrap().len(), 1, "a voided lift is in nobody's history");
    }
    let events = ada.get(&format!("/personal_best_events/user/{}", ada.id)).await.expect(200);
    assert!(events.as_array().unwrap().iter().all(|event| event["score_value"] != 300.0));
    let own = judged(&ada).await;
    assert_eq!((&own[0]["id"], &own[0]["state"]), (&json!(id), &json!("voided")));
    assert_eq!(own[0]["void_reason"], "hitched");
    assert!(own[0]["voided_at"].is_string());
    ben.post(&answer, &json!({ "text": "not mine" })).await.problem(404);
    for bad in [json!({ "text": "" }), json!({ "text": "x".repeat(501) }), json!({})] {
        ada.post(&answer, &bad).await.problem(422);
    }
    ada.post(&answer, &json!({ "text": "it was my back" })).await.expect(204);
    ada.post(&answer, &json!({ "text": "once more" })).await.problem(409);
    let answered = eve.get("/moderation/lifts?state=answered").await.expect(200);
    assert_eq!(answered["items"][0]["void_answer"], "it was my back");
    assert_eq!(answered["items"][0]["username"], "ada");
    let audit = ada.get("/users/me/audit").await.expect(200);
    let entry = |index: usize, name: &str| audit["items"][index][name].clone();
    assert_eq!((entry(0, "action"), entry(0, "detail")), (json!("void_answered"), json!(format!("lift {id}"))));
    assert_eq!((entry(1, "action"), entry(1, "detail")), (json!("lift_voided"), json!(format!("lift {id}: hitched"))));
    assert_eq!((entry(1, "actor"), entry(1, "target")), (json!(eve.id), json!(ada.id)));

    eve.post(&restore, &json!({ "reason": "it was the back" })).await.expect(204);
    eve.post(&restore, &json!({ "reason": "it was the back" })).await.problem(409);
    assert!(judged(&ada).await.is_empty());
    assert_eq!(ada.get("/users/me/audit").await.expect(200)["items"][0]["action"], "lift_restored");
    let events = ada.get(&format!("/personal_best_events/user/{}", ada.id)).await.expect(200);
    assert_eq!(events[0]["score_value"], 300.0, "it is the best again");
    app.database.expect_counted().await;
    // Voided anew it can be answered anew.
    eve.post(&void, &reason).await.expect(204);
    ada.post(&answer, &json!({ "text": "come on" })).await.expect(204);
}

#[tokio::test]
async fn moderators_judge_everybody_but_themselves() {
    let app = spawn_app().await;
    let (eve, boss) = (moderator(&app, "eve").await, app.lifter("boss").await);
    app.command(&["user", "promote", "boss", "--to", "admin"]).await.unwrap();
    let (own, bosss) = (eve.lift_id("deadlift", 600.0, 1).await, boss.lift_id("deadlift", 100.0, 1).await);
    for deed in ["accept", "void", "restore"] {
        let body = json!({ "reason": "why not" });
        eve.post(&format!("/moderation/lifts/{own}/{deed}"), &body).await.problem(403);
        eve.post(&format!("/moderation/lifts/2147483647/{deed}"), &body).await.problem(404);
        eve.post(&format!("/moderation/lifts/x/{deed}"), &body).await.problem(422);
    }
    eve.post(&format!("/moderation/lifts/{bosss}/void"), &json!({ "reason": "no lockout" })).await.expect(204);
    boss.post(&format!("/moderation/lifts/{own}/void"), &json!({ "reason": "nobody has" })).await.expect(204);
    // Whoever judged may leave: what was judged stays.
    boss.delete(&format!("/admin/users/{}", eve.id)).await.expect(204);
    assert_eq!(judged(&boss).await[0]["void_reason"], "no lockout");
    app.database.expect_counted().await;
}

#[tokio::test]
async fn moderators_read_what_they_judge_page_by_page() {
    let app = spawn_app().await;
    let (ada, eve) = (app.lifter("ada").await, moderator(&app, "eve").await);
    ada.patch("/users/me", &json!({ "weight": 30, "gender": "Female" })).await.expect(200);
    let mut ids = Vec::new();
    for kg in 1..=5 {
        ids.push(ada.lift_id("deadlift", f64::from(kg), 1).await);
    }
    let list = async |query: &str| eve.get(&format!("/moderation/lifts{query}")).await.expect(200);
    let first = list("").await["items"][0].clone();
    assert_eq!((&first["user_id"], &first["scenario_id"]), (&json!(ada.id), &json!("deadlift")));
    assert_eq!((&first["bodyweight_kg"], &first["doubt"]), (&json!(30.0), &json!("bodyweight")));
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let page = list(&format!("?state=waiting&limit=2{after}")).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|lift| lift["id"].as_i64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, ids);
    eve.post(&format!("/moderation/lifts/{}/void", ids[0]), &json!({ "reason": "no" })).await.expect(204);
    eve.post(&format!("/moderation/lifts/{}/accept", ids[1]), &json!({})).await.expect(204);
    assert_eq!(list("").await["items"].as_array().unwrap().len(), 3);
    assert_eq!(list("?state=voided").await["items"][0]["id"], ids[0]);
    assert_eq!(list("?state=answered").await["items"], json!([]));
    for bad in ["?state=none", "?limit=0", "?after=x"] {
        eve.get(&format!("/moderation/lifts{bad}")).await.problem(422);
    }
    ada.get("/moderation/lifts").await.problem(403);
    let own = ada.get("/users/me/lifts/judged?limit=4").await.expect(200);
    assert_eq!((&own["items"][0]["id"], &own["next"]), (&json!(ids[4]), &json!(ids[1].to_string())));
}

#[tokio::test]
async fn whoever_leaves_the_boards_is_counted_no_more_in_the_same_instant() {
    let app = spawn_app().await;
    let (ada, ben, eve) = (app.lifter("ada").await, app.lifter("ben").await, app.lifter("eve").await);
    app.command(&["user", "promote", "eve", "--to", "admin"]).await.unwrap();
    ada.lift("deadlift", 200.0, 1).await;
    let mut kg = 100.0;
    let mut place = async || {
        kg += 1.0;
        place_on(&ben.lift("deadlift", kg, 1).await, "deadlift").unwrap()
    };
    assert_eq!(place().await, (2, 2));
    let (user, withheld) = (format!("/admin/users/{}", ada.id), format!("/moderation/users/{}", ada.id));
    ada.patch("/users/me", &json!({ "is_private": true })).await.expect(200);
    assert_eq!(place().await, (1, 1));
    ada.patch("/users/me", &json!({ "is_private": false })).await.expect(200);
    assert_eq!(place().await, (2, 2));
    eve.patch(&withheld, &json!({ "is_withheld": true, "reason": "no" })).await.expect(204);
    assert_eq!(place().await, (1, 1));
    eve.patch(&withheld, &json!({ "is_withheld": false, "reason": "yes" })).await.expect(204);
    assert_eq!(place().await, (2, 2));
    eve.patch(&user, &json!({ "is_active": false })).await.expect(200);
    assert_eq!(place().await, (1, 1));
    eve.patch(&user, &json!({ "is_active": true })).await.expect(200);
    assert_eq!(place().await, (2, 2));
    app.database.expect_counted().await;
    eve.delete(&user).await.expect(204);
    assert_eq!(place().await, (1, 1));
    let kim = app.lifter("kim").await;
    kim.lift("deadlift", 200.0, 1).await;
    assert_eq!(place().await, (2, 2));
    kim.delete("/users/me").await.expect(204);
    assert_eq!(place().await, (1, 1));
}
