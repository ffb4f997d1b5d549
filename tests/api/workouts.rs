//! `/workouts`, `/routine_submission`, `/users/{id}/workouts`: what was done, and all that follows from it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::{App, Journeys, Lifter, Options, fresh_database, spawn_app, spawn_app_with};

fn set(exercise: &str, weight_kg: f64, reps: i32) -> Value {
    json!({ "exercise_id": exercise, "weight_kg": weight_kg, "reps": reps })
}

fn workout(sets: &[Value]) -> Value {
    json!({ "minutes": 45, "sets": sets })
}

fn hours_ago(hours: i64) -> String {
    (Timestamp::now() - SignedDuration::from_hours(hours)).to_string()
}

async fn heavy<'a>(app: &'a App, name: &str) -> Lifter<'a> {
    let lifter = app.lifter(name).await;
    let profile = json!({ "weight": 80, "gender": "Male", "shows_points": true });
    lifter.patch("/users/me", &profile).await.expect(200);
    lifter
}

#[tokio::test]
async fn one_request_does_all_that_follows_from_a_workout() {
    let app = spawn_app().await;
    let ada = heavy(&app, "ada").await;
    let sets = [
        json!({ "exercise_id": "back_squat", "weight_kg": 60, "reps": 10, "kind": "warm_up" }),
        json!({ "exercise_id": "back_squat", "weight_kg": 100, "reps": 5, "rpe": 8.5, "rest_seconds": 180 }),
        set("back_squat", 100.0, 5),
        set("back_squat", 140.0, 1),
        set("barbell_bench_press", 90.0, 1),
        json!({ "exercise_id": "barbell_bench_press", "weight_kg": 120, "reps": 1, "assisted": true }),
        set("deadlift", 180.0, 1),
    ];
    let done = ada.post("/workouts", &workout(&sets)).await.expect(201);
    assert_eq!(done["workout"]["sets"].as_array().unwrap().len(), 7);
    assert_eq!(done["workout"]["total_volume"], 600.0 + 1000.0 + 140.0 + 90.0 + 120.0 + 180.0);
    // Equal sets are one lift; warm-ups and assisted ones are none.
    let lifts = done["lifts"].as_array().unwrap();
    let of = |lift: &Value| (lift["weight_kg"].as_f64().unwrap(), lift["sets"].as_i64().unwrap());
    assert_eq!(lifts.iter().map(of).collect::<Vec<_>>(), [(100.0, 2), (140.0, 1), (90.0, 1), (180.0, 1)]);
    assert_eq!(lifts.iter().filter(|lift| lift["is_personal_best"] == true).count(), 3, "one for each exercise");
    assert_eq!(done["workout"]["sets"][0]["lift_id"], Value::Null);
    assert_eq!(done["workout"]["sets"][1]["lift_id"], done["workout"]["sets"][2]["lift_id"]);
    assert!(done["ranks"].as_array().unwrap().iter().any(|change| change["board"] == "dots" && change["rank"] == 1));
    assert_eq!(done["energy"]["value"], ada.profile().await["energy"]);
    // Three bests of 10; 12 + 1 + 1 + 2 by volume where it counts whole; a quest of 25.
    let level = ada.get("/levels/me").await.expect(200);
    assert_eq!(done["xp_gained"], level["xp"]);
    assert_eq!(done["progress"], level);
    assert!(level["xp"].as_i64().unwrap() >= 30 + 10 + 25, "{level}");
    let moved: Vec<_> = done["quests"].as_array().unwrap().iter().map(|quest| &quest["template"]["code"]).collect();
    assert!(moved.contains(&&json!("daily_30_min_workout")), "{moved:?}");
    // It is there for everybody who is signed in, set by set.
    let ben = app.lifter("ben").await;
    let id = done["workout"]["id"].as_str().unwrap();
    let seen = ben.get(&format!("/workouts/{id}")).await.expect(200);
    assert_eq!(seen["sets"][1]["rpe"], 8.5);
    assert_eq!(seen["title"], done["workout"]["title"]);
    app.get(&format!("/workouts/{id}")).await.problem(401);
    ada.patch("/users/me", &json!({ "is_private": true })).await.expect(200);
    ben.get(&format!("/workouts/{id}")).await.problem(404);
    assert_eq!(ben.get(&format!("/users/{}/workouts", ada.id)).await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_workout_that_comes_again_gets_the_first_answer() {
    let app = spawn_app().await;
    let ada = heavy(&app, "ada").await;
    let ids: Vec<_> = (0..3).map(|_| uuid::Uuid::new_v4().to_string()).collect();
    let at = hours_ago(1);
    let body = json!({ "minutes": 30, "completed_at": at, "sets": [
        { "id": ids[0], "exercise_id": "deadlift", "weight_kg": 150, "reps": 1 },
        { "id": ids[1], "exercise_id": "deadlift", "weight_kg": 155, "reps": 1 }] });
    let first = ada.post("/workouts", &body).await.expect(201);
    let xp = ada.get("/levels/me").await.expect(200)["xp"].clone();
    // By the ids of its sets, whatever the clock says now; by its time, whatever is in it.
    let mut later = body.clone();
    later["completed_at"] = json!(hours_ago(0));
    let mut other = workout(&[set("back_squat", 200.0, 1)]);
    other["completed_at"] = json!(at);
    assert!(ada.post("/workouts", &other).await.problem(409).contains("same time"));
    let mut some = body.clone();
    some["sets"][1]["id"] = Value::Null;
    some["sets"][1]["weight_kg"] = json!(99);
    assert!(ada.post("/workouts", &some).await.problem(409).contains("another workout"));
    for again in [&body, &later] {
        assert_eq!(ada.post("/workouts", again).await.expect(201), first);
    }
    assert_eq!(ada.get("/levels/me").await.expect(200)["xp"], xp);
    assert_eq!(ada.get(&format!("/users/{}/workouts", ada.id)).await.expect(200)["items"].as_array().unwrap().len(), 1);
    // A set cannot be in two.
    let mut mixed = workout(&[json!({ "id": ids[2], "exercise_id": "deadlift", "weight_kg": 100, "reps": 3 })]);
    mixed["sets"].as_array_mut().unwrap().push(body["sets"][0].clone());
    assert!(ada.post("/workouts", &mixed).await.problem(409).contains("another workout"));
    // Of somebody else they are other sets.
    app.lifter("ben").await.post("/workouts", &body).await.expect(201);
    // What was deleted does not come back.
    ada.delete(&format!("/workouts/{}", first["workout"]["id"].as_str().unwrap())).await.expect(204);
    assert!(ada.post("/workouts", &later).await.problem(409).contains("deleted"));
}

#[tokio::test]
async fn of_equal_lifts_in_a_workout_one_is_the_best_and_no_lift_is_none() {
    let app = spawn_app().await;
    let ada = heavy(&app, "ada").await;
    let pull_ups: Vec<_> = (0..30).map(|kg| set("pull_up", f64::from(kg), 8)).collect();
    let done = ada.post("/workouts", &workout(&pull_ups)).await.expect(201);
    let bests = done["lifts"].as_array().unwrap().iter().filter(|lift| lift["is_personal_best"] == true).count();
    assert_eq!(bests, 1, "the repetitions are the same");
    ada.lift("deadlift", 110.0, 1).await;
    assert_eq!(ada.lift("deadlift", 100.0, 3).await["is_personal_best"], false, "110 is 110");
    let failed = ada.lift("deadlift", 190.0, 0).await;
    assert_eq!(failed["is_personal_best"], false);
    let body = json!({ "weight_lifted": 190.0, "reps": 3, "sets": 0 });
    assert_eq!(ada.post("/scores/scenario/deadlift/", &body).await.expect(200)["is_personal_best"], false);
    app.command(&["recompute", "--check"]).await.expect("nothing differs");
    app.database.expect_counted().await;
}

#[tokio::test]
async fn notes_are_private_and_the_blocked_see_nothing() {
    let app = spawn_app().await;
    let (ada, ben) = (heavy(&app, "ada").await, app.lifter("ben").await);
    let mut body = workout(&[set("deadlift", 100.0, 1)]);
    body["note"] = json!("my knee hurts");
    let done = ada.post("/workouts", &body).await.expect(201);
    let path = format!("/workouts/{}", done["workout"]["id"].as_str().unwrap());
    assert_eq!(ada.get(&path).await.expect(200), done["workout"], "as it was told");
    assert!(ben.get(&path).await.expect(200)["note"].is_null());
    assert!(!ben.get(&format!("/users/{}/workouts", ada.id)).await.text.contains("knee"));
    crate::blocks::block(&ada, &ben).await.expect(204);
    ben.get(&path).await.problem(404);
    for list in ["workouts", "records"] {
        let seen = ben.get(&format!("/users/{}/{list}", ada.id)).await.expect(200);
        assert!(seen == json!([]) || seen["items"] == json!([]), "{seen}");
    }
    ben.get(&format!("/users/{}/streaks", ada.id)).await.problem(404);
    assert_eq!(ben.get(&format!("/personal_best_events/user/{}", ada.id)).await.expect(200), json!([]));
}

#[tokio::test]
async fn what_comes_from_a_notebook_is_no_news() {
    let app = spawn_app().await;
    let (ada, ben) = (heavy(&app, "ada").await, heavy(&app, "ben").await);
    for exercise in ["back_squat", "barbell_bench_press", "deadlift"] {
        ben.lift(exercise, 50.0, 1).await;
    }
    let sets: Vec<_> =
        ["back_squat", "barbell_bench_press", "deadlift"].map(|exercise| set(exercise, 100.0, 1)).to_vec();
    let mut body = workout(&sets);
    body["completed_at"] = json!(hours_ago(24 * 400));
    ada.post("/workouts", &body).await.expect(201);
    assert_eq!(ada.get("/users/me/rank-rises").await.expect(200)["items"], json!([]));
    let bests = ada.get(&format!("/personal_best_events/user/{}", ada.id)).await.expect(200);
    let day = &body["completed_at"].as_str().unwrap()[..10];
    assert!(
        bests.as_array().unwrap().iter().all(|best| best["created_at"].as_str().unwrap().starts_with(day)),
        "{bests}"
    );
}

#[tokio::test]
async fn the_same_workout_from_two_phones_at_once_is_one() {
    let app = spawn_app().await;
    let ada = heavy(&app, "ada").await;
    let mut body = workout(&[set("deadlift", 150.0, 1), set("back_squat", 100.0, 5)]);
    body["completed_at"] = json!(hours_ago(2));
    let both = futures_util::future::join_all((0..8).map(|_| ada.post("/workouts", &body))).await;
    let answers: Vec<_> = both.into_iter().map(|answer| answer.expect(201)).collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let xp = ada.get("/levels/me").await.expect(200)["xp"].as_i64().unwrap();
    assert_eq!(xp, answers[0]["xp_gained"].as_i64().unwrap());
}

#[tokio::test]
async fn lifts_bests_points_and_boards_follow_an_edit_and_a_deletion() {
    let app = spawn_app().await;
    let ada = heavy(&app, "ada").await;
    let before = ada.get("/levels/me").await.expect(200)["xp"].clone();
    ada.post("/workouts", &json!({ "minutes": 5, "completed_at": hours_ago(30), "sets": [set("deadlift", 100.0, 1)] }))
        .await
        .expect(201);
    assert_eq!(ada.get("/levels/me").await.expect(200)["xp"], before, "what is a day old is history");
    let done =
        ada.post("/workouts", &workout(&[set("deadlift", 150.0, 1), set("back_squat", 100.0, 10)])).await.expect(201);
    let path = format!("/workouts/{}", done["workout"]["id"].as_str().unwrap());
    let high = async || ada.get(&format!("/scores/user/{}/scenario/deadlift/highscore", ada.id)).await.expect(200);
    let xp = async || ada.get("/levels/me").await.expect(200)["xp"].as_i64().unwrap();
    let first_xp = xp().await;
    assert_eq!(high().await["weight_lifted"], 150.0);

    let edited = json!({ "sets": [set("deadlift", 155.0, 1), set("back_squat", 100.0, 10)], "note": "better" });
    let edited = ada.patch(&path, &edited).await.expect(200);
    assert_eq!((&edited["note"], &edited["sets"][0]["weight_kg"]), (&json!("better"), &json!(155.0)));
    assert_eq!(high().await["weight_lifted"], 155.0);
    assert_eq!(xp().await, first_xp, "it pays as before: the volume in whole points and two bests are the same");
    // What is not sent stays.
    let renamed = ada.patch(&path, &json!({ "title": "Pulling", "minutes": 12 })).await.expect(200);
    assert_eq!((&renamed["title"], &renamed["sets"]), (&json!("Pulling"), &edited["sets"]));
    let quests = ada.get("/quests/me").await.expect(200);
    let half_hour =
        quests["quests"].as_array().unwrap().iter().find(|quest| quest["template"]["code"] == "daily_30_min_workout");
    assert_eq!(half_hour.unwrap()["progress"], 12, "quests follow");

    app.lifter("ben").await.patch(&path, &json!({ "title": "mine" })).await.problem(404);
    ada.delete(&path).await.expect(204);
    ada.delete(&path).await.problem(404);
    assert_eq!(high().await["weight_lifted"], 100.0);
    assert_eq!(xp().await, 0);
    ada.get(&format!("/scores/user/{}/scenario/back_squat/highscore", ada.id)).await.problem(404);
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_place_and_changes_nothing() {
    let app = spawn_app().await;
    let ada = heavy(&app, "ada").await;
    let mut future = workout(&[set("deadlift", 100.0, 1)]);
    future["completed_at"] = json!(hours_ago(-1));
    let twin = uuid::Uuid::new_v4();
    let twins = json!({ "id": twin, "exercise_id": "deadlift", "weight_kg": 100, "reps": 1 });
    for (body, says) in [
        (workout(&[]), "sets"),
        (workout(&[set("nothing_such", 100.0, 1)]), "sets[0].exercise_id"),
        (workout(&[set("deadlift", 100.0, 1), set("deadlift", 1001.0, 1)]), "sets[1].weight_kg"),
        (workout(&[set("deadlift", 100.0, -1)]), "sets[0].reps"),
        (workout(&[twins.clone(), twins]), "same id"),
        (json!({ "minutes": 1441, "sets": [set("deadlift", 1.0, 1)] }), "minutes"),
        (json!({ "minutes": 10 }), "sets"),
        (future, "completed_at"),
    ] {
        let detail = ada.post("/workouts", &body).await.problem(422);
        assert!(detail.contains(says), "{detail} should name {says}");
    }
    let mut unknown = workout(&[set("deadlift", 100.0, 1)]);
    unknown["routine_id"] = json!(uuid::Uuid::new_v4());
    ada.post("/workouts", &unknown).await.problem(400);
    app.post("/workouts", &workout(&[set("deadlift", 100.0, 1)])).await.problem(401);
    assert_eq!(ada.get(&format!("/users/{}/workouts", ada.id)).await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn existing_clients_send_workouts_in_their_form() {
    let app = spawn_app().await;
    let ada = heavy(&app, "ada").await;
    ada.patch("/users/me", &json!({ "time_zone": "America/Los_Angeles" })).await.expect(200);
    let submission = |at: &str, key: &str| {
        let mut body = json!({ "routine_id": null, "user_id": ada.id, "duration": 31.5, "completion_timestamp": at,
            "status": "completed" });
        body[key] = json!([{ "scenario_id": "deadlift", "sets": 1, "reps": 5, "weight": 100.0, "total_volume": 500.0 },
            { "scenario_id": "back_squat", "sets": 1, "reps": 3, "weight": 80.0, "total_volume": 240.0 }]);
        body
    };
    // 20:00 in Los Angeles, whatever the server's clock says.
    let at = "2026-03-01T04:00:00Z";
    let first = ada.post("/routine_submission/", &submission(at, "scenario_submissions")).await.expect(201);
    assert_eq!(first["title"], "Evening Workout");
    assert_eq!(first["duration"], 31.5);
    assert_eq!(first["completion_timestamp"], at);
    assert!(first["routine_id"].is_null() && first["user_id"] == ada.id);
    let sent = &first["scenario_submissions"][0];
    assert!(sent["sets"].is_i64() && sent["reps"].is_i64() && sent["weight"].is_f64() && sent["total_volume"].is_f64());
    assert_eq!(
        ada.post("/routine_submission", &submission(at, "scenarios")).await.expect(201),
        first,
        "the first result"
    );
    let newer = ada.post("/routine_submission/", &submission(&hours_ago(1), "scenarios")).await.expect(201);
    let path = format!("/routine_submission/user/{}", ada.id);
    assert_eq!(ada.get(&path).await.expect(200), json!([newer, first]));
    assert_eq!(
        ada.get(&format!("{path}?limit=1&after={}", newer["completion_timestamp"].as_str().unwrap())).await.expect(200),
        json!([first])
    );
    app.get(&path).await.problem(401);
    ada.get("/routine_submission/user/nonsense").await.problem(422);
    // Its lifts come on their own, so it makes none.
    ada.get(&format!("/scores/user/{}/scenario/deadlift/highscore", ada.id)).await.problem(404);
    let mut late = submission(&hours_ago(-1), "scenarios");
    ada.post("/routine_submission/", &late).await.problem(422);
    late["completion_timestamp"] = json!("2026-03-01T04:00:00");
    ada.post("/routine_submission/", &late).await.problem(422);
    let mut unknown = submission(&hours_ago(3), "scenarios");
    unknown["routine_id"] = json!(uuid::Uuid::new_v4());
    ada.post("/routine_submission/", &unknown).await.problem(400);
}

#[tokio::test]
async fn a_list_is_walked_page_by_page() {
    let app = spawn_app().await;
    let ada = heavy(&app, "ada").await;
    for hours in 1..=5 {
        let mut body = workout(&[set("deadlift", 100.0 + hours as f64, 1)]);
        body["completed_at"] = json!(hours_ago(hours));
        ada.post("/workouts", &body).await.expect(201);
    }
    let all = ada.get(&format!("/users/{}/workouts", ada.id)).await.expect(200);
    assert!(all["next"].is_null());
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let page = ada.get(&format!("/users/{}/workouts?limit=2{after}", ada.id)).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(Value::from(seen), all["items"]);
    for odd in ["x", "-300000000000000000", "9223372036854775807"] {
        ada.get(&format!("/users/{}/workouts?after={odd}", ada.id)).await.problem(422);
    }
    let path = format!("/routine_submission/user/{}", ada.id);
    ada.get(&format!("{path}?after=-004800-01-01T00:00:00Z")).await.expect(200);
    ada.delete("/exercises/own/own_%00").await.problem(404);
}

#[tokio::test]
async fn records_are_of_all_that_was_done_but_warm_ups() {
    let app = spawn_app().await;
    let ada = heavy(&app, "ada").await;
    let sets = [
        json!({ "exercise_id": "deadlift", "weight_kg": 250, "reps": 8, "kind": "warm_up" }),
        set("deadlift", 100.0, 8),
        set("deadlift", 120.0, 5),
        json!({ "exercise_id": "deadlift", "weight_kg": 300, "reps": 5, "assisted": true }),
    ];
    ada.post("/workouts", &workout(&sets)).await.expect(201);
    ada.lift("deadlift", 140.0, 1).await;
    let records = ada.get(&format!("/users/{}/records", ada.id)).await.expect(200);
    let deadlift = &records[0];
    assert_eq!((&deadlift["exercise_id"], &deadlift["exercise_name"]), (&json!("deadlift"), &json!("Deadlift")));
    let of = |reps: usize| deadlift["reps"][reps - 1]["weight_kg"].as_f64().unwrap();
    assert_eq!([of(1), of(2), of(5), of(6), of(8)], [140.0, 120.0, 120.0, 100.0, 100.0]);
    assert_eq!(deadlift["reps"].as_array().unwrap().len(), 8);
    assert_eq!(deadlift["set_volume"]["volume"], 800.0);
    assert_eq!(deadlift["workout_volume"]["volume"], 1400.0);
    assert_eq!(deadlift["estimated"]["one_rep_max_kg"], 140.0);
    assert_eq!(deadlift["most_reps"], 8);
    app.get(&format!("/users/{}/records", ada.id)).await.problem(401);
    let streaks = ada.get(&format!("/users/{}/streaks", ada.id)).await.expect(200);
    assert_eq!((&streaks["days"], &streaks["weeks"], &streaks["forgives"]), (&json!(1), &json!(1), &json!(true)));
}

#[tokio::test]
async fn a_workout_of_twenty_sets_takes_four_journeys_to_the_database() {
    let database = fresh_database().await;
    let journeys = Journeys::to(&database);
    let app = spawn_app_with(Options { database: Some(journeys.database.clone()), ..Options::default() }).await;
    let (ada, ben) = (heavy(&app, "ada").await, heavy(&app, "ben").await);
    let sets = |kg: f64| -> Vec<Value> {
        let exercises = ["back_squat", "barbell_bench_press", "deadlift", "overhead_press", "barbell_row"];
        (0..20).map(|place| set(exercises[place % 5], kg + place as f64, 1 + place as i32 / 5)).collect()
    };
    // In each round she passes him, until every connection has prepared its statements: one that was opened late, as on a busy
    // machine, prepares them in the workout that meets it.
    let between = async |kg: f64| {
        for (place, exercise) in ["back_squat", "barbell_bench_press", "deadlift"].into_iter().enumerate() {
            ben.lift(exercise, kg + place as f64 - 1.0, 1).await;
        }
    };
    let mut numbers = Vec::new();
    for round in 0..12 {
        let kg = 100.0 + 2.0 * f64::from(round);
        between(kg).await;
        journeys.begin();
        let (mut counted, note) = (workout(&sets(kg)), format!("counted in round {round}."));
        counted["note"] = json!(note);
        let done = ada.post("/workouts", &counted).await.expect(201);
        // His lifts may not have reached her board's memory yet.
        if done["ranks"].as_array().unwrap().iter().any(|change| change["passed_count"] == 1) {
            numbers.push(journeys.count(&note));
        }
    }
    assert!(numbers.len() >= 6, "somebody is passed: {} times", numbers.len());
    // A machine that stands still for longer than the database seems away cuts a journey in two; one that is needed shows every time.
    let few = numbers.iter().filter(|number| (2..=4).contains(*number)).count();
    assert!(3 * few >= numbers.len(), "journeys of each workout: {numbers:?}");
}
