//! `/api-keys`: other programs that act for a user.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Lifter, Options, spawn_app, spawn_app_with};

#[tokio::test]
async fn a_key_does_what_its_scope_says_and_is_out_at_once_when_taken_back() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let [reader, writer] =
        [json!(["read"]), json!(["read", "write"])].map(|scopes| json!({ "name": "scale", "scopes": scopes }));
    let reader = ada.post("/api-keys", &reader).await.expect(201);
    let writer = ada.post("/api-keys", &writer).await.expect(201);
    let by = |key: &serde_json::Value| Lifter::new(&app, &ada.id, key["key"].as_str().unwrap());
    let (by_reader, by_writer) = (by(&reader), by(&writer));
    assert!(reader["key"].as_str().unwrap().starts_with("rd_"));

    assert_eq!(by_reader.profile().await["username"], "ada");
    let detail = by_reader.patch("/users/me", &json!({ "display_name": "x" })).await.problem(403);
    assert!(detail.contains("write"), "{detail}");
    by_writer.lift("back_squat", 100.0, 5).await;
    by_writer.patch("/users/me", &json!({ "display_name": "Ada" })).await.expect(200);
    // What concerns the account itself is for the user alone.
    for (method, path) in [
        ("GET", "/auth/sessions"),
        ("POST", "/auth/logout-all"),
        ("GET", "/api-keys"),
        ("POST", "/invites"),
        ("DELETE", "/users/me"),
        ("GET", "/users/me/export"),
    ] {
        let answer = ada.send(by_writer.request(method, path)).await;
        assert_eq!(answer.status, 403, "{method} {path}");
    }
    let change = json!({ "password": "another horse", "current_password": "correct horse" });
    by_writer.patch("/users/me", &change).await.problem(403);

    let listed = ada.get("/api-keys").await.expect(200);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains(reader["key"].as_str().unwrap()), "a key is told once");
    let stored = "SELECT count(*) FROM api_keys WHERE length(key_hash) = 32 AND length(prefix) = 9";
    assert_eq!(app.database.count(stored).await, 2);

    ada.delete(&format!("/api-keys/{}", writer["id"].as_str().unwrap())).await.expect(204);
    for _ in 0..50 {
        if by_writer.get("/users/me").await.status == 401 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    by_writer.get("/users/me").await.problem(401);
    by_reader.get("/users/me").await.expect(200);
}

#[tokio::test]
async fn a_key_ends_with_its_user() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let key = ada.post("/api-keys", &json!({ "name": "scale", "scopes": ["read"] })).await.expect(201);
    let program = Lifter::new(&app, &ada.id, key["key"].as_str().unwrap());
    program.get("/users/me").await.expect(200);
    app.command(&["user", "disable", "ada"]).await.unwrap();
    crate::refresh::eventually_out(&app, &ada.id, &program.token).await;
}

#[tokio::test]
async fn bad_keys_and_bad_wishes_are_refused() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    for key in ["rd_", "rd_x", "rd_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        Lifter::new(&app, &ada.id, key).get("/users/me").await.problem(401);
    }
    for body in [
        json!({ "name": "", "scopes": ["read"] }),
        json!({ "name": " ", "scopes": ["read"] }),
        json!({ "name": "x", "scopes": [] }),
        json!({ "name": "x", "scopes": ["admin"] }),
        json!({ "name": "x".repeat(51), "scopes": ["read"] }),
        json!({ "name": "a\u{0}b", "scopes": ["read"] }),
    ] {
        ada.post("/api-keys", &body).await.problem(422);
    }
    let key = ada.post("/api-keys", &json!({ "name": "x", "scopes": ["read"] })).await.expect(201);
    ben.delete(&format!("/api-keys/{}", key["id"].as_str().unwrap())).await.problem(404);
    let body = json!({ "name": "x", "scopes": ["read"] });
    let many = join_all((0..25).map(|_| ada.post("/api-keys", &body))).await;
    assert_eq!(many.iter().filter(|answer| answer.status == 201).count(), 19);
    assert_eq!(many.iter().filter(|answer| answer.status == 409).count(), 6);
}

#[tokio::test]
async fn a_key_has_limits_of_its_own_and_guessing_is_charged_to_the_address() {
    let settings = vec![("RATE_LIMIT_USER", "1/s:10".into()), ("RATE_LIMIT_ANONYMOUS", "1/s:10".into())];
    let app = spawn_app_with(Options { settings, ..Options::default() }).await;
    let ada = app.lifter("ada").await;
    let key = ada.post("/api-keys", &json!({ "name": "x", "scopes": ["read"] })).await.expect(201);
    let program = Lifter::new(&app, &ada.id, key["key"].as_str().unwrap());
    let statuses = async |lifter: &Lifter<'_>, path: &str| {
        let answers = join_all((0..30).map(|_| lifter.get(path))).await;
        answers.iter().filter(|answer| answer.status != 429).count()
    };
    assert!((10..=25).contains(&statuses(&program, "/users/me").await));
    assert!(statuses(&ada, "/users/me").await >= 8, "the user's own limit is another");
    let guesses = (0..40).map(|number| Lifter::new(&app, &ada.id, &format!("rd_guess{number}")));
    let mut looked_up = 0;
    for guess in guesses {
        looked_up += usize::from(guess.get("/users/me").await.status == 401);
    }
    assert!(looked_up <= 30, "{looked_up}");
}
