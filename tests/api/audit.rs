//! `/users/me/audit` and `/admin/audit`: what was done to accounts.

use serde_json::json;

use crate::support::{Lifter, spawn_app};

#[tokio::test]
async fn people_see_their_own_and_an_admin_sees_all() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let body = json!({ "email": "ada@example.org", "password": "wrong" });
    let refused = app.request("POST", "/auth/login").header("x-forwarded-for", "198.51.100.7").json(&body);
    let refused = refused.send().await.unwrap();
    let request_id = refused.headers()["x-request-id"].to_str().unwrap().to_owned();

    let own = ada.get("/users/me/audit").await.expect(200);
    let actions: Vec<_> =
        own["items"].as_array().unwrap().iter().map(|entry| (&entry["action"], &entry["result"])).collect();
    let (signed_in, registered) = (json!("signed_in"), json!("registered"));
    let (done, not) = (json!("done"), json!("refused"));
    assert_eq!(actions, [(&signed_in, &not), (&signed_in, &done), (&registered, &done)]);
    assert_eq!(own["items"][0]["request_id"], request_id);
    assert!(own["items"][0]["address"].is_null(), "where a stranger sat is not the user's to know");
    assert_eq!(own["items"][1]["address"], "127.0.0.1");
    assert!(!own.to_string().contains(&ben.id));

    app.command(&["user", "promote", "ben", "--to", "admin"]).await.unwrap();
    let all = ben.get("/admin/audit").await.expect(200);
    let entry = all["items"].as_array().unwrap().iter().find(|entry| entry["request_id"] == request_id).unwrap();
    assert_eq!((&entry["target"], &entry["address"]), (&json!(ada.id), &json!("198.51.100.7")));
    ada.get("/admin/audit").await.problem(403);
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    for _ in 0..5 {
        app.sign_in("ada").await;
    }
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let page = ada.get(&format!("/users/me/audit?limit=3{after}")).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|entry| entry["id"].as_i64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
    for bad in ["limit=0", "limit=101", "after=x", "after="] {
        ada.get(&format!("/users/me/audit?{bad}")).await.problem(422);
    }
}

#[tokio::test]
async fn entries_cannot_be_changed_or_removed_but_by_retention_and_deletion() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let db = app.database.connect().await;
    for forbidden in ["UPDATE audit SET result = 'refused'", "DELETE FROM audit", "TRUNCATE audit"] {
        let error = db.batch_execute(forbidden).await.unwrap_err();
        assert!(error.as_db_error().unwrap().message().contains("append-only"), "{error:?}");
    }
    let blanked: i64 =
        db.query_one("SELECT blank_audit_addresses(now() - interval '90 days')", &[]).await.unwrap().get(0);
    assert_eq!(blanked, 0);
    let blanked: i64 = db.query_one("SELECT blank_audit_addresses(now() + interval '1 s')", &[]).await.unwrap().get(0);
    assert_eq!(blanked, 2);
    assert_eq!(ada.get("/users/me/audit").await.expect(200)["items"][0]["address"], json!(null));
    // The permission does not outlive the function.
    db.batch_execute("BEGIN; SELECT blank_audit_addresses(now())").await.unwrap();
    assert!(db.batch_execute("DELETE FROM audit").await.is_err());
}

#[tokio::test]
async fn what_is_done_to_accounts_is_on_record() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let key = ada.post("/api-keys", &json!({ "name": "x", "scopes": ["read"] })).await.expect(201);
    ada.delete(&format!("/api-keys/{}", key["id"].as_str().unwrap())).await.expect(204);
    ada.patch(
        "/users/me",
        &json!({ "email": "a@example.org", "password": "another horse", "current_password": "correct horse" }),
    )
    .await
    .expect(200);
    ada.get("/users/me/export").await.expect(200);
    app.command(&["user", "promote", "ada", "--to", "moderator"]).await.unwrap();
    app.command(&["user", "disable", "ada"]).await.unwrap();
    app.command(&["user", "enable", "a@example.org"]).await.unwrap();
    let token =
        app.post("/auth/login", &json!({ "email": "a@example.org", "password": "another horse" })).await.expect(200);
    let ada = Lifter::new(&app, &ada.id, token["access_token"].as_str().unwrap());
    ada.post("/auth/logout", &json!({})).await.expect(204);
    let db = app.database.connect().await;
    let actions: Vec<String> =
        db.query("SELECT action FROM audit ORDER BY id", &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    let expected = [
        "registered",
        "signed_in",
        "api_key_made",
        "api_key_removed",
        "password_changed",
        "email_changed",
        "exported",
        "role_changed",
        "deactivated",
        "activated",
        "signed_in",
        "signed_out",
    ];
    assert_eq!(actions, expected);
}
