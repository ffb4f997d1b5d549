//! `/auth/second-factor`, and logins that need one.

use futures_util::future::join_all;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use crate::support::{App, Lifter, Options, program, spawn_app, spawn_app_with};

const PASSWORD: &str = "correct horse";

/// A phone, which shows the codes of the time when it was made and of the steps around: those of a test must not change
/// under its hands. The service takes them for as long as it is the step before or after, half a minute at least.
struct Phone {
    totp: Totp,
    made_at: i64,
}

impl Phone {
    fn new(setup: &Value) -> Self {
        let secret = Secret::try_from_base32(setup["secret"].as_str().unwrap()).unwrap();
        let totp = Builder::new().with_secret(secret).with_account_name("ada").build().unwrap();
        Self { totp, made_at: jiff::Timestamp::now().as_second() }
    }

    fn code(&self, steps: i64) -> String {
        self.totp.generate((self.made_at + 30 * steps) as u64).to_string()
    }
}

/// Switches it on with the code of the step before, so that the tests have two good ones left.
async fn switch_on(ada: &Lifter<'_>) -> (Phone, Vec<String>) {
    // That one is good until this step ends.
    let left = 30 - jiff::Timestamp::now().as_second() % 30;
    if left < 10 {
        tokio::time::sleep(std::time::Duration::from_secs(left as u64)).await;
    }
    let setup = ada.post("/auth/second-factor", &json!({ "password": PASSWORD })).await.expect(201);
    let phone = Phone::new(&setup);
    let confirmed = ada.post("/auth/second-factor/confirm", &json!({ "code": phone.code(-1) })).await.expect(200);
    let codes = confirmed["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned());
    (phone, codes.collect())
}

async fn sign_in(app: &App, code: Option<&str>) -> crate::support::Answer {
    app.post("/auth/login", &json!({ "email": "ada@example.org", "password": PASSWORD, "code": code })).await
}

#[tokio::test]
async fn a_second_factor_is_set_up_used_and_removed() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let status = ada.get("/auth/second-factor").await.expect(200);
    assert_eq!(status, json!({ "enabled": false, "since": null, "recovery_codes_left": 0 }));
    ada.post("/auth/second-factor", &json!({ "password": "wrong horse" })).await.problem(403);
    ada.post("/auth/second-factor/confirm", &json!({ "code": "123456" })).await.problem(409);
    let first = ada.post("/auth/second-factor", &json!({ "password": PASSWORD })).await.expect(201);
    sign_in(&app, None).await.expect(200);
    let (phone, codes) = switch_on(&ada).await;
    assert_ne!(first["secret"], phone.totp.secret().to_base32());
    assert!(first["uri"].as_str().unwrap().starts_with("otpauth://totp/repduel:ada?secret="), "{first}");
    assert_eq!(codes.len(), 10);
    ada.post("/auth/second-factor", &json!({ "password": PASSWORD })).await.problem(409);

    let status = ada.get("/auth/second-factor").await.expect(200);
    assert_eq!((&status["enabled"], &status["recovery_codes_left"]), (&json!(true), &json!(10)));
    assert!(status["since"].as_str().unwrap().ends_with('Z'));
    for code in [None, Some(""), Some("000"), Some("not a code")] {
        let refused = sign_in(&app, code).await.expect(401);
        assert_eq!(refused["type"], "/problems/second-factor");
    }
    sign_in(&app, Some(&phone.code(0))).await.expect(200);
    sign_in(&app, Some(&phone.code(0))).await.problem(401);

    let both = |code: &str| json!({ "password": PASSWORD, "code": code });
    let renewed = ada.post("/auth/second-factor/recovery-codes", &both(&phone.code(1))).await.expect(200);
    sign_in(&app, Some(&codes[0])).await.problem(401);
    let new = renewed["recovery_codes"][0].as_str().unwrap();
    let wrong = json!({ "password": "wrong horse", "code": new });
    ada.send(ada.request("DELETE", "/auth/second-factor").json(&wrong)).await.problem(403);
    ada.send(ada.request("DELETE", "/auth/second-factor").json(&both("000000"))).await.problem(403);
    assert_eq!(ada.send(ada.request("DELETE", "/auth/second-factor").json(&both(new))).await.status, 204);
    ada.send(ada.request("DELETE", "/auth/second-factor").json(&both(new))).await.problem(409);
    sign_in(&app, None).await.expect(200);
    let audit = ada.get("/users/me/audit").await.expect(200).to_string();
    for action in ["second_factor_added", "recovery_codes_made", "second_factor_removed"] {
        assert!(audit.contains(action), "{audit}");
    }
}

#[tokio::test]
async fn each_code_is_good_once() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let (phone, codes) = switch_on(&ada).await;
    sign_in(&app, Some(&phone.code(-1))).await.problem(401);
    for shown in [phone.code(0), codes[0].clone(), codes[1].to_uppercase().replace('-', " ")] {
        let answers = join_all((0..4).map(|_| sign_in(&app, Some(&shown)))).await;
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401, 401, 401], "{shown}");
    }
    let status = ada.get("/auth/second-factor").await.expect(200);
    assert_eq!(status["recovery_codes_left"], 8);
}

#[tokio::test]
async fn the_code_is_asked_of_whoever_has_the_password_alone() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    switch_on(&ada).await;
    let wrong = json!({ "email": "ada@example.org", "password": "wrong horse" });
    assert_eq!(app.post("/auth/login", &wrong).await.expect(401)["type"], "about:blank");
    let form = [("username", "ada@example.org"), ("password", PASSWORD)];
    let answer = ada.send(app.request("POST", "/users/login").form(&form)).await;
    assert!(answer.problem(401).contains("second factor"));
}

#[tokio::test]
async fn the_secret_cannot_be_read_in_the_database() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let (phone, codes) = switch_on(&ada).await;
    let db = app.database.connect().await;
    let sealed: Vec<u8> = db.query_one("SELECT sealed_secret FROM second_factors", &[]).await.unwrap().get(0);
    let secret = phone.totp.secret().as_bytes();
    assert!(!sealed.windows(secret.len()).any(|part| part == secret));
    for row in db.query("SELECT code_hash FROM recovery_codes", &[]).await.unwrap() {
        let hash: Vec<u8> = row.get(0);
        assert!(hash.len() == 32 && !codes.iter().any(|code| hash.starts_with(&code.as_bytes()[..4])));
    }
}

#[tokio::test]
async fn a_key_that_was_rotated_still_opens_and_is_replaced_on_use() {
    let (old, new) = ("the-data-key-of-before-0000000000", "the-data-key-of-today-11111111111");
    let app = spawn_app_with(Options { settings: vec![("DATA_KEY", old.into())], ..Options::default() }).await;
    let ada = app.lifter("ada").await;
    let (phone, _) = switch_on(&ada).await;
    let with =
        |settings| spawn_app_with(Options { database: Some(app.database.clone()), settings, ..Options::default() });
    let rotated = with(vec![("DATA_KEY", new.into()), ("DATA_KEY_PREVIOUS", old.into())]).await;
    sign_in(&rotated, Some(&phone.code(0))).await.expect(200);
    let today = with(vec![("DATA_KEY", new.into())]).await;
    sign_in(&today, Some(&phone.code(1))).await.expect(200);
    sign_in(&rotated, Some(&phone.code(1))).await.problem(401);
}

#[tokio::test]
async fn before_the_previous_key_goes_everything_is_sealed_anew() {
    let (old, new) = ("the-data-key-of-before-0000000000", "the-data-key-of-today-11111111111");
    let app = spawn_app_with(Options { settings: vec![("DATA_KEY", old.into())], ..Options::default() }).await;
    let ada = app.lifter("ada").await;
    let (phone, _) = switch_on(&ada).await;
    for expected in ["sealed 1 ", "sealed 0 "] {
        let mut command = program();
        command.arg("seal-anew").env("DATABASE_URL", &app.database.url);
        command.env("DATA_KEY", new).env("DATA_KEY_PREVIOUS", old);
        let output = command.output().await.unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).starts_with(expected), "{output:?}");
    }
    let settings = vec![("DATA_KEY", new.into())];
    let today = spawn_app_with(Options { database: Some(app.database.clone()), settings, ..Options::default() }).await;
    sign_in(&today, Some(&phone.code(0))).await.expect(200);
}

#[tokio::test]
async fn an_operator_takes_a_lost_factor_away() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    switch_on(&ada).await;
    sign_in(&app, None).await.problem(401);
    app.command(&["user", "reset-second-factor", "ada"]).await.unwrap();
    sign_in(&app, None).await.expect(200);
}

#[tokio::test]
async fn five_wrong_codes_pause_the_account() {
    let app = spawn_app_with(Options { settings: vec![("RATE_LIMIT_AUTH", "50/s:100".into())], ..Options::default() });
    let app = app.await;
    let ada = app.lifter("ada").await;
    let (phone, _) = switch_on(&ada).await;
    for _ in 0..5 {
        let both = json!({ "password": PASSWORD, "code": "no code" });
        ada.send(ada.request("DELETE", "/auth/second-factor").json(&both)).await.problem(403);
    }
    let paused = sign_in(&app, Some(&phone.code(0))).await;
    assert!(paused.header("retry-after").parse::<u32>().unwrap() > 800);
    paused.problem(429);
}
