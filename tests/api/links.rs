//! Links by mail, for one use; and what a server without mail says.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    App, MailServer, Options, Worker, mail_settings, program, spawn_app, spawn_app_with, spawn_worker, token_in,
};

async fn with_mail(server: &MailServer) -> (App, Worker) {
    let settings = server.settings();
    let app = spawn_app_with(Options { settings: settings.clone(), ..Options::default() }).await;
    let worker = spawn_worker(&app.database, &settings).await;
    (app, worker)
}

async fn forget(app: &App, email: &str) {
    app.post("/auth/forgot-password", &json!({ "email": email })).await.expect(202);
}

async fn reset(app: &App, token: &str, password: &str) -> crate::support::Answer {
    app.post("/auth/reset-password", &json!({ "token": token, "password": password })).await
}

async fn sign_in(app: &App, password: &str) -> crate::support::Answer {
    app.post("/auth/login", &json!({ "email": "ada@example.org", "password": password })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_set_anew_by_a_link_that_works_once() {
    let server = MailServer::start().await;
    let (app, worker) = with_mail(&server).await;
    let ada = app.lifter("ada").await;
    let welcome = server.mail(1).await;
    forget(&app, "Ada@Example.org").await;
    let mail = server.mail(2).await;
    assert_eq!(mail["to"], json!(["ada@example.org"]));
    assert_eq!(mail["from"], "repduel <repduel@example.org>");
    assert_eq!(mail["auto_submitted"], "auto-generated");
    assert!(mail["id"].as_str().unwrap().ends_with("@example.org>"), "{mail}");
    assert!(mail["text"].as_str().unwrap().contains("/reset-password#token="), "{mail}");
    let token = token_in(&mail);

    for bad in ["short", "password1", "ada@example.org"] {
        reset(&app, &token, bad).await.problem(422);
    }
    app.post("/auth/verify-email", &json!({ "token": token })).await.problem(400);
    reset(&app, &token_in(&welcome), "another password").await.problem(400);
    reset(&app, "no-such-token", "another password").await.problem(400);
    reset(&app, &token, "another password").await.expect(204);
    assert!(reset(&app, &token, "a third password").await.problem(400).contains("ask for a new one"));
    // The processes are told of ended sessions; that takes an instant.
    for _ in 0..100 {
        if ada.get("/users/me").await.status == 401 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    ada.get("/users/me").await.problem(401);
    sign_in(&app, "correct horse").await.problem(401);
    sign_in(&app, "another password").await.expect(200);
    let verified = "SELECT count(*) FROM users WHERE email_verified_at IS NOT NULL";
    assert_eq!(app.database.count(verified).await, 1, "whoever opened the mail has the address");
    let audited = "SELECT count(*) FROM audit WHERE action = 'password_reset' AND result = 'done'";
    assert_eq!(app.database.count(audited).await, 1);

    let (_, log) = worker.stop().await;
    let logs = format!("{}{}", log.join("\n"), app.log().join("\n"));
    for secret in [token.as_str(), "ada@example.org", "Ada@Example.org", "another password"] {
        assert!(!logs.contains(secret), "{secret} is in a log");
    }
    assert!(log.iter().any(|line| line.contains("job done") && line.contains("send_link")), "{log:#?}");
    let request = serde_json::from_str::<Value>(log.iter().find(|line| line.contains("sent a link")).unwrap()).unwrap();
    assert!(app.log().join("").contains(request["request_id"].as_str().unwrap()), "one id from request to mail");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_shown_to_be_ones_own() {
    let server = MailServer::start().await;
    let (app, _worker) = with_mail(&server).await;
    let ada = app.lifter("ada").await;
    let token = token_in(&server.mail(1).await);
    app.post("/auth/verify-email", &json!({ "token": token })).await.expect(204);
    app.post("/auth/verify-email", &json!({ "token": token })).await.problem(400);
    let verified = "SELECT count(*) FROM users WHERE email_verified_at IS NOT NULL";
    assert_eq!(app.database.count(verified).await, 1);
    // Nothing to show any more.
    ada.post("/auth/send-verification", &json!({})).await.expect(202);

    let change = json!({ "email": "ada@lift.example.org", "current_password": "correct horse" });
    ada.patch("/users/me", &change).await.expect(200);
    assert_eq!(app.database.count(verified).await, 0, "another address is another thing to show");
    let mail = server.mail(2).await;
    assert_eq!(mail["to"], json!(["ada@lift.example.org"]));
    let back = json!({ "email": "ada@example.org", "current_password": "correct horse" });
    ada.patch("/users/me", &back).await.expect(200);
    app.post("/auth/verify-email", &json!({ "token": token_in(&mail) })).await.problem(400);
    assert_eq!(app.database.count(verified).await, 0);
    ada.post("/auth/send-verification", &json!({})).await.expect(202);
    app.post("/auth/verify-email", &json!({ "token": token_in(&server.mail(4).await) })).await.expect(204);
    assert_eq!(server.mails().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_expires_and_of_two_uses_at_once_one_wins() {
    let server = MailServer::start().await;
    let (app, _worker) = with_mail(&server).await;
    app.lifter("ada").await;
    server.mail(1).await;
    forget(&app, "ada@example.org").await;
    let token = token_in(&server.mail(2).await);
    let expire = "UPDATE links SET expires_at = now() - interval '1 second'";
    app.database.connect().await.batch_execute(expire).await.unwrap();
    reset(&app, &token, "another password").await.problem(400);

    forget(&app, "ada@example.org").await;
    let token = token_in(&server.mail(3).await);
    let uses = (0..8).map(|n| {
        let (app, token) = (&app, &token);
        async move { reset(app, token, &format!("another password {n}")).await.status }
    });
    let mut statuses = futures_util::future::join_all(uses).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 400, 400, 400, 400, 400, 400, 400]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_tells_whether_anybody_has_an_address() {
    let server = MailServer::start().await;
    let (app, worker) = with_mail(&server).await;
    app.lifter("ada").await;
    server.mail(1).await;
    let known = app.post("/auth/forgot-password", &json!({ "email": "ada@example.org" })).await;
    let unknown = app.post("/auth/forgot-password", &json!({ "email": "ben@example.org" })).await;
    assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
    server.mail(2).await;
    worker.log_line("nobody to send a link to").await;
    assert_eq!(server.mails().len(), 2);
    app.post("/auth/forgot-password", &json!({ "email": "nothing" })).await.problem(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_away_gets_the_mail_later_with_its_id() {
    let port = {
        let server = MailServer::start().await;
        server.port
    };
    let settings = mail_settings(port);
    let app = spawn_app_with(Options { settings: settings.clone(), ..Options::default() }).await;
    let worker = spawn_worker(&app.database, &settings).await;
    app.lifter("ada").await;
    let line = worker.log_line("job failed; it is tried again").await;
    assert!(line.contains("cannot be reached"), "{line}");
    let link: String = loop {
        let row = app.database.connect().await.query_opt("SELECT id::text FROM links", &[]).await.unwrap();
        if let Some(row) = row {
            break row.get(0);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    };
    let server = MailServer::start_at(port).await;
    let mail = server.mail(1).await;
    assert_eq!(mail["id"], format!("<{link}@example.org>"));
    assert_eq!(app.database.count("SELECT count(*) FROM links").await, 1);
    app.post("/auth/verify-email", &json!({ "token": token_in(&mail) })).await.expect(204);
    // What it refuses for good is not tried again; what it refuses for now is. Neither answer is repeated.
    let body =
        |name: &str| json!({ "username": name, "email": format!("{name}@example.org"), "password": "correct horse" });
    app.post("/users/", &body("unknown1")).await.expect(201);
    worker.log_line("does not know the recipient").await;
    app.post("/users/", &body("busy1")).await.expect(201);
    worker.log_line("the mail server answered 451").await;
    let (_, log) = worker.stop().await;
    assert!(!log.join("").contains("1@example.org"), "{log:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_mail_the_operator_hands_a_link_on() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let refused = app.post("/auth/forgot-password", &json!({ "email": "ada@example.org" })).await;
    assert!(refused.problem(409).contains("repduel reset-link USER"));
    ada.post("/auth/send-verification", &json!({})).await.problem(409);
    let link = async |user: &str| {
        let mut command = program();
        command
            .args(["reset-link", user])
            .env("DATABASE_URL", &app.database.url)
            .env("APP_URL", "https://lift.example.org");
        command.output().await.unwrap()
    };
    for user in ["Ada", "ada@example.org"] {
        let printed = link(user).await;
        assert!(printed.status.success(), "{printed:?}");
        let url = String::from_utf8(printed.stdout).unwrap();
        let (page, token) = url.trim().split_once("#token=").unwrap();
        assert_eq!(page, "https://lift.example.org/reset-password");
        reset(&app, token, &format!("password of {user}")).await.expect(204);
        sign_in(&app, &format!("password of {user}")).await.expect(200);
    }
    assert_eq!(app.database.count("SELECT count(*) FROM users WHERE email_verified_at IS NOT NULL").await, 0);
    assert_eq!(app.database.count("SELECT count(*) FROM audit WHERE action = 'reset_link_made'").await, 2);
    let nobody = link("nobody").await;
    assert_eq!(nobody.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("nobody here is called nobody"), "{nobody:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_is_asked_for_nobody_signs_in_before_the_address_is_shown() {
    let server = MailServer::start().await;
    let mut settings = server.settings();
    settings.push(("REQUIRE_VERIFIED_EMAIL", "1".into()));
    let app = spawn_app_with(Options { settings: settings.clone(), ..Options::default() }).await;
    let _worker = spawn_worker(&app.database, &settings).await;
    let ada = json!({ "username": "ada", "email": "ada@example.org", "password": "correct horse" });
    app.post("/users/", &ada).await.expect(201);
    sign_in(&app, "correct horse").await.problem(403);
    let token = token_in(&server.mail(1).await);
    app.post("/auth/verify-email", &json!({ "token": token })).await.expect(204);
    sign_in(&app, "correct horse").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_mailbox_is_flooded() {
    let server = MailServer::start().await;
    let (app, worker) = with_mail(&server).await;
    app.lifter("ada").await;
    for _ in 0..8 {
        forget(&app, "ada@example.org").await;
    }
    worker.log_line("no further link is sent within this half hour").await;
    server.mail(6).await;
    let (_, log) = worker.stop().await;
    assert_eq!(log.iter().filter(|line| line.contains("no further link")).count(), 3, "{log:#?}");
    assert_eq!(server.mails().len(), 6, "one to show the address, five to set the password");
}
