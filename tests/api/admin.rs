//! `/admin/…`, `/moderation/…` and `repduel user …`: looking after accounts.

use futures_util::future::join;
use serde_json::json;

use crate::support::{App, Lifter, spawn_app};

async fn admin<'a>(app: &'a App, name: &str) -> Lifter<'a> {
    let lifter = app.lifter(name).await;
    app.command(&["user", "promote", name, "--to", "admin"]).await.unwrap();
    lifter
}

#[tokio::test]
async fn an_operator_looks_after_accounts_at_the_command_line() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    app.lifter("ben").await;
    let listed = app.command(&["user", "list"]).await.unwrap();
    assert!(listed.contains("ada@example.org") && listed.contains("member") && listed.lines().count() == 2, "{listed}");
    assert_eq!(app.command(&["user", "list", "ben@"]).await.unwrap().lines().count(), 1);
    assert!(
        app.command(&["user", "promote", "ADA@example.org", "--to", "moderator"]).await.unwrap().contains("moderator")
    );
    assert_eq!(ada.profile().await["role"], "moderator");
    app.command(&["user", "disable", "ada"]).await.unwrap();
    crate::refresh::eventually_out(&app, &ada.id, &ada.token).await;
    app.post("/auth/login", &json!({ "email": "ada@example.org", "password": "correct horse" })).await.problem(403);
    app.command(&["user", "enable", "ada"]).await.unwrap();
    app.sign_in("ada").await;
    ada.get("/users/me").await.problem(401);
    let refusal = app.command(&["user", "delete", "ada"]).await.unwrap_err();
    assert!(refusal.contains("--yes"), "{refusal}");
    app.command(&["user", "delete", "ada", "--yes"]).await.unwrap();
    for command in ["disable", "enable", "promote"] {
        let refusal = app
            .command(&["user", command, "ada", "--to", "member"][..if command == "promote" { 5 } else { 3 }])
            .await
            .unwrap_err();
        assert!(refusal.contains("no user has the name"), "{refusal}");
    }
}

#[tokio::test]
async fn the_first_admin_is_made_at_the_command_line_and_sets_the_password_by_a_link() {
    let app = spawn_app().await;
    let link = app.command(&["user", "create", "--admin", "boss", "boss@example.org"]).await.unwrap();
    let token = link.trim().split_once("#token=").unwrap().1;
    let login = json!({ "email": "boss@example.org", "password": "deadlifts on friday" });
    app.post("/auth/login", &login).await.problem(401);
    let body = json!({ "token": token, "password": "deadlifts on friday" });
    app.post("/auth/reset-password", &body).await.expect(204);
    app.post("/auth/reset-password", &body).await.problem(400);
    let access = app.post("/auth/login", &login).await.expect(200);
    let boss = Lifter::new(&app, "", access["access_token"].as_str().unwrap());
    assert_eq!(boss.get("/admin/users").await.expect(200)["items"][0]["role"], "admin");
    let taken = app.command(&["user", "create", "BOSS", "other@example.org"]).await.unwrap_err();
    assert!(taken.contains("username"), "{taken}");
    assert!(app.command(&["user", "create", "x", "other@example.org"]).await.unwrap_err().contains("USERNAME"));
    let none = app.command(&["user", "reset-second-factor", "boss"]).await.unwrap_err();
    assert!(none.contains("no second factor"), "{none}");
}

#[tokio::test]
async fn admins_change_roles_and_activity_over_http() {
    let app = spawn_app().await;
    let (boss, ada) = (admin(&app, "boss").await, app.lifter("ada").await);
    let users = boss.get("/admin/users?query=AD&limit=1").await.expect(200);
    assert_eq!((&users["items"][0]["username"], &users["next"]), (&json!("ada"), &json!(null)));
    assert_eq!(boss.get("/admin/users?limit=1").await.expect(200)["next"], "ada");
    // By the e-mail alone, by username, in pages; whoever has both is there once.
    let db = app.database.connect().await;
    db.batch_execute("UPDATE users SET email = 'bo' || email WHERE username = 'ada'").await.unwrap();
    for (path, found) in
        [("query=BO", vec!["ada", "boss"]), ("query=boa", vec!["ada"]), ("query=bo&after=ada", vec!["boss"])]
    {
        let users = boss.get(&format!("/admin/users?{path}")).await.expect(200);
        let items = users["items"].as_array().unwrap();
        assert_eq!(items.iter().map(|user| user["username"].as_str().unwrap()).collect::<Vec<_>>(), found, "{path}");
    }
    db.batch_execute("UPDATE users SET email = 'ada@example.org' WHERE username = 'ada'").await.unwrap();
    let path = format!("/admin/users/{}", ada.id);
    let user = boss.patch(&path, &json!({ "role": "moderator" })).await.expect(200);
    assert_eq!((&user["role"], &user["email"]), (&json!("moderator"), &json!("ada@example.org")));
    ada.get("/moderation/users").await.expect(200);
    boss.patch(&path, &json!({ "is_active": false, "role": "member" })).await.expect(200);
    crate::refresh::eventually_out(&app, &ada.id, &ada.token).await;
    boss.patch(&path, &json!({ "is_active": true })).await.expect(200);
    boss.patch(&path, &json!({ "role": "king" })).await.problem(422);
    boss.delete(&path).await.expect(204);
    boss.delete(&path).await.problem(404);
    boss.get(&path).await.problem(404);
    boss.patch(&path, &json!({ "role": "admin" })).await.problem(404);
}

#[tokio::test]
async fn two_admins_cannot_remove_each_other() {
    let app = spawn_app().await;
    let (one, two) = (admin(&app, "one").await, admin(&app, "two").await);
    let demote = json!({ "role": "member" });
    let (first, second) = (format!("/admin/users/{}", one.id), format!("/admin/users/{}", two.id));
    let (a, b) = join(one.patch(&second, &demote), two.patch(&first, &demote)).await;
    assert_eq!([a.status, b.status].iter().filter(|status| **status == 200).count(), 1, "{a:?} {b:?}");
    assert_eq!(app.database.count("SELECT count(*) FROM users WHERE role = 'admin'").await, 1);
    let (last, own) = if a.status == 200 { (&one, &first) } else { (&two, &second) };
    assert!(last.patch(own, &demote).await.problem(409).contains("last admin"));
    last.patch(own, &json!({ "is_active": false })).await.problem(409);
    last.delete(own).await.problem(409);
    last.delete("/users/me").await.problem(409);
}

#[tokio::test]
async fn whoever_gets_an_account_back_by_a_link_has_it_alone() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let key = ada.post("/api-keys", &json!({ "name": "x", "scopes": ["read"] })).await.expect(201);
    let program = Lifter::new(&app, &ada.id, key["key"].as_str().unwrap());
    program.get("/users/me").await.expect(200);
    let link = async || {
        let link = app.command(&["reset-link", "ada"]).await.unwrap();
        link.trim().split_once("#token=").unwrap().1.to_owned()
    };
    let (stale, token) = (link().await, link().await);
    let body = json!({ "token": token, "password": "ada@example.org" });
    assert!(app.post("/auth/reset-password", &body).await.problem(422).contains("password"));
    app.post("/auth/reset-password", &json!({ "token": token, "password": "a new horse" })).await.expect(204);
    crate::refresh::eventually_out(&app, &ada.id, &ada.token).await;
    crate::refresh::eventually_out(&app, &ada.id, &program.token).await;
    app.post("/auth/reset-password", &json!({ "token": stale, "password": "a third horse" })).await.problem(400);

    // A link that was asked for before the password was changed is of no use either.
    let token =
        app.post("/auth/login", &json!({ "email": "ada@example.org", "password": "a new horse" })).await.expect(200);
    let ada = Lifter::new(&app, &ada.id, token["access_token"].as_str().unwrap());
    let stale = link().await;
    ada.patch("/users/me", &json!({ "password": "a fourth horse", "current_password": "a new horse" }))
        .await
        .expect(200);
    app.post("/auth/reset-password", &json!({ "token": stale, "password": "a fifth horse" })).await.problem(400);
}

#[tokio::test]
async fn a_moderator_takes_a_lifter_off_the_boards_with_a_reason() {
    let app = spawn_app().await;
    let (boss, ada, eve) = (admin(&app, "boss").await, app.lifter("ada").await, app.lifter("eve").await);
    app.command(&["user", "promote", "ada", "--to", "moderator"]).await.unwrap();
    eve.lift("back_squat", 500.0, 1).await;
    let path = format!("/moderation/users/{}", eve.id);
    let withhold = json!({ "is_withheld": true, "reason": "not a squat" });
    ada.patch(&path, &withhold).await.expect(204);
    assert!(!app.get("/scores/scenario/back_squat/leaderboard").await.expect(200).to_string().contains(&eve.id));
    app.get(&format!("/users/{}", eve.id)).await.problem(404);
    assert_eq!(ada.get("/moderation/users").await.expect(200)["items"][0]["username"], "eve");
    let own = eve.get("/users/me/audit").await.expect(200);
    assert_eq!((&own["items"][0]["action"], &own["items"][0]["detail"]), (&json!("withheld"), &json!("not a squat")));
    assert_eq!(eve.profile().await["is_withheld"], true);
    ada.patch(&path, &json!({ "is_withheld": true, "reason": "" })).await.problem(422);
    ada.patch(&path, &json!({ "is_withheld": true })).await.problem(422);
    ada.patch(&format!("/moderation/users/{}", boss.id), &withhold).await.problem(403);
    eve.patch(&path, &withhold).await.problem(403);
    ada.patch(&path, &json!({ "is_withheld": false, "reason": "shown a film" })).await.expect(204);
    app.get(&format!("/users/{}", eve.id)).await.expect(200);
}
