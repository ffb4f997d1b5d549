//! Sessions that end, and how soon that is known everywhere.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::refresh::eventually_out;
use crate::support::{Lifter, Options, spawn_app, spawn_app_with};

#[tokio::test]
async fn a_logout_ends_its_session_and_no_other() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let phone = app.sign_in("ada").await;
    let token = phone["access_token"].as_str().unwrap();
    let answer = Lifter::new(&app, &ada.id, token).post("/auth/logout", &json!({})).await;
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    answer.expect(204);
    eventually_out(&app, &ada.id, token).await;
    app.post("/auth/refresh", &json!({ "refresh_token": phone["refresh_token"] })).await.problem(401);
    ada.get("/users/me").await.expect(200);

    // By the refresh token alone, when the access token has expired.
    let laptop = app.sign_in("ada").await;
    app.post("/auth/logout", &json!({ "refresh_token": laptop["refresh_token"] })).await.expect(204);
    eventually_out(&app, &ada.id, laptop["access_token"].as_str().unwrap()).await;
    app.post("/auth/logout", &json!({})).await.problem(401);
}

#[tokio::test]
async fn all_sessions_are_listed_and_end_one_by_one_or_together() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let login = json!({ "email": "ada@example.org", "password": "correct horse" });
    let request = app.request("POST", "/auth/login").header("user-agent", "Phone 7").json(&login);
    let request = request.header("x-forwarded-for", "2001:db8::7");
    let phone = ada.send(request).await.expect(200)["access_token"].as_str().unwrap().to_owned();
    let sessions = ada.get("/auth/sessions").await.expect(200);
    assert_eq!(sessions.as_array().unwrap().len(), 2);
    let [other, own] = [false, true].map(|current| {
        sessions.as_array().unwrap().iter().find(|session| session["is_current"] == current).unwrap().clone()
    });
    assert_eq!((&other["device"], &other["address"]), (&json!("Phone 7"), &json!("2001:db8::7")));
    assert!(other["last_used_at"].is_string() && other["created_at"].is_string());

    let path = format!("/auth/sessions/{}", other["id"].as_str().unwrap());
    ben.delete(&path).await.problem(404);
    ada.delete(&path).await.expect(204);
    ada.delete(&path).await.problem(404);
    eventually_out(&app, &ada.id, &phone).await;
    ada.delete("/auth/sessions/x").await.problem(422);

    let third = app.sign_in("ada").await;
    ada.post("/auth/logout-all", &json!({})).await.expect(204);
    eventually_out(&app, &ada.id, &ada.token).await;
    eventually_out(&app, &ada.id, third["access_token"].as_str().unwrap()).await;
    ben.get("/users/me").await.expect(200);
    assert!(own["is_current"].as_bool().unwrap());
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let other = app.sign_in("ada").await;
    let change = json!({ "password": "another horse", "current_password": "correct horse" });
    ada.patch("/users/me", &change).await.expect(200);
    eventually_out(&app, &ada.id, other["access_token"].as_str().unwrap()).await;
    app.post("/auth/refresh", &json!({ "refresh_token": other["refresh_token"] })).await.problem(401);
    ada.get("/users/me").await.expect(200);
}

#[tokio::test]
async fn every_process_refuses_what_was_revoked_in_one() {
    let one = spawn_app().await;
    let two =
        spawn_app_with(Options { database: Some(one.database.clone()), settings: keys(), ..Options::default() }).await;
    let one =
        spawn_app_with(Options { database: Some(one.database.clone()), settings: keys(), ..Options::default() }).await;
    let ada = one.lifter("ada").await;
    let there = Lifter::new(&two, &ada.id, &ada.token);
    there.get("/users/me").await.expect(200);
    ada.post("/auth/logout", &json!({})).await.expect(204);
    eventually_out(&two, &ada.id, &ada.token).await;
    // A process that starts afterwards knows it as well.
    let three =
        spawn_app_with(Options { database: Some(one.database.clone()), settings: keys(), ..Options::default() }).await;
    Lifter::new(&three, &ada.id, &ada.token).get("/users/me").await.problem(401);
}

#[tokio::test]
async fn a_feed_that_breaks_is_mended_and_nothing_is_missed() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    // As soon as the feed is back it is cut again: for those seconds the table itself has to be asked.
    let db = app.database.connect().await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND query IN ('LISTEN revocations', '') AND pid <> pg_backend_pid()";
    let began = Instant::now();
    let mut is_out = false;
    while began.elapsed() < Duration::from_secs(7) {
        db.execute(cut, &[]).await.unwrap();
        if began.elapsed() > Duration::from_millis(300) && !is_out {
            db.execute("UPDATE sessions SET ended_at = now() WHERE user_id::text = $1", &[&ada.id]).await.unwrap();
            let revoke =
                "INSERT INTO revocations SELECT id, now() + interval '1 day' FROM sessions WHERE user_id::text = $1";
            db.execute(revoke, &[&ada.id]).await.unwrap();
            is_out = true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        if began.elapsed() > Duration::from_secs(6) {
            ada.get("/users/me").await.problem(401);
            ben.get("/users/me").await.expect(200);
        }
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    ada.get("/users/me").await.problem(401);
    ben.get("/users/me").await.expect(200);
}

fn keys() -> Vec<(&'static str, String)> {
    let key = |letter: &str| format!("{letter}bcdefghijklmnopqrstuvwxyz0123456789ABCDEF");
    vec![("JWT_SECRET_KEY", key("1")), ("REFRESH_JWT_SECRET_KEY", key("2")), ("DATA_KEY", key("3"))]
}
