//! An existing client, screen by screen: what it sends in its order, and the type of every field that it reads.

use serde_json::{Value, json};

use crate::support::{Lifter, spawn_app};

type Shape = &'static [(&'static str, &'static str)];

const USER: Shape = &[
    ("username", "string"),
    ("email", "string"),
    ("avatar_url", "string?"),
    ("display_name", "string?"),
    ("subscription_level", "level"),
    ("preferred_unit", "unit"),
    ("id", "uuid"),
    ("is_active", "bool"),
    ("created_at", "time"),
    ("updated_at", "time"),
    ("weight", "number?"),
    ("gender", "string?"),
    ("weight_multiplier", "number"),
    ("energy", "number?"),
    ("rank", "string?"),
    ("original_transaction_id", "string?"),
];
const TOKEN: Shape = &[("access_token", "string"), ("token_type", "string")];
const SCENARIO: Shape = &[("id", "string"), ("name", "string"), ("description", "string?")];
const DETAILS: Shape = &[
    ("id", "string"),
    ("name", "string"),
    ("description", "string?"),
    ("multiplier", "number?"),
    ("volume_multiplier", "number?"),
    ("is_bodyweight", "bool"),
    ("primary_muscles", "list"),
    ("secondary_muscles", "list"),
    ("equipment", "list"),
    ("calibration", "object?"),
];
const SCORE: Shape = &[
    ("id", "int"),
    ("user_id", "uuid"),
    ("scenario_id", "string"),
    ("weight_lifted", "number"),
    ("score_value", "number"),
    ("is_bodyweight", "bool"),
    ("created_at", "time"),
    ("sets", "int?"),
    ("reps", "int?"),
];
const SCORE_CREATED: Shape = &[
    ("score", "object"),
    ("is_personal_best", "bool"),
    ("previous_best_score_value", "number?"),
    ("previous_best_weight_lifted", "number?"),
    ("previous_best_reps", "int?"),
    ("previous_best_sets", "int?"),
];
const BOARD_ROW: Shape = &[
    ("id", "int"),
    ("weight_lifted", "number"),
    ("score_value", "number"),
    ("created_at", "time"),
    ("user", "object"),
];
const ITEM: Shape = &[("scenario_id", "string"), ("name", "string"), ("sets", "int"), ("reps", "int")];
const ROUTINE: Shape = &[
    ("id", "uuid"),
    ("name", "string"),
    ("image_url", "string?"),
    ("user_id", "uuid?"),
    ("created_at", "time"),
    ("scenarios", "list"),
];
const SHARE: Shape =
    &[("code", "string"), ("name", "string"), ("image_url", "string?"), ("scenarios", "list"), ("created_at", "time")];
const SUBMISSION: Shape = &[
    ("routine_id", "uuid?"),
    ("user_id", "uuid"),
    ("duration", "number"),
    ("completion_timestamp", "time"),
    ("status", "string"),
    ("title", "string"),
    ("scenario_submissions", "list"),
];
const SUBMITTED: Shape =
    &[("scenario_id", "string"), ("sets", "int"), ("reps", "int"), ("weight", "number"), ("total_volume", "number")];
const BEST: Shape = &[
    ("id", "int"),
    ("user_id", "uuid"),
    ("scenario_id", "string"),
    ("score_value", "number"),
    ("weight_lifted", "number"),
    ("is_bodyweight", "bool"),
    ("created_at", "time"),
    ("reps", "int?"),
];
const LEVEL: Shape = &[
    ("level", "int"),
    ("xp", "int"),
    ("xp_to_next", "int"),
    ("progress_pct", "number"),
    ("xp_gained_this_week", "int"),
];
const QUEST: Shape = &[
    ("id", "uuid"),
    ("status", "string"),
    ("progress", "int"),
    ("required", "int"),
    ("progress_pct", "number"),
    ("available_from", "time"),
    ("expires_at", "time?"),
    ("cycle_start", "time"),
    ("cycle_end", "time?"),
    ("completed_at", "time?"),
    ("reward_claimed_at", "time?"),
    ("last_progress_at", "time?"),
    ("reward_xp", "int"),
    ("template", "object"),
];
const TEMPLATE: Shape = &[
    ("id", "uuid"),
    ("code", "string"),
    ("title", "string"),
    ("description", "string?"),
    ("cadence", "string"),
    ("metric", "string"),
    ("target_value", "int"),
    ("reward_xp", "int"),
    ("auto_claim", "bool"),
    ("available_from", "time?"),
    ("expires_at", "time?"),
];
const PERSON: Shape = &[
    ("id", "uuid"),
    ("username", "string"),
    ("display_name", "string?"),
    ("avatar_url", "string?"),
    ("is_following", "bool"),
    ("is_followed_by", "bool"),
    ("is_friend", "bool"),
    ("is_self", "bool"),
];
const PEOPLE: Shape =
    &[("items", "list"), ("count", "int"), ("total", "int"), ("offset", "int"), ("next_offset", "int?")];
const ENERGY_ROW: Shape = &[
    ("rank", "int"),
    ("user_id", "uuid"),
    ("username", "string"),
    ("display_name", "string?"),
    ("total_energy", "number"),
    ("avatar_url", "string?"),
    ("user_rank", "string?"),
];
const STANDARD: Shape = &[("total", "int"), ("lifts", "object"), ("metadata", "object")];
const GUILD: Shape = &[
    ("name", "string"),
    ("icon_url", "string?"),
    ("id", "uuid"),
    ("owner_id", "uuid"),
    ("created_at", "time"),
    ("updated_at", "time"),
];

/// Every declared field is there, and of its type.
#[track_caller]
fn check(value: &Value, shape: Shape) {
    for (field, kind) in shape {
        let found = value.get(field).unwrap_or_else(|| panic!("{field} is missing: {value}"));
        let (kind, may_be_null) = match kind.strip_suffix('?') {
            Some(kind) => (kind, true),
            None => (*kind, false),
        };
        let text = found.as_str();
        let is_right = match kind {
            _ if found.is_null() => may_be_null,
            "string" => text.is_some(),
            "bool" => found.is_boolean(),
            "number" => found.is_number(),
            // Written without a point: the client casts it.
            "int" => found.is_i64() && !found.to_string().contains('.'),
            "list" => found.is_array(),
            "object" => found.is_object(),
            "uuid" => text.is_some_and(|text| text.parse::<uuid::Uuid>().is_ok() && text == text.to_lowercase()),
            "time" => text.is_some_and(|text| text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()),
            "level" => text.is_some_and(|text| ["free", "gold", "platinum"].contains(&text)),
            "unit" => text.is_some_and(|text| ["kg", "lbs"].contains(&text)),
            other => panic!("no such kind: {other}"),
        };
        assert!(is_right, "{field} should be {kind}: {found}");
    }
}

#[track_caller]
fn check_all(list: &Value, shape: Shape, at_least: usize) {
    let items = list.as_array().unwrap();
    assert!(items.len() >= at_least, "{list}");
    items.iter().for_each(|item| check(item, shape));
}

/// As the client does: the profile's own tabs, then those of each who is followed.
async fn open_profile(me: &Lifter<'_>) {
    check(&me.get("/levels/me").await.expect(200), LEVEL);
    let quests = me.get("/quests/me").await.expect(200);
    check(&quests, &[("generated_at", "time"), ("quests", "list")]);
    check_all(&quests["quests"], QUEST, 12);
    for quest in quests["quests"].as_array().unwrap() {
        check(&quest["template"], TEMPLATE);
        if quest["status"] == "completed" {
            let path = format!("/quests/me/{}/claim", quest["id"].as_str().unwrap());
            let claimed = me.post(&path, &json!({})).await.expect(200);
            check(&claimed, QUEST);
            assert_eq!(claimed["status"], "claimed");
        }
    }
    let following = me.get(&format!("/users/{}/following", me.id)).await.expect(200);
    check(&following, PEOPLE);
    check_all(&following["items"], PERSON, 1);
    let ids = following["items"].as_array().unwrap().iter().map(|person| person["id"].as_str().unwrap().to_owned());
    for id in ids.chain([me.id.clone()]) {
        let submissions = me.get(&format!("/routine_submission/user/{id}")).await.expect(200);
        check_all(&submissions, SUBMISSION, 0);
        submissions.as_array().unwrap().iter().for_each(|done| check_all(&done["scenario_submissions"], SUBMITTED, 1));
        check_all(&me.get(&format!("/personal_best_events/user/{id}")).await.expect(200), BEST, 0);
        check(&me.get(&format!("/users/{id}")).await.expect(200), USER);
    }
}

#[tokio::test]
async fn every_screen_of_an_existing_client_works() {
    let app = spawn_app().await;
    // Register, onboarding, login.
    let body = json!({ "username": "ada", "email": "ada@example.org", "password": "correct horse" });
    check(&app.post("/users/", &body).await.expect(201), USER);
    let form = [("username", "ada@example.org"), ("password", "correct horse"), ("grant_type", "password")];
    let login = app.request("POST", "/users/login").form(&form).send().await.unwrap();
    assert_eq!(login.status(), 200);
    let token: Value = login.json().await.unwrap();
    check(&token, TOKEN);
    let me = Lifter::new(&app, "", token["access_token"].as_str().unwrap());
    let profile = me.get("/users/me").await.expect(200);
    check(&profile, USER);
    let me = Lifter::new(&app, profile["id"].as_str().unwrap(), &me.token);
    let onboarding = json!({ "gender": "Female", "weight": 70.0, "weight_multiplier": 1.0, "preferred_unit": "kg" });
    check(&me.patch("/users/me", &onboarding).await.expect(200), USER);

    // Ranked.
    let standards = app.get("/standards/70?gender=female&unit=kg").await.expect(200);
    let names: Vec<_> = standards.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names.len(), 12);
    standards.as_object().unwrap().values().for_each(|standard| check(standard, STANDARD));
    let core = ["back_squat", "barbell_bench_press", "deadlift"];
    for exercise in core {
        let nothing = me.get(&format!("/scores/user/{}/scenario/{exercise}/highscore", me.id)).await;
        assert!(nothing.status == 404 && nothing.text.starts_with('{'), "an object, so that the client reads 0");
    }
    let energy = json!({ "user_id": me.id, "energy": 1200.0, "rank": "Celestial" });
    check(&me.post("/energy/submit", &energy).await.expect(200), &[("message", "string")]);
    assert_eq!(me.profile().await["energy"], 0.0, "nobody believes a client");

    // The catalogue, an exercise, its result.
    check_all(&app.get("/scenarios/").await.expect(200), SCENARIO, 120);
    for exercise in core.into_iter().chain(["pull_up"]) {
        check(&me.get(&format!("/scenarios/{exercise}/details")).await.expect(200), DETAILS);
        let sent = json!({ "weight_lifted": if exercise == "pull_up" { 0.0 } else { 80.0 }, "reps": 5, "sets": 1, "user_id": me.id });
        let made = me.post(&format!("/scores/scenario/{exercise}/"), &sent).await.expect(200);
        check(&made, SCORE_CREATED);
        check(&made["score"], SCORE);
        check(&me.get(&format!("/scores/user/{}/scenario/{exercise}/highscore", me.id)).await.expect(200), SCORE);
        check_all(&me.get(&format!("/scores/user/{}/scenario/{exercise}", me.id)).await.expect(200), SCORE, 1);
        let board = app.get(&format!("/scores/scenario/{exercise}/leaderboard")).await.expect(200);
        check_all(&board, BOARD_ROW, 1);
        check(&board[0]["user"], USER);
        let rank =
            format!("/ranks/get_rank_progress?scenario_id={exercise}&final_score=90&user_weight=70&user_gender=female");
        check(&me.get(&rank).await.expect(200), &[("current_rank", "string"), ("next_rank_threshold", "number")]);
    }
    check_all(&app.get("/energy/leaderboard").await.expect(200), ENERGY_ROW, 1);
    let daily = app.get(&format!("/energy/daily/{}", me.id)).await.expect(200);
    check_all(&daily, &[("date", "string"), ("total_energy", "number")], 1);
    assert_eq!(daily[0]["date"].as_str().unwrap().len(), 10);

    // Routines: made, edited, shared, imported, hidden, deleted.
    let items = json!([{ "scenario_id": "deadlift", "name": "Deadlift", "sets": 3, "reps": 5 },
        { "scenario_id": "back_squat", "name": "Squat", "sets": 5, "reps": 5 }]);
    let routine =
        me.post("/routines", &json!({ "name": "Mine", "image_url": null, "scenarios": items })).await.expect(201);
    check(&routine, ROUTINE);
    check_all(&routine["scenarios"], ITEM, 2);
    let path = format!("/routines/{}", routine["id"].as_str().unwrap());
    let put = me.request("PUT", &path).json(&json!({ "name": "Ours", "scenarios": items }));
    check(&me.send(put).await.expect(200), ROUTINE);
    check(&me.get(&path).await.expect(200), ROUTINE);
    let share = me.post(&format!("{path}/share"), &Value::Null).await.expect(200);
    check(&share, SHARE);
    check_all(&share["scenarios"], ITEM, 2);
    check(&app.get(&format!("/routines/shared/{}", share["code"].as_str().unwrap())).await.expect(200), SHARE);
    let ben = app.lifter("ben").await;
    check(&ben.post("/routines/import", &json!({ "share_code": share["code"] })).await.expect(201), ROUTINE);
    let all = me.get("/routines/").await.expect(200);
    check_all(&all, ROUTINE, 13);
    let global = all.as_array().unwrap().iter().find(|routine| routine["user_id"].is_null()).unwrap()["id"].clone();
    let hide = format!("/users/me/hidden-routines/{}", global.as_str().unwrap());
    me.send(me.request("POST", &hide)).await.expect(204);
    assert_eq!(me.get("/users/me/hidden-routines").await.expect(200), json!([global]));
    me.delete(&hide).await.expect(204);

    // A workout is finished.
    let done = json!({ "routine_id": routine["id"], "user_id": me.id, "duration": 31.0, "status": "completed",
        "completion_timestamp": jiff::Timestamp::now().to_string(), "scenario_submissions":
        [{ "scenario_id": "deadlift", "sets": 1, "reps": 5, "weight": 100.0, "total_volume": 500.0 }] });
    let submitted = me.post("/routine_submission/", &done).await.expect(201);
    check(&submitted, SUBMISSION);
    assert_eq!(submitted["title"], "Ours");
    check_all(&submitted["scenario_submissions"], SUBMITTED, 1);
    me.delete(&path).await.expect(204);
    let kept = me.get(&format!("/routine_submission/user/{}", me.id)).await.expect(200);
    assert_eq!((&kept[0]["title"], &kept[0]["routine_id"]), (&json!("Ours"), &Value::Null));

    // Athletes are found and followed; the profiles.
    for typed in ["b", "be", "ben"] {
        let found = me.get(&format!("/users/lookup?q={typed}")).await.expect(200);
        check(&found, PEOPLE);
        check_all(&found["items"], PERSON, 1);
    }
    me.send(me.request("POST", &format!("/users/{}/follow", ben.id))).await.expect(204);
    check(&me.get(&format!("/users/{}/relationship", ben.id)).await.expect(200), PERSON);
    for list in ["followers", "friends"] {
        check(&me.get(&format!("/users/{}/{list}", ben.id)).await.expect(200), PEOPLE);
    }
    open_profile(&me).await;
    check(&me.get("/users/username/ben").await.expect(200), USER);
    assert_eq!(me.get("/users/username/nobody").await.status, 404);
    check(&app.get(&format!("/levels/user/{}", ben.id)).await.expect(200), LEVEL);
    me.delete(&format!("/users/{}/follow", ben.id)).await.expect(204);
    check(&me.post("/guilds/", &json!({ "name": "Iron house" })).await.expect(201), GUILD);
    check_all(&me.get("/guilds/").await.expect(200), GUILD, 1);

    // Small ones that screens of other versions ask.
    assert_eq!(app.get("/ranks/rank_from_energy/99").await.expect(200), "Unranked");
    assert_eq!(app.get("/ranks/rank_from_energy/850").await.expect(200), "Master");
    let color = app.get(&format!("/ranks/rank_color/{}", me.id)).await.expect(200);
    assert!(color.as_str().is_some_and(|color| color.starts_with('#') && color.len() == 7));
    let icon = app.get(&format!("/ranks/rank_icon/{}", me.id)).await.expect(200);
    assert!(icon.as_str().is_some_and(|icon| icon.starts_with("assets/images/ranks/")));
    let high = app.get(&format!("/ranks/user/{}/scenario/deadlift/highscore_value", me.id)).await.expect(200);
    check(&high, &[("high_score", "number")]);
    assert_eq!(app.get("/scenarios/deadlift/multiplier").await.expect(200), 0.42);
    let history = me.get(&format!("/energy/history/{}", me.id)).await.expect(200);
    check_all(&history, &[("id", "uuid"), ("user_id", "uuid"), ("energy", "number"), ("created_at", "time")], 1);
    app.get(&format!("/energy/history/{}", me.id)).await.problem(401);
    assert!(app.get(&format!("/energy/latest/{}", me.id)).await.expect(200).is_i64());

    // Settings, payments, farewell.
    check(&me.patch("/users/me", &json!({ "display_name": "Ada L." })).await.expect(200), USER);
    check(&me.patch("/users/me/unit", &json!({ "preferred_unit": "lbs" })).await.expect(200), USER);
    for payment in ["create-checkout-session", "create-portal-session"] {
        let body = json!({ "price_id": "x", "success_url": "x", "cancel_url": "x" });
        let said = me.post(&format!("/payments/{payment}"), &body).await.problem(503);
        assert_eq!(said, "payments are not configured");
    }
    me.delete(&format!("/scores/user/{}", me.id)).await.expect(204);
    me.delete("/users/me").await.expect(204);
}
