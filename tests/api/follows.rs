//! `/users/{id}/follow`, `relationship`, `followers`, `following`, `friends`.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, App, Lifter, spawn_app};

pub async fn follow(who: &Lifter<'_>, whom: &Lifter<'_>) {
    who.post(&format!("/users/{}/follow", whom.id), &Value::Null).await.expect(204);
}

/// The usernames of a list, and its total.
pub fn names(list: &Value) -> (Vec<&str>, u64) {
    let items = list["items"].as_array().unwrap();
    (items.iter().map(|item| item["username"].as_str().unwrap()).collect(), list["total"].as_u64().unwrap())
}

async fn list(who: &Lifter<'_>, whom: &Lifter<'_>, kind: &str) -> Value {
    who.get(&format!("/users/{}/{kind}", whom.id)).await.expect(200)
}

#[tokio::test]
async fn following_twice_is_following_once_and_so_is_unfollowing() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    for _ in 0..2 {
        let answer = ada.send(ada.request("POST", &format!("/users/{}/follow", ben.id))).await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    }
    assert_eq!(names(&list(&ada, &ben, "followers").await), (vec!["ada"], 1));
    assert_eq!(names(&list(&ben, &ada, "following").await), (vec!["ben"], 1));
    assert_eq!(names(&list(&ada, &ada, "friends").await), (vec![], 0));
    follow(&ben, &ada).await;
    assert_eq!(names(&list(&ada, &ada, "friends").await), (vec!["ben"], 1));
    for _ in 0..2 {
        ada.delete(&format!("/users/{}/follow", ben.id)).await.expect(204);
    }
    assert_eq!(names(&list(&ada, &ben, "followers").await), (vec![], 0));
}

#[tokio::test]
async fn a_relationship_and_a_list_have_the_fields_that_existing_clients_read() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    follow(&ada, &ben).await;
    let expected = json!({ "id": ben.id, "username": "ben", "display_name": "ben", "avatar_url": null,
        "is_following": true, "is_followed_by": false, "is_friend": false, "is_self": false });
    let mut relationship = expected.clone();
    relationship["is_blocked"] = json!(false);
    assert_eq!(ada.get(&format!("/users/{}/relationship", ben.id)).await.expect(200), relationship);
    let list = ada.get(&format!("/users/{}/following/", ada.id)).await.expect(200);
    assert_eq!(list, json!({ "items": [expected], "count": 1, "total": 1, "offset": 0, "next_offset": null }));
    let own = ada.get(&format!("/users/{}/relationship", ada.id)).await.expect(200);
    assert_eq!(
        (&own["is_self"], &own["is_following"], &own["is_friend"]),
        (&json!(true), &json!(false), &json!(false))
    );
    follow(&ben, &ada).await;
    let both = ada.get(&format!("/users/{}/relationship", ben.id)).await.expect(200);
    assert_eq!(
        (&both["is_following"], &both["is_followed_by"], &both["is_friend"]),
        (&json!(true), &json!(true), &json!(true))
    );
}

#[tokio::test]
async fn refusals_come_in_the_order_of_the_contract() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let nobody = "00000000-0000-0000-0000-000000000000";
    app.post(&format!("/users/{nobody}/follow"), &Value::Null).await.problem(401);
    ada.post(&format!("/users/{}/follow", ada.id), &Value::Null).await.problem(409);
    ada.post(&format!("/users/{nobody}/follow"), &Value::Null).await.problem(404);
    ada.delete(&format!("/users/{}/follow", ada.id)).await.expect(204);
    ada.delete(&format!("/users/{nobody}/follow")).await.problem(404);
    for kind in ["relationship", "followers", "following", "friends"] {
        ada.get(&format!("/users/{nobody}/{kind}")).await.problem(404);
        ada.get(&format!("/users/x/{kind}")).await.problem(422);
        app.get(&format!("/users/{nobody}/{kind}")).await.problem(401);
        // A name that a route takes belongs to nobody.
        app.get(&format!("/users/username/{kind}")).await.problem(404);
    }
    for page in ["limit=0", "limit=101", "offset=-1", "limit=x"] {
        ada.get(&format!("/users/{}/followers?{page}", ada.id)).await.problem(422);
    }
}

#[tokio::test]
async fn the_61st_call_of_an_hour_is_refused_and_not_counted() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let path = format!("/users/{}/follow", ben.id);
    // All at once: not one too many.
    let calls =
        (0..70).map(|number| if number % 2 == 0 { ada.request("POST", &path) } else { ada.request("DELETE", &path) });
    let answers: Vec<Answer> = join_all(calls.map(|call| ada.send(call))).await;
    let of = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((of(204), of(429)), (60, 10));
    let answer = ada.delete(&path).await;
    let wait: u32 = answer.header("retry-after").parse().unwrap();
    assert!((3_400..=3_600).contains(&wait), "{wait}");
    assert!(answer.problem(429).contains("60 times"));
    // What is refused for another reason is told so.
    ada.post(&format!("/users/{}/follow", ada.id), &Value::Null).await.problem(409);
    ada.post("/users/00000000-0000-0000-0000-000000000000/follow", &Value::Null).await.problem(404);
    // An hour after the first call there is room for one again.
    let age = "UPDATE follow_calls SET called_at[1] = called_at[1] - interval '1 hour'";
    app.database.connect().await.execute(age, &[]).await.unwrap();
    ada.post(&path, &Value::Null).await.expect(204);
    ada.post(&path, &Value::Null).await.problem(429);
    ben.post(&format!("/users/{}/follow", ada.id), &Value::Null).await.expect(204);
}

#[tokio::test]
async fn of_many_who_follow_at_once_each_is_there_once() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let (there, back) = (format!("/users/{}/follow", ben.id), format!("/users/{}/follow", ada.id));
    let answers = join_all(
        (0..20).flat_map(|_| [ada.request("POST", &there), ben.request("POST", &back)]).map(|call| ada.send(call)),
    );
    assert!(answers.await.iter().all(|answer| answer.status == 204));
    assert_eq!(app.database.count("SELECT count(*) FROM follows").await, 2);
    // Following somebody who is just leaving finds them or does not.
    for round in 0..4 {
        let leaving = app.lifter(&format!("leaving{round}")).await;
        let path = format!("/users/{}/follow", leaving.id);
        let follows = join_all((0..6).map(|_| ada.post(&path, &Value::Null)));
        let (answers, gone) = futures_util::future::join(follows, leaving.delete("/users/me")).await;
        assert!(answers.iter().all(|answer| [204, 404].contains(&answer.status)), "{answers:?}");
        gone.expect(204);
    }
    assert_eq!(app.database.count("SELECT count(*) FROM follows").await, 2);
}

#[tokio::test]
async fn lists_are_newest_first_and_page_by_page_the_whole() {
    let app = spawn_app().await;
    let star = app.lifter("star").await;
    let mut fans = Vec::new();
    for number in 0..7 {
        let fan = app.lifter(&format!("fan{number}")).await;
        follow(&fan, &star).await;
        fans.push(fan);
    }
    for fan in [&fans[5], &fans[0], &fans[3]] {
        follow(&star, fan).await;
    }
    let (mut offset, mut seen) = (0, Vec::new());
    loop {
        let page = star.get(&format!("/users/{}/followers?limit=3&offset={offset}", star.id)).await.expect(200);
        assert_eq!((page["total"].as_u64(), page["offset"].as_u64()), (Some(7), Some(offset)));
        seen.extend(names(&page).0.into_iter().map(str::to_owned));
        let Some(next) = page["next_offset"].as_u64() else { break };
        offset = next;
    }
    assert_eq!(seen, ["fan6", "fan5", "fan4", "fan3", "fan2", "fan1", "fan0"]);
    let beyond = star.get(&format!("/users/{}/followers?offset=100", star.id)).await.expect(200);
    assert_eq!(beyond, json!({ "items": [], "count": 0, "total": 7, "offset": 100, "next_offset": null }));
    // Friends by one's own edge, whoever looks.
    let friends = list(&fans[1], &star, "friends").await;
    assert_eq!(names(&friends), (vec!["fan3", "fan0", "fan5"], 3));
}

#[tokio::test]
async fn whoever_hides_is_in_no_list_and_in_no_total() {
    let app = spawn_app().await;
    let (ada, ben, cora) = (app.lifter("ada").await, app.lifter("ben").await, app.lifter("cora").await);
    for (who, whom) in [(&ada, &ben), (&cora, &ben), (&ben, &ada), (&ben, &cora)] {
        follow(who, whom).await;
    }
    let all = async |app: &App| {
        let _ = app;
        let lists = ["followers", "following", "friends"];
        join_all(lists.map(async |kind| list(&ada, &ben, kind).await["total"].as_u64().unwrap())).await
    };
    assert_eq!(all(&app).await, [2, 2, 2]);
    cora.patch("/users/me", &json!({ "is_private": true })).await.expect(200);
    assert_eq!(all(&app).await, [1, 1, 1]);
    assert_eq!(names(&list(&ada, &ben, "followers").await), (vec!["ada"], 1));
    ada.get(&format!("/users/{}/relationship", cora.id)).await.problem(404);
    ada.get(&format!("/users/{}/followers", cora.id)).await.problem(404);
    ada.post(&format!("/users/{}/follow", cora.id), &Value::Null).await.problem(404);
    assert_eq!(list(&cora, &cora, "following").await["total"], 1);
    // Whoever followed before can still stop.
    ben.delete(&format!("/users/{}/follow", cora.id)).await.expect(204);
    ada.delete(&format!("/users/{}/follow", cora.id)).await.problem(404);
    cora.patch("/users/me", &json!({ "is_private": false })).await.expect(200);
    assert_eq!(all(&app).await, [2, 1, 1]);
    app.database
        .connect()
        .await
        .execute("UPDATE users SET is_active = false WHERE username = 'cora'", &[])
        .await
        .unwrap();
    assert_eq!(all(&app).await, [1, 1, 1]);
}

#[tokio::test]
async fn the_export_holds_ones_own_edges_reports_and_guild() {
    let app = spawn_app().await;
    let (ada, ben, cora) = (app.lifter("ada").await, app.lifter("ben").await, app.lifter("cora").await);
    follow(&ada, &ben).await;
    follow(&ben, &ada).await;
    follow(&ben, &cora).await;
    crate::blocks::block(&ada, &cora).await.expect(204);
    crate::blocks::block(&cora, &ben).await.expect(204);
    for (who, whom) in [(&ada, &cora), (&cora, &ada)] {
        who.post(&format!("/users/{}/reports", whom.id), &json!({ "reason": "spam" })).await.expect(201);
    }
    ada.post("/guilds", &json!({ "name": "Iron" })).await.expect(201);
    let export = ada.get("/users/me/export").await.expect(200);
    let length = |section: &str| export[section].as_array().unwrap().len();
    let sections = ["follows", "follow_calls", "blocks", "reports", "guild_members", "guild_requests", "lookup_names"];
    assert_eq!(sections.map(length), [2, 1, 1, 1, 1, 0, 1]);
    assert_eq!(
        (&export["blocks"][0]["blocked_id"], &export["reports"][0]["user_id"], &export["guild_members"][0]["name"]),
        (&json!(cora.id), &json!(cora.id), &json!("Iron"))
    );
}

#[tokio::test]
async fn of_whom_everybody_follows_ten_thousand_are_listed() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let everybody = format!(
        "INSERT INTO users (id, username, email, password_hash)
         SELECT md5(n::text)::uuid, 'fan-' || n, 'fan-' || n || '@example.org', '!' FROM generate_series(1, 10010) AS n;
         INSERT INTO follows (follower_id, followee_id, created_at)
         SELECT md5(n::text)::uuid, '{}', now() - make_interval(secs => n) FROM generate_series(1, 10010) AS n",
        ada.id
    );
    app.database.connect().await.batch_execute(&everybody).await.unwrap();
    let page = ben.get(&format!("/users/{}/followers?offset=9998&limit=10", ada.id)).await.expect(200);
    assert_eq!(names(&page), (vec!["fan-9999", "fan-10000"], 10_000));
    assert_eq!(page["next_offset"], Value::Null);
    let first = list(&ben, &ada, "followers").await;
    assert_eq!(names(&first).0[0], "fan-1");
}
