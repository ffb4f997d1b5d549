//! `/users/{id}/block`, `/users/me/blocks`.

use futures_util::future::join;
use serde_json::{Value, json};

use crate::feed::feed;
use crate::follows::{follow, names};
use crate::support::{Answer, Lifter, spawn_app};

pub async fn block(who: &Lifter<'_>, whom: &Lifter<'_>) -> Answer {
    who.send(who.request("PUT", &format!("/users/{}/block", whom.id))).await
}

#[tokio::test]
async fn a_block_ends_what_two_were_to_each_other_and_neither_finds_the_other() {
    let app = spawn_app().await;
    let (ada, ben, cora) = (app.lifter("ada").await, app.lifter("ben").await, app.lifter("cora").await);
    for (who, whom) in [(&ada, &ben), (&ben, &ada), (&cora, &ada), (&cora, &ben)] {
        follow(who, whom).await;
    }
    for lifter in [&ada, &ben] {
        lifter.lift("barbell_curl", 40.0, 5).await;
    }
    assert_eq!((feed(&ada).await.len(), feed(&ben).await.len()), (2, 2));
    for _ in 0..2 {
        assert_eq!(block(&ada, &ben).await.expect(204), Value::Null);
    }
    assert_eq!((feed(&ada).await.len(), feed(&ben).await.len()), (1, 1));
    for (who, whom) in [(&ada, &ben), (&ben, &ada)] {
        // As if there were nobody of this id.
        let detail = who.post(&format!("/users/{}/follow", whom.id), &Value::Null).await.problem(404);
        let nobody = "/users/00000000-0000-0000-0000-000000000000/follow";
        assert_eq!(detail, who.post(nobody, &Value::Null).await.problem(404));
        who.get(&format!("/users/{}/followers", whom.id)).await.problem(404);
        assert!(!names(&who.get("/users/lookup?q=a").await.expect(200)).0.contains(&"ada"));
        for text in ["ada", "ben", "be"] {
            assert_eq!(names(&who.get(&format!("/users/lookup?q={text}")).await.expect(200)), (vec![], 0), "{text}");
        }
        let of = who.get(&format!("/feed?user_id={}", whom.id)).await.expect(200);
        assert_eq!(of["items"], json!([]));
        let followed = who.get(&format!("/users/{}/following", cora.id)).await.expect(200);
        assert_eq!(names(&followed).1, 1);
    }
    // Whoever blocked is offered to take it back; whoever was blocked learns nothing.
    let relationship =
        async |who: &Lifter<'_>, whom: &Lifter<'_>| who.get(&format!("/users/{}/relationship", whom.id)).await;
    let own = relationship(&ada, &ben).await.expect(200);
    assert_eq!(
        (&own["is_blocked"], &own["is_following"], &own["username"]),
        (&json!(true), &json!(false), &json!("ben"))
    );
    relationship(&ben, &ada).await.problem(404);
    assert_eq!(relationship(&cora, &ben).await.expect(200)["is_blocked"], false);
    // Also while both block each other: what the other one did is not told.
    block(&ben, &ada).await;
    assert_eq!(relationship(&ada, &ben).await.expect(200), own);
    ben.delete(&format!("/users/{}/block", ada.id)).await.expect(204);
    relationship(&ben, &ada).await.problem(404);
    // Others see no difference.
    assert_eq!(names(&cora.get("/users/lookup?q=ben").await.expect(200)).1, 1);
    let blocks = ada.get("/users/me/blocks").await.expect(200);
    assert_eq!(
        (&blocks["items"][0]["username"], &blocks["items"][1], &blocks["next"]),
        (&json!("ben"), &Value::Null, &Value::Null)
    );
    assert_eq!(ben.get("/users/me/blocks").await.expect(200)["items"], json!([]), "nobody is told");
    for _ in 0..2 {
        ada.delete(&format!("/users/{}/block", ben.id)).await.expect(204);
    }
    follow(&ben, &ada).await;
    assert_eq!(names(&ada.get(&format!("/users/{}/following", ada.id)).await.expect(200)), (vec![], 0));
}

#[tokio::test]
async fn what_cannot_be_blocked_is_refused() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    block(&ada, &ada).await.problem(409);
    let nobody = Lifter::new(&app, "00000000-0000-0000-0000-000000000000", "");
    block(&ada, &nobody).await.problem(404);
    ada.delete(&format!("/users/{}/block", nobody.id)).await.problem(404);
    block(&nobody, &ada).await.problem(401);
    ada.send(ada.request("PUT", "/users/x/block")).await.problem(422);
    ada.get("/users/me/blocks?after=x").await.problem(422);
}

#[tokio::test]
async fn of_a_block_and_a_follow_at_once_no_edge_is_left() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    for _ in 0..15 {
        let path = format!("/users/{}/follow", ada.id);
        let (followed, blocked) = join(ben.post(&path, &Value::Null), block(&ada, &ben)).await;
        assert!([204, 404].contains(&followed.status), "{followed:?}");
        blocked.expect(204);
        assert_eq!(app.database.count("SELECT count(*) FROM follows").await, 0);
        ada.delete(&format!("/users/{}/block", ben.id)).await.expect(204);
    }
}

#[tokio::test]
async fn blocks_come_page_by_page() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    for number in 0..5 {
        block(&ada, &app.lifter(&format!("ben{number}")).await).await.expect(204);
    }
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let page = ada.get(&format!("/users/me/blocks?limit=2{after}")).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["username"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, ["ben0", "ben1", "ben2", "ben3", "ben4"]);
}
