//! Who may register: `/invites`, `/site`, REGISTRATION.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{App, Options, TestDatabase, fresh_database, spawn_app_with};

async fn app_with(registration: &str, database: &TestDatabase) -> App {
    let settings = vec![("REGISTRATION", registration.to_owned())];
    spawn_app_with(Options { settings, database: Some(database.clone()), ..Options::default() }).await
}

fn account(name: &str, invite: Option<&Value>) -> Value {
    let mut body =
        json!({ "username": name, "email": format!("{name}@example.org"), "password": "correct horse battery" });
    if let Some(invite) = invite {
        body["invite"] = invite["code"].clone();
    }
    body
}

#[tokio::test]
async fn an_invitation_lets_in_as_many_as_it_says_however_many_come_at_once() {
    let database = fresh_database().await;
    let open = app_with("open", &database).await;
    open.lifter("ada").await;
    let app = app_with("invite", &database).await;
    let token = app.sign_in("ada").await;
    let ada = crate::support::Lifter::new(&app, "", token["access_token"].as_str().unwrap());

    app.post("/users/", &account("ben", None)).await.problem(403);
    app.post("/users/", &account("ben", Some(&json!({ "code": "nonsense" })))).await.problem(403);
    let invite = ada.post("/invites", &json!({ "uses": 3, "note": "the morning group" })).await.expect(201);
    assert!(invite["url"].as_str().unwrap().contains("/register#invite="));
    let listed = ada.get("/invites").await.expect(200);
    assert_eq!((&listed[0]["note"], &listed[0]["uses_left"]), (&json!("the morning group"), &json!(3)));
    assert!(!listed.to_string().contains(invite["code"].as_str().unwrap()), "the code is told once");

    let names: Vec<_> = (0..8).map(|number| account(&format!("friend{number}"), Some(&invite))).collect();
    let answers = join_all(names.iter().map(|body| app.post("/auth/register", body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3);
    assert_eq!(answers.iter().filter(|answer| answer.status == 403).count(), 5);
    assert_eq!(ada.get("/invites").await.expect(200), json!([]), "it is used up");
}

#[tokio::test]
async fn a_registration_that_fails_costs_no_use() {
    let database = fresh_database().await;
    app_with("open", &database).await.lifter("ada").await;
    let app = app_with("invite", &database).await;
    let token = app.sign_in("ada").await;
    let ada = crate::support::Lifter::new(&app, "", token["access_token"].as_str().unwrap());
    let invite = ada.post("/invites", &json!({})).await.expect(201);
    assert!(app.post("/users/", &account("ADA", Some(&invite))).await.problem(400).contains("email"));
    app.post("/users/", &account("x", Some(&invite))).await.problem(422);
    // Without an invitation nobody learns who is here.
    app.post("/users/", &account("ada", None)).await.problem(403);
    app.post("/users/", &account("ada", Some(&json!({ "code": "made up" })))).await.problem(403);
    app.post("/users/", &account("ben", Some(&invite))).await.expect(201);
}

#[tokio::test]
async fn while_closed_links_work_and_only_admins_make_them() {
    let database = fresh_database().await;
    let open = app_with("open", &database).await;
    open.lifter("ada").await;
    open.lifter("boss").await;
    open.command(&["user", "promote", "boss", "--to", "admin"]).await.unwrap();
    let app = app_with("closed", &database).await;
    let [member, admin] = [app.sign_in("ada").await, app.sign_in("boss").await];
    let member = crate::support::Lifter::new(&app, "", member["access_token"].as_str().unwrap());
    let admin = crate::support::Lifter::new(&app, "", admin["access_token"].as_str().unwrap());
    assert!(app.post("/users/", &account("ben", None)).await.problem(403).contains("closed"));
    member.post("/invites", &json!({})).await.problem(403);
    let invite = admin.post("/invites", &json!({})).await.expect(201);
    app.post("/users/", &account("ben", Some(&invite))).await.expect(201);

    let second = admin.post("/invites", &json!({})).await.expect(201);
    let path = format!("/invites/{}", second["id"].as_str().unwrap());
    member.delete(&path).await.problem(404);
    admin.delete(&path).await.expect(204);
    app.post("/users/", &account("cem", Some(&second))).await.problem(403);
    for bad in [json!({ "uses": 0 }), json!({ "uses": 101 }), json!({ "days": 91 }), json!({ "note": "a\u{0}b" })] {
        admin.post("/invites", &bad).await.problem(422);
    }
}

#[tokio::test]
async fn the_site_tells_its_pages_what_it_allows() {
    let settings = vec![
        ("REGISTRATION", "invite".into()),
        ("PUBLIC_BOARDS", "members".into()),
        ("MIN_AGE", "14".into()),
        ("IMPRINT_URL", "https://example.org/imprint".into()),
        ("MAIL_FROM", "lift@example.org".into()),
    ];
    let app = spawn_app_with(Options { settings, ..Options::default() }).await;
    let site = app.get("/site").await.expect(200);
    let expected = json!({ "registration": "invite", "boards_are_public": false, "min_age": 14,
        "imprint_url": "https://example.org/imprint", "privacy_url": null, "sends_mail": true,
        "requires_verified_email": false, "version": env!("CARGO_PKG_VERSION") });
    assert_eq!(site, expected);
    for board in ["/energy/leaderboard", "/scores/scenario/back_squat/leaderboard"] {
        app.get(board).await.problem(401);
    }
}

#[tokio::test]
async fn boards_for_members_open_to_members() {
    let settings = vec![("PUBLIC_BOARDS", "members".into())];
    let app = spawn_app_with(Options { settings, ..Options::default() }).await;
    let ada = app.lifter("ada").await;
    for board in ["/energy/leaderboard", "/scores/scenario/back_squat/leaderboard"] {
        ada.get(board).await.expect(200);
    }
}
