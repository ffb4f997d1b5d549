//! `/users/refresh` = `/auth/refresh`: rotation, reuse, and what browsers of other sites may not.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, App, Lifter, Options, spawn_app, spawn_app_with};

async fn refresh(app: &App, token: &Value) -> Answer {
    app.post("/auth/refresh", &json!({ "refresh_token": token })).await
}

#[tokio::test]
async fn a_token_in_the_body_is_renewed_in_the_body() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let first = app.sign_in("ada").await;
    assert_eq!(first["expires_in"], 3600);
    let second = refresh(&app, &first["refresh_token"]).await.expect(200);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let again = Lifter::new(&app, &ada.id, second["access_token"].as_str().unwrap());
    assert_eq!(again.profile().await["username"], "ada");
    let stored = "SELECT count(*) FROM refresh_tokens WHERE length(token_hash) = 32";
    assert_eq!(app.database.count(stored).await, 3);
}

#[tokio::test]
async fn a_cookie_is_renewed_as_a_cookie_at_both_routes() {
    let app = spawn_app().await;
    app.lifter("ada").await;
    for route in ["/users/refresh", "/auth/refresh/"] {
        let login = json!({ "email": "ada@example.org", "password": "correct horse" });
        let answer = app.post("/auth/login", &login).await;
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        assert!(answer.expect(200)["refresh_token"].is_null());
        // Existing clients send an empty body.
        let request = app.request("POST", route).header("cookie", &cookie);
        let renewed = request.send().await.unwrap();
        assert_eq!(renewed.status(), 200, "{route}");
        let new = renewed.headers()["set-cookie"].to_str().unwrap();
        assert!(new.starts_with("refresh_token=") && !new.starts_with(&cookie) && new.contains("Path=/api/v1"));
    }
}

/// An installed app is closed and opened all the time; existing clients get what they know.
#[tokio::test]
async fn a_cookie_that_was_asked_for_lives_as_long_as_its_token() {
    let settings = vec![("REFRESH_TOKEN_EXPIRE_DAYS", "12".into())];
    let app = spawn_app_with(Options { settings, ..Options::default() }).await;
    app.lifter("ada").await;
    for (grant, life) in [(json!("cookie"), Some("Max-Age=1036800")), (json!("token"), None), (Value::Null, None)] {
        let login = json!({ "email": "ada@example.org", "password": "correct horse", "grant": grant });
        let mut cookie = app.post("/auth/login", &login).await.header("set-cookie").to_owned();
        // What it is stays so from one refresh to the next.
        for refreshes in 0..3 {
            assert_eq!(
                cookie.split("; ").find(|part| part.starts_with("Max-Age")),
                life,
                "{grant} {refreshes}: {cookie}"
            );
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite"), "{cookie}");
            let token = cookie.split(';').next().unwrap();
            let answer = app.request("POST", "/users/refresh").header("cookie", token).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
        }
    }
}

#[tokio::test]
async fn pages_of_other_sites_cannot_refresh_by_cookie() {
    let settings =
        vec![("APP_URL", "https://lift.example.org".into()), ("FRONTEND_ORIGINS", "https://good.example".into())];
    let app = spawn_app_with(Options { settings, ..Options::default() }).await;
    app.lifter("ada").await;
    let token = app.sign_in("ada").await["refresh_token"].as_str().unwrap().to_owned();
    let send = async |header: &str, value: &str| {
        let request = app.request("POST", "/users/refresh").header("cookie", format!("refresh_token={token}"));
        request.header(header, value).send().await.unwrap().status().as_u16()
    };
    for (header, value) in [
        ("origin", "https://good.example.evil.com"),
        ("origin", "https://good.example:444"),
        ("origin", "http://good.example"),
        ("origin", "null"),
        ("referer", "https://evil.com/https://good.example"),
    ] {
        assert_eq!(send(header, value).await, 403, "{value}");
    }
    assert_eq!(send("referer", "https://lift.example.org/page?x=1").await, 200);
    assert_eq!(send("origin", "https://GOOD.example").await, 200);
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_both_go_on() {
    let app = spawn_app().await;
    app.lifter("ada").await;
    let first = app.sign_in("ada").await;
    let tabs = join_all((0..10).map(|_| refresh(&app, &first["refresh_token"]))).await;
    let tabs: Vec<Value> = tabs.into_iter().map(|answer| answer.expect(200)).collect();
    for tab in &tabs {
        refresh(&app, &tab["refresh_token"]).await.expect(200);
    }
    assert_eq!(app.database.count("SELECT count(*) FROM sessions WHERE ended_at IS NULL").await, 2);
}

#[tokio::test]
async fn a_spent_token_that_comes_again_late_ends_its_family() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let first = app.sign_in("ada").await;
    let second = refresh(&app, &first["refresh_token"]).await.expect(200);
    let late = "UPDATE refresh_tokens SET spent_at = spent_at - interval '11 s' WHERE spent_at IS NOT NULL";
    app.database.connect().await.execute(late, &[]).await.unwrap();
    // Many times at once it is still one theft.
    let stolen = join_all((0..4).map(|_| refresh(&app, &first["refresh_token"]))).await;
    for answer in stolen {
        assert!(answer.header("set-cookie").contains("Max-Age=0"));
        answer.problem(401);
    }
    assert!(app.log_line("spent refresh token").await.contains("WARN"));
    refresh(&app, &second["refresh_token"]).await.problem(401);
    eventually_out(&app, &ada.id, second["access_token"].as_str().unwrap()).await;
    assert_eq!(ada.profile().await["username"], "ada", "another session goes on");
    assert_eq!(app.database.count("SELECT count(*) FROM audit WHERE action = 'refresh_token_reused'").await, 1);
}

#[tokio::test]
async fn a_token_spent_so_long_ago_that_it_is_forgotten_ends_its_family_too() {
    let app = spawn_app().await;
    app.lifter("ada").await;
    let first = app.sign_in("ada").await;
    let second = refresh(&app, &first["refresh_token"]).await.expect(200);
    let forget = "DELETE FROM refresh_tokens WHERE spent_at IS NOT NULL";
    app.database.connect().await.execute(forget, &[]).await.unwrap();
    refresh(&app, &first["refresh_token"]).await.problem(401);
    refresh(&app, &second["refresh_token"]).await.problem(401);
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused_and_takes_the_cookie_away() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    for token in ["", "x", "a.b.c", &ada.token] {
        refresh(&app, &json!(token)).await.problem(401);
        let request = app.request("POST", "/users/refresh").header("cookie", format!("refresh_token={token}"));
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
    app.post("/auth/refresh", &json!({ "refresh_token": 5 })).await.problem(422);
    app.post("/auth/refresh", &json!([])).await.problem(422);
    app.post("/auth/refresh", &json!({})).await.problem(401);
}

#[tokio::test]
async fn a_deactivated_user_cannot_refresh() {
    let app = spawn_app().await;
    app.lifter("ada").await;
    let first = app.sign_in("ada").await;
    app.database.connect().await.execute("UPDATE users SET is_active = false", &[]).await.unwrap();
    refresh(&app, &first["refresh_token"]).await.problem(401);
}

#[tokio::test]
async fn keys_rotate_without_signing_anybody_out() {
    let key = |letter: &str| format!("{letter}bcdefghijklmnopqrstuvwxyz0123456789ABCDEF");
    let keys =
        |access: &str, refresh: &str| vec![("JWT_SECRET_KEY", key(access)), ("REFRESH_JWT_SECRET_KEY", key(refresh))];
    let mut app = spawn_app_with(Options { settings: keys("1", "2"), ..Options::default() }).await;
    let ada = app.lifter("ada").await;
    let (id, token, tokens) = (ada.id.clone(), ada.token.clone(), app.sign_in("ada").await);
    app.stop().await;

    let mut settings = keys("3", "4");
    settings.extend([("JWT_SECRET_KEY_PREVIOUS", key("1")), ("REFRESH_JWT_SECRET_KEY_PREVIOUS", key("2"))]);
    let app = spawn_app_with(Options { settings, database: Some(app.database.clone()), ..Options::default() }).await;
    Lifter::new(&app, &id, &token).get("/users/me").await.expect(200);
    let renewed = refresh(&app, &tokens["refresh_token"]).await.expect(200);

    // Once the previous keys are gone, only what the new ones signed is good.
    let settings = keys("3", "4");
    let app = spawn_app_with(Options { settings, database: Some(app.database.clone()), ..Options::default() }).await;
    Lifter::new(&app, &id, &token).get("/users/me").await.problem(401);
    Lifter::new(&app, &id, renewed["access_token"].as_str().unwrap()).get("/users/me").await.expect(200);
    refresh(&app, &renewed["refresh_token"]).await.expect(200);
}

/// Waits until an access token is refused; at most the five seconds that are promised.
pub async fn eventually_out(app: &App, id: &str, token: &str) {
    for _ in 0..50 {
        if Lifter::new(app, id, token).get("/users/me").await.status == 401 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("still signed in after five seconds");
}
