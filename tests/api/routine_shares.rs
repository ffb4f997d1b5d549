//! Shares of routines: codes, pages, imports.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::routines::{own, push_day, subscribe};
use crate::support::{Answer, App, Lifter, spawn_app};

async fn make(lifter: &Lifter<'_>, body: &Value) -> String {
    lifter.post("/routines", body).await.expect(201)["id"].as_str().unwrap().to_owned()
}

async fn share(lifter: &Lifter<'_>, routine: &str) -> Value {
    // As existing clients send it: without a body.
    lifter.send(lifter.request("POST", &format!("/routines/{routine}/share"))).await.expect(200)
}

async fn code(lifter: &Lifter<'_>, routine: &str) -> String {
    share(lifter, routine).await["code"].as_str().unwrap().to_owned()
}

async fn page(app: &App, code: &str, accept: &str) -> Answer {
    let request = app.request("GET", &format!("/routines/shared/{code}")).header("accept", accept);
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

#[tokio::test]
async fn a_share_keeps_its_code_while_the_routine_does_not_change() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let id = make(&ada, &push_day()).await;
    let first = share(&ada, &id).await;
    let fields: Vec<_> = first.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["code", "created_at", "image_url", "name", "scenarios"]);
    let routine = ada.get(&format!("/routines/{id}")).await.expect(200);
    assert_eq!((&first["name"], &first["scenarios"]), (&routine["name"], &routine["scenarios"]));
    let code = first["code"].as_str().unwrap();
    assert!(code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()), "{code}");
    for again in join_all((0..8).map(|_| share(&ada, &id))).await {
        assert_eq!(again, first);
    }
    // A change makes another; the first shows what it was.
    let changed = json!({ "name": "Push", "scenarios": [{ "scenario_id": "dip", "sets": 3, "reps": 10 }] });
    ada.put(&format!("/routines/{id}"), &changed).await.expect(200);
    let second = share(&ada, &id).await;
    assert_ne!(second["code"], first["code"]);
    for (code, shared) in [(code, &first), (second["code"].as_str().unwrap(), &second)] {
        assert_eq!(&app.get(&format!("/routines/shared/{code}")).await.expect(200), shared);
    }
    // However it is typed.
    let typed = format!("/routines/shared/%20{}%20/", code.to_lowercase());
    assert_eq!(app.get(&typed).await.expect(200), first);
    app.get("/routines/shared/AAAAAAAA").await.problem(404);
    for nothing in ["%00", "%F0%9F%92%AA", "A%20B", "..%2F.."] {
        app.get(&format!("/routines/shared/{nothing}")).await.problem(404);
        ada.delete(&format!("/routines/shared/{nothing}")).await.problem(404);
    }
    ada.post("/routines/import", &json!({ "share_code": "AB\u{0}CDEF" })).await.problem(404);
    // One of everybody's can be shared, others' cannot.
    let global = share(&ben, "01900000-0000-7000-8000-000000000001").await;
    assert_eq!(global["name"], "Full body A");
    let request = ben.request("POST", &format!("/routines/{id}/share"));
    ben.send(request).await.problem(403);
    let mine = make(&ben, &push_day()).await;
    ada.send(ada.request("POST", &format!("/routines/{mine}/share"))).await.problem(404);
}

#[tokio::test]
async fn others_read_a_routine_while_it_is_shared() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let id = make(&ada, &push_day()).await;
    let path = format!("/routines/{id}");
    ben.get(&path).await.problem(404);
    let code = code(&ada, &id).await;
    assert_eq!(ben.get(&path).await.expect(200), ada.get(&path).await.expect(200));
    ben.put(&path, &json!({ "name": "Mine" })).await.problem(403);
    ben.delete(&path).await.problem(403);
    app.get(&path).await.problem(401);
    // As existing clients follow a link: read, and made anew as one's own.
    let read = ben.get(&path).await.expect(200);
    let copy = json!({ "name": read["name"], "image_url": read["image_url"], "scenarios": read["scenarios"] });
    assert_eq!(ben.post("/routines", &copy).await.expect(201)["scenarios"], read["scenarios"]);
    assert!(!ben.get("/routines").await.expect(200).to_string().contains(&id), "a list holds none of others'");

    // Who is deactivated shares nothing.
    let active = |is: bool| format!("UPDATE users SET is_active = {is} WHERE id = '{}'", ada.id);
    let db = app.database.connect().await;
    db.batch_execute(&active(false)).await.unwrap();
    ben.get(&path).await.problem(404);
    app.get(&format!("/routines/shared/{code}")).await.problem(404);
    ben.post("/routines/import", &json!({ "share_code": code })).await.problem(404);
    db.batch_execute(&active(true)).await.unwrap();
    ben.get(&path).await.expect(200);

    // Another's revocation is none.
    ben.delete(&format!("/routines/shared/{code}")).await.problem(404);
    ben.delete(&format!("{path}/share")).await.problem(404);
    ada.delete(&format!("{path}/share")).await.expect(204);
    ben.get(&path).await.problem(404);
    app.get(&format!("/routines/shared/{code}")).await.problem(404);
    ben.post("/routines/import", &json!({ "share_code": code })).await.problem(404);
    ada.delete(&format!("{path}/share")).await.problem(404);
    assert_ne!(share(&ada, &id).await["code"], code, "a revoked code never comes back");
}

#[tokio::test]
async fn shares_are_listed_and_outlive_their_routine_until_they_are_revoked() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let id = make(&ada, &push_day()).await;
    let shared = share(&ada, &id).await;
    let code = shared["code"].as_str().unwrap();
    let list = ada.get("/routines/shares").await.expect(200);
    assert_eq!(
        (list.as_array().unwrap().len(), &list[0]["code"], &list[0]["routine_id"]),
        (1, &json!(code), &json!(id))
    );
    assert_eq!(ben.get("/routines/shares").await.expect(200), json!([]));
    ada.delete(&format!("/routines/{id}")).await.expect(204);
    assert_eq!(app.get(&format!("/routines/shared/{code}")).await.expect(200), shared);
    assert!(ada.get("/routines/shares").await.expect(200)[0]["routine_id"].is_null());
    let imported = ben.post("/routines/import", &json!({ "share_code": format!(" {} ", code.to_lowercase()) })).await;
    let imported = imported.expect(201);
    assert_eq!((&imported["user_id"], &imported["scenarios"]), (&json!(ben.id), &shared["scenarios"]));
    assert_eq!(own(&ben.get("/routines").await.expect(200)), std::slice::from_ref(&imported));
    for bad in
        [json!({}), json!({ "share_code": "ABC" }), json!({ "share_code": "A".repeat(33) }), json!({ "share_code": 7 })]
    {
        assert!(ben.post("/routines/import", &bad).await.problem(422).starts_with("share_code"));
    }
    ben.post("/routines/import", &json!({ "share_code": "ABCD" })).await.problem(404);
    ada.delete(&format!("/routines/shared/{}", code.to_lowercase())).await.expect(204);
    app.get(&format!("/routines/shared/{code}")).await.problem(404);
    assert_eq!(ada.get("/routines/shares").await.expect(200), json!([]));
    assert_eq!(own(&ben.get("/routines").await.expect(200)), [imported], "what was imported stays");
}

#[tokio::test]
async fn a_share_outlives_its_maker_without_the_name() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let code = code(&ada, &make(&ada, &push_day()).await).await;
    ada.delete("/users/me").await.expect(204);
    assert!(!app.get(&format!("/routines/shared/{code}")).await.expect(200).to_string().contains(&ada.id));
    ben.post("/routines/import", &json!({ "share_code": code })).await.expect(201);
}

#[tokio::test]
async fn own_exercises_are_made_anew_for_whoever_imports_them() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let db = app.database.connect().await;
    for (id, lifter, name) in [("own_log", &ada, "Log lift"), ("own_yoke", &ada, "Yoke"), ("own_bens", &ben, "YOKE")] {
        let own = format!(
            "INSERT INTO own_exercises (id, user_id, name, is_bodyweight) VALUES ('{id}', '{}', '{name}', false)",
            lifter.id
        );
        db.batch_execute(&own).await.unwrap();
    }
    let item = |id: &str| json!({ "scenario_id": id, "sets": 3, "reps": 5 });
    let body = json!({ "name": "Strongman", "scenarios": [item("own_log"), item("own_yoke"), item("deadlift"), item("own_log")] });
    let id = make(&ada, &body).await;
    let code = code(&ada, &id).await;
    db.execute("DELETE FROM own_exercises WHERE id = 'own_log'", &[]).await.unwrap();
    let imported = ben.post("/routines/import", &json!({ "share_code": code })).await.expect(201);
    let items = imported["scenarios"].as_array().unwrap();
    let names: Vec<_> = items.iter().map(|item| item["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Log lift", "YOKE", "Deadlift", "Log lift"]);
    assert_eq!(items[1]["scenario_id"], "own_bens");
    assert_eq!(items[0]["scenario_id"], items[3]["scenario_id"]);
    assert_ne!(items[0]["scenario_id"], "own_log");
    let path = format!("/routines/{}", imported["id"].as_str().unwrap());
    let again = json!({ "name": "Strongman", "scenarios": items });
    ben.put(&path, &again).await.expect(200);
    assert_eq!(
        app.database.count(&format!("SELECT count(*) FROM own_exercises WHERE user_id = '{}'", ben.id)).await,
        2
    );
}

#[tokio::test]
async fn the_import_over_the_limit_leaves_nothing_behind() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let own = format!(
        "INSERT INTO own_exercises (id, user_id, name, is_bodyweight) VALUES ('own_log', '{}', 'Log', false)",
        ada.id
    );
    app.database.connect().await.batch_execute(&own).await.unwrap();
    let body = json!({ "name": "Log", "scenarios": [{ "scenario_id": "own_log", "sets": 1, "reps": 1 }] });
    let import = json!({ "share_code": code(&ada, &make(&ada, &body).await).await });
    for _ in 0..3 {
        ben.post("/routines", &push_day()).await.expect(201);
    }
    ben.post("/routines/import", &import).await.problem(403);
    let bens = format!("SELECT count(*) FROM own_exercises WHERE user_id = '{}'", ben.id);
    assert_eq!(app.database.count(&bens).await, 0);
    subscribe(&app, &ben).await;
    let key = |request: reqwest::RequestBuilder| request.header("idempotency-key", "once").json(&import);
    let first = ben.send(key(ben.request("POST", "/routines/import"))).await.expect(201);
    assert_eq!(ben.send(key(ben.request("POST", "/routines/import"))).await.expect(201), first);
    assert_eq!(app.database.count(&bens).await, 1);
}

#[tokio::test]
async fn a_browser_gets_a_page_that_runs_nothing() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let evil = "<script>alert(1)</script>\"'&";
    let body = json!({ "name": evil, "scenarios": [
        { "scenario_id": "deadlift", "sets": 3, "reps": 5, "note": "</td><img src=x onerror=alert(1)>" },
        { "scenario_id": "back_squat", "sets": 5, "reps": 2 },
    ] });
    let code = code(&ada, &make(&ada, &body).await).await;
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let answer = page(&app, &code, browser).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    let text = &answer.text;
    assert!(
        !text.contains("<script") && !text.contains("<img src=x") && !text.contains(&format!("\"{evil}")),
        "{text}"
    );
    let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;";
    for wanted in [
        &format!("<title>{escaped} – RepDuel</title>"),
        &format!("<meta property=\"og:title\" content=\"{escaped}\">"),
        &format!("<h1><bdi>{escaped}</bdi></h1>"),
        "<meta property=\"og:description\" content=\"2 exercises: Deadlift, Back Squat\">",
        "<html lang=\"en\">",
        "prefers-color-scheme:dark",
        "<bdi>Back Squat</bdi></th><td class=\"number\">5</td><td class=\"number\">2</td>",
        code.as_str(),
    ] {
        assert!(text.contains(wanted), "{wanted} is not in {text}");
    }
    assert!(text.find("Deadlift</bdi>") < text.find("Back Squat</bdi>"));
    // The style is the one that the policy allows.
    let style = text.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let hash = {
        use base64::Engine;
        use sha2::Digest;
        base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style))
    };
    assert!(policy.contains(&hash));

    for (accept, is_page) in [
        ("*/*", false),
        ("application/json", false),
        ("application/json, text/plain, */*", false),
        ("text/html;q=0.5, application/json", false),
        ("text/html", true),
        ("application/json;q=0.1, text/html", true),
        ("text/plain", false),
        ("nonsense", false),
    ] {
        let answer = page(&app, &code, accept).await;
        assert_eq!(answer.header("content-type").starts_with("text/html"), is_page, "{accept}");
        assert!(answer.header("vary").starts_with("Accept"), "{accept}");
        assert_eq!(answer.status, 200, "{accept}");
    }
    let answer = page(&app, "AAAAAAAA", browser).await;
    assert_eq!((answer.status, answer.header("content-type")), (404, "text/html; charset=utf-8"));
    assert!(answer.text.contains("Nothing here"));
}
