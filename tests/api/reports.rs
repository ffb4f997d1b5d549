//! `/users/{id}/reports`, `/moderation/reports`.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{App, Lifter, spawn_app};

async fn moderator<'a>(app: &'a App, name: &str) -> Lifter<'a> {
    let lifter = app.lifter(name).await;
    let promote = "UPDATE users SET role = 'moderator' WHERE username = $1";
    app.database.connect().await.execute(promote, &[&name]).await.unwrap();
    lifter
}

async fn open(who: &Lifter<'_>) -> Vec<Value> {
    who.get("/moderation/reports").await.expect(200)["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_report_goes_to_moderators_who_close_it_and_its_maker_reads_what_came_of_it() {
    let app = spawn_app().await;
    let (ada, ben, mod_eve) = (app.lifter("ada").await, app.lifter("ben").await, moderator(&app, "eve").await);
    let path = format!("/users/{}/reports", ben.id);
    let body = json!({ "reason": "false_lifts", "note": "500 kg\nat 60 kg?" });
    let id = ada.post(&path, &body).await.expect(201)["id"].as_str().unwrap().to_owned();
    assert!(ada.post(&path, &body).await.problem(409).contains("already"));
    ada.get("/moderation/reports").await.problem(403);
    let reports = open(&mod_eve).await;
    assert_eq!(reports.len(), 1);
    let mut report = reports[0].clone();
    assert!(report.as_object_mut().unwrap().remove("created_at").unwrap().is_string());
    assert_eq!(
        report,
        json!({ "id": id, "reporter": { "id": ada.id, "username": "ada" }, "user": { "id": ben.id, "username": "ben" },
                "reason": "false_lifts", "note": "500 kg\nat 60 kg?", "closed_at": null, "closed_by": null, "outcome": null })
    );
    let close = format!("/moderation/reports/{id}/close");
    ada.post(&close, &json!({ "outcome": "mine" })).await.problem(403);
    mod_eve.post(&close, &json!({ "outcome": "" })).await.problem(422);
    mod_eve.post(&close, &json!({ "outcome": "The lift was voided." })).await.expect(204);
    mod_eve.post(&close, &json!({ "outcome": "again" })).await.problem(409);
    assert!(open(&mod_eve).await.is_empty());
    let closed = mod_eve.get("/moderation/reports?closed=true").await.expect(200);
    assert_eq!(
        (&closed["items"][0]["outcome"], &closed["items"][0]["closed_by"]),
        (&json!("The lift was voided."), &json!("eve"))
    );
    let audit = ada.get("/users/me/audit").await.expect(200).to_string();
    assert!(audit.contains("report_closed") && audit.contains("The lift was voided.") && audit.contains("reported"));
    // Whoever is reported is told nothing.
    let audit = ben.get("/users/me/audit").await.expect(200).to_string();
    assert!(!audit.contains("report"), "{audit}");
    // What is closed may be told anew.
    ada.post(&path, &body).await.expect(201);
}

#[tokio::test]
async fn a_report_needs_a_reason_and_somebody_else() {
    let app = spawn_app().await;
    let (ada, ben, cora) = (app.lifter("ada").await, app.lifter("ben").await, app.lifter("cora").await);
    let path = format!("/users/{}/reports", ben.id);
    for (body, field) in [
        (json!({}), "reason"),
        (json!({ "reason": "boring" }), "reason"),
        (json!({ "reason": "spam", "note": "x".repeat(1001) }), "note"),
        (json!({ "reason": "spam", "note": "a\u{0}b" }), "note"),
    ] {
        assert!(ada.post(&path, &body).await.problem(422).contains(field), "{body}");
    }
    let spam = json!({ "reason": "spam" });
    ada.post(&format!("/users/{}/reports", ada.id), &spam).await.problem(409);
    ada.post("/users/00000000-0000-0000-0000-000000000000/reports", &spam).await.problem(404);
    app.post(&path, &spam).await.problem(401);
    cora.patch("/users/me", &json!({ "is_private": true })).await.expect(200);
    ada.post(&format!("/users/{}/reports", cora.id), &spam).await.problem(404);
    // Blocking somebody does not keep them from being reported, nor being blocked.
    crate::blocks::block(&ben, &ada).await.expect(204);
    ada.post(&path, &spam).await.expect(201);
}

#[tokio::test]
async fn of_ten_reports_at_once_one_is_open_and_of_twenty_one_twenty() {
    let app = spawn_app().await;
    let (ada, ben) = (app.lifter("ada").await, app.lifter("ben").await);
    let (path, spam) = (format!("/users/{}/reports", ben.id), json!({ "reason": "spam" }));
    let answers = join_all((0..10).map(|_| ada.post(&path, &spam))).await;
    let of = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((of(201), of(409)), (1, 9));
    for number in 0..20 {
        let other = app.lifter(&format!("other{number}")).await;
        let answer = ada.post(&format!("/users/{}/reports", other.id), &spam).await;
        match number < 19 {
            true => drop(answer.expect(201)),
            false => assert!(answer.problem(409).contains("20 reports")),
        }
    }
}

#[tokio::test]
async fn a_moderator_does_not_close_a_report_of_themselves_and_pages_are_the_whole() {
    let app = spawn_app().await;
    let (eve, max) = (moderator(&app, "eve").await, moderator(&app, "max").await);
    for number in 0..5 {
        let ada = app.lifter(&format!("ada{number}")).await;
        ada.post(&format!("/users/{}/reports", eve.id), &json!({ "reason": "harassment" })).await.expect(201);
    }
    let reports = open(&max).await;
    let close = |report: &Value| format!("/moderation/reports/{}/close", report["id"].as_str().unwrap());
    eve.post(&close(&reports[0]), &json!({ "outcome": "nothing" })).await.problem(403);
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let page = max.get(&format!("/moderation/reports?limit=2{after}")).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, reports);
    let makers: Vec<_> = reports.iter().map(|report| report["reporter"]["username"].as_str().unwrap()).collect();
    assert_eq!(makers, ["ada0", "ada1", "ada2", "ada3", "ada4"], "the oldest first");
    // Of two who close at once one does.
    let admin = moderator(&app, "third").await;
    let body = json!({ "outcome": "read" });
    let path = close(&reports[0]);
    let answers = join_all([&max, &admin].map(|who| who.post(&path, &body))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
    max.post("/moderation/reports/00000000-0000-0000-0000-000000000000/close", &body).await.problem(404);
    max.get("/moderation/reports?after=x").await.problem(422);
}
