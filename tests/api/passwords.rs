//! Which passwords may be set, and how they are stored.

use serde_json::json;

use crate::support::{App, Options, spawn_app, spawn_app_with};

async fn stored(app: &App) -> String {
    app.database.connect().await.query_one("SELECT password_hash FROM users", &[]).await.unwrap().get(0)
}

async fn store(app: &App, hash: &str) {
    app.database.connect().await.execute("UPDATE users SET password_hash = $1", &[&hash]).await.unwrap();
}

async fn sign_in(app: &App, password: &str) -> u16 {
    let body = json!({ "email": "ada@example.org", "password": password });
    app.post("/auth/login", &body).await.status
}

#[tokio::test]
async fn common_passwords_and_names_are_refused() {
    let app = spawn_app().await;
    for password in ["password1", "Password1", "QWERTYUIOP", "ada.lovelace", "Countess@Example.org", "countess"] {
        let body = json!({ "username": "Ada.Lovelace", "email": "countess@example.org", "password": password });
        let detail = app.post("/users/", &body).await.problem(422);
        assert!(detail.starts_with("password: ") && detail.contains("choose another"), "{detail}");
        assert!(!detail.contains(password), "{detail}");
    }
    let ada = app.lifter("ada").await;
    for (password, other) in
        [("Sunshine1", json!({})), ("ADA@example.org", json!({})), ("new.name", json!({ "username": "new.name" }))]
    {
        let mut change = json!({ "password": password, "current_password": "correct horse" });
        change.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        assert!(ada.patch("/users/me", &change).await.problem(422).starts_with("password: "), "{password}");
    }
    assert_eq!(ada.profile().await["username"], "ada");
}

#[tokio::test]
async fn a_bcrypt_hash_signs_in_and_becomes_argon2id() {
    let app = spawn_app().await;
    app.lifter("ada").await;
    for version in [bcrypt::Version::TwoA, bcrypt::Version::TwoB, bcrypt::Version::TwoY] {
        let hash = bcrypt::hash_with_result("old horse", 4).unwrap().format_for_version(version);
        store(&app, &hash).await;
        assert_eq!(sign_in(&app, "wrong horse").await, 401);
        assert_eq!(stored(&app).await, hash, "nobody has shown the password yet");
        assert_eq!(sign_in(&app, "old horse").await, 200);
        assert!(stored(&app).await.starts_with("$argon2id$"));
        assert_eq!(sign_in(&app, "old horse").await, 200);
    }
    // Its end was never compared, so that a slip there must not become the password.
    store(&app, &bcrypt::hash("a".repeat(80), 4).unwrap()).await;
    assert_eq!(sign_in(&app, &format!("{}slip", "a".repeat(72))).await, 200);
    assert!(stored(&app).await.starts_with("$2b$"));
    assert_eq!(sign_in(&app, &"a".repeat(80)).await, 200);
}

#[tokio::test]
async fn other_parameters_hash_anew_at_the_next_login() {
    let app = spawn_app().await;
    app.lifter("ada").await;
    let before = stored(&app).await;
    assert!(before.contains("t=2,"), "{before}");
    assert_eq!(sign_in(&app, "correct horse").await, 200);
    assert_eq!(stored(&app).await, before, "nothing to do");
    let stronger = Options {
        database: Some(app.database.clone()),
        settings: vec![("ARGON2_ITERATIONS", "3".into())],
        ..Options::default()
    };
    let stronger = spawn_app_with(stronger).await;
    assert_eq!(sign_in(&stronger, "correct horse").await, 200);
    assert!(stored(&app).await.contains("t=3,"));
    assert_eq!(sign_in(&stronger, "correct horse").await, 200);
}
