//! `/guilds`.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::blocks::block;
use crate::support::{App, Lifter, spawn_app};

/// Somebody who lifts three times so many kilograms.
pub async fn strong<'a>(app: &'a App, name: &str, kg: f64, shows_points: bool) -> Lifter<'a> {
    let lifter = app.lifter(name).await;
    let profile = json!({ "weight": 80, "gender": "Male", "shows_points": shows_points });
    lifter.patch("/users/me", &profile).await.expect(200);
    if kg > 0.0 {
        for exercise in ["back_squat", "barbell_bench_press", "deadlift"] {
            lifter.lift(exercise, kg, 1).await;
        }
    }
    lifter
}

/// Makes a guild and gives its id and its code.
pub async fn found(owner: &Lifter<'_>, name: &str) -> (String, String) {
    let guild = owner.post("/guilds/", &json!({ "name": name })).await.expect(201);
    let code = owner.get("/guilds/me").await.expect(200)["code"].as_str().unwrap().to_owned();
    (guild["id"].as_str().unwrap().to_owned(), code)
}

pub async fn join(who: &Lifter<'_>, code: &str) -> Value {
    who.post("/guilds/join", &json!({ "code": code })).await.expect(200)
}

#[tokio::test]
async fn the_two_routes_of_the_contract_answer_as_they_did() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    assert_eq!(ada.get("/guilds/").await.expect(200), json!([]));
    let pixel = json!({ "name": "Iron Paradise", "icon_url": "https://example.org/a.png" });
    assert!(ada.post("/guilds/", &pixel).await.problem(422).contains("icon_url"));
    let icon = Value::Null;
    let guild = ada.post("/guilds/", &json!({ "name": " Iron  Paradise ", "icon_url": icon })).await.expect(201);
    let mut fields: Vec<_> = guild.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["created_at", "icon_url", "id", "name", "owner_id", "updated_at"]);
    assert_eq!(
        (&guild["name"], &guild["icon_url"], &guild["owner_id"]),
        (&json!("Iron Paradise"), &json!(icon), &json!(ada.id))
    );
    assert!(guild["created_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(ada.get("/guilds/").await.expect(200), json!([guild]));
    app.get("/guilds/").await.problem(401);
    app.post("/guilds/", &json!({ "name": "x" })).await.problem(401);
    for name in ["ab", &"x".repeat(41), "   ", "a\u{202e}bcd", "\u{2800}\u{2800}\u{2800}"] {
        assert!(ada.post("/guilds/", &json!({ "name": name })).await.problem(422).contains("name"), "{name}");
    }
    let ben = app.lifter("ben").await;
    assert!(ben.post("/guilds", &json!({ "name": "IRON PARADISE" })).await.problem(409).contains("name"));
    assert!(ada.post("/guilds", &json!({ "name": "Second" })).await.problem(409).contains("already"));
    // Letters that look the same are the same.
    ben.post("/guilds", &json!({ "name": "Café" })).await.expect(201);
    let cora = app.lifter("cora").await;
    assert!(cora.post("/guilds", &json!({ "name": "Cafe\u{301}" })).await.problem(409).contains("name"));
    assert_eq!(app.database.count("SELECT count(*) FROM guilds").await, 2);
}

#[tokio::test]
async fn whoever_the_owner_hides_from_or_has_blocked_is_told_nothing_of_them() {
    let app = spawn_app().await;
    let (ada, ben, cora) = (app.lifter("ada").await, app.lifter("ben").await, app.lifter("cora").await);
    let (id, code) = found(&ada, "Iron").await;
    block(&ada, &ben).await.expect(204);
    block(&cora, &ada).await.expect(204);
    for blocked in [&ben, &cora] {
        blocked.post("/guilds/join", &json!({ "code": code })).await.problem(404);
        assert_eq!(blocked.get(&format!("/guilds/{id}")).await.expect(200)["owner_id"], Value::Null);
    }
    let dora = app.lifter("dora").await;
    assert_eq!(join(&dora, &code).await["owner_id"], ada.id.as_str());
    ada.patch("/users/me", &json!({ "is_private": true })).await.expect(200);
    assert_eq!(dora.get("/guilds/me").await.expect(200)["owner_id"], Value::Null);
    let own = ada.get("/guilds/me").await.expect(200);
    assert_eq!((&own["owner_id"], &own["is_owner"]), (&json!(ada.id), &json!(true)));
}

#[tokio::test]
async fn lifters_join_by_the_code_until_it_is_another_or_none() {
    let app = spawn_app().await;
    let (ada, ben, cora) = (app.lifter("ada").await, app.lifter("ben").await, app.lifter("cora").await);
    let (id, code) = found(&ada, "Iron").await;
    ben.get("/guilds/me").await.problem(404);
    let typed = format!(" {}-{} ", code[..5].to_lowercase(), &code[5..]);
    let guild = join(&ben, &typed).await;
    assert_eq!(
        (&guild["members"], &guild["is_member"], &guild["is_owner"], &guild["code"]),
        (&json!(2), &json!(true), &json!(false), &Value::Null)
    );
    assert_eq!(ben.get("/guilds/me").await.expect(200), guild);
    ben.post("/guilds/join", &json!({ "code": code })).await.problem(409);
    ben.post("/guilds", &json!({ "name": "Own" })).await.problem(409);
    ben.post(&format!("/guilds/{id}/code"), &Value::Null).await.problem(403);
    let new =
        ada.post(&format!("/guilds/{id}/code"), &Value::Null).await.expect(200)["code"].as_str().unwrap().to_owned();
    cora.post("/guilds/join", &json!({ "code": code })).await.problem(404);
    ada.delete(&format!("/guilds/{id}/code")).await.expect(204);
    cora.post("/guilds/join", &json!({ "code": new })).await.problem(404);
    cora.post("/guilds/join", &json!({ "code": "" })).await.problem(404);
    assert_eq!(ada.get("/guilds/me").await.expect(200)["code"], Value::Null);
    let members = cora.get(&format!("/guilds/{id}/members")).await.expect(200);
    let names: Vec<_> =
        members.as_array().unwrap().iter().map(|member| member["user"]["username"].as_str().unwrap()).collect();
    assert_eq!(
        (names, &members[0]["is_owner"], &members[1]["is_owner"]),
        (vec!["ada", "ben"], &json!(true), &json!(false))
    );
    // Whoever hides is not shown.
    ben.patch("/users/me", &json!({ "is_private": true })).await.expect(200);
    assert_eq!(cora.get(&format!("/guilds/{id}/members")).await.expect(200).as_array().unwrap().len(), 1);
    ben.delete(&format!("/guilds/{id}/members/{}", ben.id)).await.expect(204);
    ben.delete(&format!("/guilds/{id}/members/{}", ben.id)).await.problem(404);
    ben.get("/guilds/me").await.problem(404);
}

#[tokio::test]
async fn who_asks_is_let_in_or_refused_by_the_owner() {
    let app = spawn_app().await;
    let (ada, ben, cora, dan) =
        (app.lifter("ada").await, app.lifter("ben").await, app.lifter("cora").await, app.lifter("dan").await);
    let (id, code) = found(&ada, "Iron").await;
    let path = format!("/guilds/{id}/requests");
    for lifter in [&ben, &cora, &ben] {
        lifter.post(&path, &Value::Null).await.expect(204);
    }
    assert_eq!(ben.get(&format!("/guilds/{id}")).await.expect(200)["has_asked"], true);
    ben.get(&path).await.problem(403);
    let page = ada.get(&format!("{path}?limit=1")).await.expect(200);
    assert_eq!(page["items"][0]["user"]["username"], "ben");
    let page = ada.get(&format!("{path}?limit=1&after={}", page["next"].as_str().unwrap())).await.expect(200);
    assert_eq!((&page["items"][0]["user"]["username"], &page["next"]), (&json!("cora"), &Value::Null));
    cora.post(&format!("{path}/{}/accept", ben.id), &Value::Null).await.problem(403);
    ada.post(&format!("{path}/{}/accept", ben.id), &Value::Null).await.expect(204);
    ada.post(&format!("{path}/{}/accept", ben.id), &Value::Null).await.problem(404);
    assert_eq!(ben.get("/guilds/me").await.expect(200)["id"], id.as_str());
    ben.delete(&format!("{path}/{}", cora.id)).await.problem(403);
    ada.delete(&format!("{path}/{}", cora.id)).await.expect(204);
    cora.get("/guilds/me").await.problem(404);
    // One's own is taken back, and whoever joins elsewhere asks no longer.
    cora.post(&path, &Value::Null).await.expect(204);
    cora.delete(&format!("{path}/{}", cora.id)).await.expect(204);
    cora.delete(&format!("{path}/{}", cora.id)).await.problem(404);
    dan.post(&path, &Value::Null).await.expect(204);
    found(&dan, "Steel").await;
    assert_eq!(ada.get(&path).await.expect(200)["items"], json!([]));
    ben.post(&path, &Value::Null).await.problem(409);
    // A guild is not there for those whom its owner has blocked.
    crate::blocks::block(&ada, &cora).await.expect(204);
    cora.post(&path, &Value::Null).await.problem(404);
    ada.post("/guilds/00000000-0000-0000-0000-000000000000/requests", &Value::Null).await.problem(404);
    // Five at once.
    let eve = app.lifter("eve").await;
    for number in 0..6 {
        let (other, _) = found(&app.lifter(&format!("owner{number}")).await, &format!("Guild {number}")).await;
        let answer = eve.post(&format!("/guilds/{other}/requests"), &Value::Null).await;
        assert_eq!(answer.status, if number < 5 { 204 } else { 409 }, "{answer:?}");
    }
    let _ = code;
}

#[tokio::test]
async fn an_owner_renames_passes_on_takes_out_and_deletes() {
    let app = spawn_app().await;
    let (ada, ben, cora) = (app.lifter("ada").await, app.lifter("ben").await, app.lifter("cora").await);
    let (id, code) = found(&ada, "Iron").await;
    join(&ben, &code).await;
    join(&cora, &code).await;
    let path = format!("/guilds/{id}");
    let guild = ada.patch(&path, &json!({ "name": "Steel" })).await.expect(200);
    assert_eq!(guild["name"], "Steel");
    ada.patch(&path, &json!({ "icon_url": "javascript:alert(1)" })).await.problem(422);
    assert_eq!(ada.patch(&path, &json!({ "icon_url": null })).await.expect(200)["icon_url"], Value::Null);
    assert!(ada.patch(&path, &json!({ "name": "x" })).await.problem(422).contains("name"));
    found(&app.lifter("dan").await, "Brass").await;
    ada.patch(&path, &json!({ "name": "brass" })).await.problem(409);
    for answer in [
        ben.patch(&path, &json!({ "name": "Mine" })).await,
        ben.delete(&path).await,
        ben.delete(&format!("{path}/members/{}", cora.id)).await,
        ben.send(ben.request("PUT", &format!("{path}/owner")).json(&json!({ "user_id": ben.id }))).await,
    ] {
        answer.problem(403);
    }
    let pass_to = async |who: &Lifter<'_>, id: &str| {
        who.send(who.request("PUT", &format!("{path}/owner")).json(&json!({ "user_id": id }))).await
    };
    pass_to(&ada, "00000000-0000-0000-0000-000000000000").await.problem(404);
    assert_eq!(ada.get("/guilds").await.expect(200)[0]["owner_id"], ada.id.as_str(), "nothing changed");
    pass_to(&ada, &cora.id).await.expect(204);
    assert_eq!(
        (ada.get("/guilds").await.expect(200), cora.get("/guilds/me").await.expect(200)["is_owner"].clone()),
        (json!([]), json!(true))
    );
    cora.delete(&format!("{path}/members/{}", ada.id)).await.expect(204);
    cora.delete(&format!("{path}/members/{}", ada.id)).await.problem(404);
    // An owner who leaves passes it to whoever has been in it for longest.
    join(&ada, cora.get("/guilds/me").await.expect(200)["code"].as_str().unwrap()).await;
    cora.delete(&format!("{path}/members/{}", cora.id)).await.expect(204);
    assert_eq!(ben.get("/guilds/me").await.expect(200)["is_owner"], true);
    ben.delete(&path).await.expect(204);
    ben.get(&path).await.problem(404);
    ada.get("/guilds/me").await.problem(404);
    assert_eq!(app.database.count("SELECT count(*) FROM guild_members").await, 1);
}

#[tokio::test]
async fn a_deleted_owner_leaves_the_guild_to_the_longest_member_and_the_last_takes_it_along() {
    let app = spawn_app().await;
    let mut lifters = vec![strong(&app, "ada", 100.0, true).await, strong(&app, "ben", 90.0, true).await];
    lifters.push(app.lifter("cora").await);
    let (id, code) = found(&lifters[0], "Iron").await;
    for lifter in &lifters[1..] {
        join(lifter, &code).await;
    }
    let before = lifters[2].get("/guilds/me").await.expect(200);
    lifters.remove(0).delete("/users/me").await.expect(204);
    let after = lifters[1].get("/guilds/me").await.expect(200);
    assert_eq!(
        (&after["owner_id"], &after["members"], &after["counted"]),
        (&json!(lifters[0].id), &json!(2), &json!(1))
    );
    assert!(after["points"].as_f64().unwrap() < before["points"].as_f64().unwrap());
    lifters.remove(0).delete("/users/me").await.expect(204);
    let last = lifters.remove(0);
    assert_eq!(last.get("/guilds/me").await.expect(200)["is_owner"], true);
    last.delete("/users/me").await.expect(204);
    assert_eq!(app.database.count("SELECT count(*) FROM guilds").await, 0);
    // Both at once: nothing dangles.
    for round in 0..4 {
        let (dan, eve) = (app.lifter(&format!("dan{round}")).await, app.lifter(&format!("eve{round}")).await);
        let (_, code) = found(&dan, &format!("Both {round}")).await;
        join(&eve, &code).await;
        for answer in join_all([&dan, &eve].map(|who| who.delete("/users/me"))).await {
            assert!([204, 503].contains(&answer.status), "{answer:?}");
        }
        let dangling = "SELECT count(*) FROM guilds g
                        WHERE (SELECT count(*) FROM guild_members m WHERE m.guild_id = g.id AND m.is_owner) <> 1";
        assert_eq!(app.database.count(dangling).await, 0);
    }
    let _ = id;
}

#[tokio::test]
async fn of_two_who_take_the_last_place_at_once_one_is_in() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let (id, code) = found(&ada, "Iron").await;
    let fill = format!(
        "INSERT INTO users (id, email, username, password_hash)
         SELECT gen_random_uuid(), n || '@example.org', 'fill' || n, '!' FROM generate_series(1, 48) n;
         INSERT INTO guild_members (user_id, guild_id) SELECT id, '{id}' FROM users WHERE username LIKE 'fill%'"
    );
    app.database.connect().await.batch_execute(&fill).await.unwrap();
    let mut lifters = Vec::new();
    for number in 0..4 {
        lifters.push(app.lifter(&format!("ben{number}")).await);
    }
    let body = json!({ "code": code });
    let answers = join_all(lifters.iter().map(|lifter| lifter.post("/guilds/join", &body))).await;
    let of = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((of(200), of(409)), (1, 3), "{answers:?}");
    assert!(answers.iter().filter(|answer| answer.status == 409).all(|answer| answer.text.contains("full")));
    assert_eq!(ada.get("/guilds/me").await.expect(200)["members"], 50);
    assert_eq!(app.database.count("SELECT count(*) FROM guild_members").await, 50);
    // One lifter into two guilds at once is in one; of two guilds of a name at once there is one.
    let (dan, eve, cora) = (app.lifter("dan").await, app.lifter("eve").await, app.lifter("cora").await);
    let codes = [found(&dan, "Steel").await.1, found(&eve, "Brass").await.1];
    let bodies = codes.map(|code| json!({ "code": code }));
    let answers = join_all(bodies.iter().map(|body| cora.post("/guilds/join", body))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let name = json!({ "name": "The same" });
    let (fay, gus) = (app.lifter("fay").await, app.lifter("gus").await);
    let answers = join_all([&fay, &gus].map(|who| who.post("/guilds", &name))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}
