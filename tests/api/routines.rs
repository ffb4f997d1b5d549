//! `/routines` and `/users/me/hidden-routines`.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{App, Lifter, empty_database, program, spawn_app};

/// A routine as existing clients send one.
pub fn push_day() -> Value {
    json!({ "name": "Push", "image_url": null, "scenarios": [
        { "scenario_id": "overhead_press", "name": "whatever", "sets": 5, "reps": 3 },
        { "scenario_id": "barbell_bench_press", "name": "", "sets": 3, "reps": 8 },
        { "scenario_id": "overhead_press", "name": "again", "sets": 1, "reps": 12 },
    ] })
}

/// The own routines of a list, without everybody's.
pub fn own(list: &Value) -> Vec<Value> {
    list.as_array().unwrap().iter().filter(|routine| !routine["user_id"].is_null()).cloned().collect()
}

pub async fn subscribe(app: &App, lifter: &Lifter<'_>) {
    let level = format!("UPDATE users SET subscription_level = 'gold' WHERE id = '{}'", lifter.id);
    app.database.connect().await.batch_execute(&level).await.unwrap();
}

fn exercises(routine: &Value) -> Vec<&str> {
    routine["scenarios"].as_array().unwrap().iter().map(|item| item["scenario_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_routine_is_kept_as_it_was_sent_in_its_order() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let made = ada.post("/routines", &push_day()).await.expect(201);
    // Every field of the contract, of its type.
    let fields: Vec<_> = made.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["created_at", "id", "image_url", "name", "scenarios", "updated_at", "user_id"]);
    assert_eq!((&made["name"], &made["image_url"], &made["user_id"]), (&json!("Push"), &Value::Null, &json!(ada.id)));
    assert!(made["created_at"].as_str().unwrap().ends_with('Z'));
    let id = made["id"].as_str().unwrap();
    assert_eq!(id.len(), 36);
    assert_eq!(exercises(&made), ["overhead_press", "barbell_bench_press", "overhead_press"]);
    let first = json!({ "scenario_id": "overhead_press", "name": "Overhead Press", "sets": 5, "reps": 3, "superset": null,
                        "weight_kg": null, "percent": null, "rest_seconds": null, "note": null });
    assert_eq!(made["scenarios"][0], first);
    assert_eq!(made["scenarios"][2]["reps"], 12);
    for path in [format!("/routines/{id}"), format!("/routines/{id}/")] {
        assert_eq!(ada.get(&path).await.expect(200), made);
    }

    let rich = json!({ "name": "  Heavy  ", "scenarios": [{ "scenario_id": "deadlift", "sets": 0, "reps": 0, "superset": 2,
        "weight_kg": 102.5, "percent": 72.3, "rest_seconds": 180, "note": "slow\ndown " }] });
    let heavy = ada.post("/routines/", &rich).await.expect(201);
    assert_eq!(heavy["name"], "Heavy");
    let mut item = rich["scenarios"][0].clone();
    item["name"] = json!("Deadlift");
    item["note"] = json!("slow\ndown");
    assert_eq!(heavy["scenarios"][0], item);
    assert_eq!(ada.get(&format!("/routines/{}", heavy["id"].as_str().unwrap())).await.expect(200), heavy);
    let list = ada.get("/routines").await.expect(200);
    assert_eq!(own(&list), [made, heavy]);
    let names: Vec<_> = list.as_array().unwrap().iter().map(|routine| routine["user_id"].is_null()).collect();
    assert_eq!(names, [vec![false; 2], vec![true; 12]].concat(), "the own ones come first");
    app.get("/routines").await.problem(401);
}

#[tokio::test]
async fn replacing_keeps_what_is_left_out() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let made = ada.post("/routines", &push_day()).await.expect(201);
    let path = format!("/routines/{}", made["id"].as_str().unwrap());
    for body in [json!({ "name": "Press" }), json!({ "name": "Press", "scenarios": null })] {
        let changed = ada.put(&path, &body).await.expect(200);
        assert_eq!((&changed["name"], &changed["scenarios"]), (&json!("Press"), &made["scenarios"]));
        assert_eq!((&changed["id"], &changed["created_at"]), (&made["id"], &made["created_at"]));
    }
    let back = made["scenarios"].as_array().unwrap().iter().rev().cloned().collect::<Vec<_>>();
    let changed = ada.put(&path, &json!({ "name": "Press", "scenarios": back })).await.expect(200);
    assert_eq!(changed["scenarios"], json!(back), "what was read can be sent");
    let changed = ada.put(&path, &json!({ "name": "Press", "scenarios": [] })).await.expect(200);
    assert_eq!(changed["scenarios"], json!([]));
    assert_eq!(ada.get(&path).await.expect(200), changed);

    // Nobody else's business, and everybody's routines are nobody's to change.
    for (method, expected) in [("GET", 404), ("PUT", 404), ("DELETE", 404)] {
        ben.send(ben.request(method, &path).json(&json!({ "name": "Mine" }))).await.problem(expected);
    }
    let global = "/routines/01900000-0000-7000-8000-000000000001";
    assert!(ada.get(global).await.expect(200)["user_id"].is_null());
    assert!(ada.put(global, &json!({ "name": "Mine" })).await.problem(403).contains("copy"));
    ada.delete(global).await.problem(403);
    for id in ["00000000-0000-0000-0000-000000000000", "nonsense"] {
        let status = if id == "nonsense" { 422 } else { 404 };
        ada.get(&format!("/routines/{id}")).await.problem(status);
        ada.put(&format!("/routines/{id}"), &json!({ "name": "Mine" })).await.problem(status);
        ada.delete(&format!("/routines/{id}")).await.problem(status);
    }
    ada.delete(&path).await.expect(204);
    ada.delete(&path).await.problem(404);
    assert_eq!(own(&ada.get("/routines").await.expect(200)), Vec::<Value>::new());
}

#[tokio::test]
async fn what_cannot_be_a_routine_is_refused_by_field() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let item = |more: Value| {
        let mut item = json!({ "scenario_id": "deadlift", "sets": 3, "reps": 5 });
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "name": "A", "scenarios": [{ "scenario_id": "deadlift", "sets": 1, "reps": 1 }, item] })
    };
    let many = vec![json!({ "scenario_id": "deadlift", "sets": 1, "reps": 1 }); 101];
    let own_address =
        |key: &str| json!({ "name": "A", "scenarios": [], "image_url": format!("http://127.0.0.1:9999/static/{key}") });
    let name = "0".repeat(32);
    for (body, field) in [
        (json!({ "scenarios": [] }), "name"),
        (json!({ "name": "A" }), "scenarios"),
        (json!({ "name": "", "scenarios": [] }), "name"),
        (json!({ "name": "  ", "scenarios": [] }), "name"),
        (json!({ "name": "a\u{7}b", "scenarios": [] }), "name"),
        (json!({ "name": "x".repeat(101), "scenarios": [] }), "name"),
        (json!({ "name": "A", "scenarios": many }), "scenarios"),
        (item(json!({ "scenario_id": "no_such" })), "scenarios[1].scenario_id"),
        (item(json!({ "scenario_id": "deadlift\u{0}" })), "scenarios[1].scenario_id"),
        (item(json!({ "scenario_id": "own_abcdefghijklmnop" })), "scenarios[1].scenario_id"),
        (item(json!({ "sets": -1 })), "scenarios[1].sets"),
        (item(json!({ "sets": 101 })), "scenarios[1].sets"),
        (item(json!({ "sets": 2.5 })), "scenarios[1].sets"),
        (item(json!({ "sets": "3" })), "scenarios[1].sets"),
        (item(json!({ "reps": 1001 })), "scenarios[1].reps"),
        (item(json!({ "reps": null })), "scenarios[1].reps"),
        (item(json!({ "weight_kg": 1000.5 })), "scenarios[1].weight_kg"),
        (item(json!({ "percent": -1 })), "scenarios[1].percent"),
        (item(json!({ "rest_seconds": 3601 })), "scenarios[1].rest_seconds"),
        (item(json!({ "superset": 0 })), "scenarios[1].superset"),
        (item(json!({ "note": "x".repeat(501) })), "scenarios[1].note"),
        (item(json!({ "note": "a\u{0}" })), "scenarios[1].note"),
        (
            json!({ "name": "A", "scenarios": [], "image_url": "https://evil.example/static/routines/x.jpg" }),
            "image_url",
        ),
        (json!({ "name": "A", "scenarios": [], "image_url": "//evil.example/x.jpg" }), "image_url"),
        (json!({ "name": "A", "scenarios": [], "image_url": "javascript:alert(1)" }), "image_url"),
        (own_address("routines/../../etc/passwd"), "image_url"),
        (own_address(&format!("avatars/{name}.jpg")), "image_url"),
        (own_address(&format!("routines/{name}.jpg")), "image_url"),
    ] {
        let answer = ada.post("/routines", &body).await;
        let problem: Value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(answer.status, 422, "{body}: {problem}");
        assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
    }
    assert_eq!(app.database.count("SELECT count(*) FROM routines WHERE user_id IS NOT NULL").await, 0);
    let made = ada.post("/routines", &push_day()).await.expect(201);
    let path = format!("/routines/{}", made["id"].as_str().unwrap());
    ada.put(&path, &json!({})).await.problem(422);
    ada.put(&path, &json!({ "name": "A", "scenarios": many })).await.problem(422);
    let unknown = json!({ "name": "A", "scenarios": [{ "scenario_id": "no_such", "sets": 1, "reps": 1 }] });
    assert!(ada.put(&path, &unknown).await.problem(422).contains("scenarios[0].scenario_id"));
    assert_eq!(ada.get(&path).await.expect(200), made, "nothing of a refused change is kept");
}

#[tokio::test]
async fn the_free_plan_has_room_for_three_however_many_come_at_once() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let body = push_day();
    let answers = join_all((0..12).map(|_| ada.post("/routines", &body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.problem(403);
    }
    assert!(ada.post("/routines", &body).await.problem(403).contains("room for 3 routines"));
    // Neither does an import pass it, nor both at once.
    let shared = ada.get("/routines").await.expect(200)[0]["id"].as_str().unwrap().to_owned();
    let share = ada.post(&format!("/routines/{shared}/share"), &json!({})).await.expect(200);
    let import = json!({ "share_code": share["code"] });
    let imports = join_all((0..6).map(|_| ben.post("/routines/import", &import)));
    let makings = join_all((0..6).map(|_| ben.post("/routines", &body)));
    let (imports, makings) = futures_util::future::join(imports, makings).await;
    let statuses: Vec<_> = imports.iter().chain(&makings).map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 3, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 403).count(), 9, "{statuses:?}");
    assert_eq!(own(&ben.get("/routines").await.expect(200)).len(), 3);
    ben.post("/routines/import", &import).await.problem(403);
    subscribe(&app, &ben).await;
    ben.post("/routines/import", &import).await.expect(201);
    ben.post("/routines", &body).await.expect(201);
    // Whoever has more from better times keeps them, and makes no more.
    let level = "UPDATE users SET subscription_level = 'free'";
    app.database.connect().await.batch_execute(level).await.unwrap();
    ben.post("/routines", &body).await.problem(403);
    assert_eq!(own(&ben.get("/routines").await.expect(200)).len(), 5);
}

#[tokio::test]
async fn a_repeated_request_with_a_key_makes_one_routine() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let body = push_day();
    let post = async |body: &Value| {
        ada.send(ada.request("POST", "/routines").header("idempotency-key", "once").json(body)).await
    };
    let first = post(&body).await.expect(201);
    for answer in join_all((0..4).map(|_| post(&body))).await {
        assert_eq!(answer.expect(201), first);
    }
    post(&json!({ "name": "Other", "scenarios": [] })).await.problem(409);
    assert_eq!(own(&ada.get("/routines").await.expect(200)), [first]);
}

#[tokio::test]
async fn a_hidden_routine_is_left_out_and_no_id_is_an_error() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let all = ada.get("/routines").await.expect(200).as_array().unwrap().len();
    assert_eq!(ada.get("/users/me/hidden-routines").await.expect(200), json!([]));
    let global = "01900000-0000-7000-8000-000000000002";
    let bens = ben.post("/routines", &push_day()).await.expect(201);
    let path = |id: &str| format!("/users/me/hidden-routines/{id}");
    for id in [global, global, "00000000-0000-0000-0000-000000000000", "nonsense", bens["id"].as_str().unwrap()] {
        assert_eq!(ada.post(&path(id), &json!({})).await.expect(204), Value::Null);
    }
    // As existing clients send it: without a body.
    ada.send(ada.request("POST", &format!("{}/", path(global)))).await.expect(204);
    assert_eq!(ada.get("/users/me/hidden-routines").await.expect(200), json!([global]));
    let list = ada.get("/routines").await.expect(200);
    assert_eq!(list.as_array().unwrap().len(), all - 1);
    assert!(!list.to_string().contains(global));
    ada.get(&format!("/routines/{global}")).await.expect(200);
    assert!(ben.get("/routines").await.expect(200).to_string().contains(global), "others see it");
    for id in ["nonsense", "00000000-0000-0000-0000-000000000000", global, global] {
        ada.delete(&path(id)).await.expect(204);
    }
    assert_eq!(ada.get("/routines").await.expect(200).as_array().unwrap().len(), all);
    app.get("/users/me/hidden-routines").await.problem(401);
}

#[tokio::test]
async fn own_exercises_may_be_named_by_their_maker_alone() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let make = format!(
        "INSERT INTO own_exercises (id, user_id, name, is_bodyweight) VALUES ('own_log', '{}', 'Log lift', false)",
        ada.id
    );
    let db = app.database.connect().await;
    db.batch_execute(&make).await.unwrap();
    let body =
        json!({ "name": "Strongman", "scenarios": [{ "scenario_id": "own_log", "name": "x", "sets": 3, "reps": 5 }] });
    let made = ada.post("/routines", &body).await.expect(201);
    assert_eq!(made["scenarios"][0]["name"], "Log lift");
    assert!(ben.post("/routines", &body).await.problem(422).contains("scenarios[0].scenario_id"));
    // One that became an exercise of the catalogue is that one from then on, also for a client that does not know.
    db.batch_execute("UPDATE own_exercises SET merged_into = 'push_press'").await.unwrap();
    let path = format!("/routines/{}", made["id"].as_str().unwrap());
    for routine in [ada.get(&path).await.expect(200), ada.put(&path, &body).await.expect(200)] {
        assert_eq!(routine["scenarios"][0]["scenario_id"], "push_press");
        assert_eq!(routine["scenarios"][0]["name"], "Push Press");
    }
}

#[tokio::test]
async fn a_workout_outlives_its_routine() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let made = ada.post("/routines", &push_day()).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let workout = format!(
        "INSERT INTO workouts (id, user_id, routine_id, title, status, minutes, completed_at, local_day, pays)
         VALUES (gen_random_uuid(), '{}', '{id}', 'Push', 'completed', 40, now(), current_date, true)",
        ada.id
    );
    app.database.connect().await.batch_execute(&workout).await.unwrap();
    ada.delete(&format!("/routines/{id}")).await.expect(204);
    assert_eq!(
        app.database.count("SELECT count(*) FROM workouts WHERE routine_id IS NULL AND title = 'Push'").await,
        1
    );
    assert_eq!(app.database.count(&format!("SELECT count(*) FROM routine_items WHERE routine_id = '{id}'")).await, 0);
}

#[tokio::test]
async fn everybodys_routines_are_those_of_the_program() {
    let database = empty_database().await;
    let migrate = async || {
        let output = program().arg("migrate").env("DATABASE_URL", &database.url).output().await.unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(migrate().await.contains("12 routines of everybody's are new"));
    assert!(migrate().await.contains("nothing to do"));
    let all = "SELECT string_agg(r.name || coalesce((SELECT jsonb_agg(i ORDER BY position)::text FROM routine_items i
               WHERE i.routine_id = r.id), ''), '' ORDER BY r.id) FROM routines r WHERE user_id IS NULL";
    let db = database.connect().await;
    let text = async || -> String { db.query_one(all, &[]).await.unwrap().get(0) };
    let before = text().await;
    // Edited, incomplete, missing, and one that the program does not have.
    db.batch_execute(
        "UPDATE routines SET name = 'Other' WHERE id = '01900000-0000-7000-8000-000000000001';
         DELETE FROM routine_items WHERE routine_id = '01900000-0000-7000-8000-000000000002' AND position = 1;
         UPDATE routine_items SET note = 'x' WHERE routine_id = '01900000-0000-7000-8000-000000000003' AND position = 0;
         DELETE FROM routines WHERE id = '01900000-0000-7000-8000-000000000004';
         INSERT INTO routines (id, name) VALUES ('01900000-0000-7000-8000-0000000000ff', 'Old');",
    )
    .await
    .unwrap();
    assert!(migrate().await.contains("5 routines of everybody's"));
    assert_eq!(text().await, before);
    assert!(migrate().await.contains("nothing to do"));
}
