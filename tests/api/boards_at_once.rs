//! Places that are answered before a route is looked for: as any other, and charged like any other.

use futures_util::future::join_all;

use crate::support::{Answer, App, Lifter, Options, send, spawn_app_with};

async fn somebody_on_a_live_board(app: &App) -> Lifter<'_> {
    let ada = app.lifter("ada").await;
    ada.lift("back_squat", 100.0, 1).await;
    app.eventually(async || {
        let figures = reqwest::get(format!("{}/metrics", app.ops)).await.unwrap().text().await.unwrap();
        figures.contains("repduel_boards_live 1")
    })
    .await;
    ada
}

/// What an answer is made of, but for what differs from one to the next.
fn parts(answer: Answer) -> (u16, Vec<(String, String)>, String) {
    let sorted = |value: &str| {
        let mut words: Vec<_> = value.split(", ").collect();
        words.sort_unstable();
        words.join(", ")
    };
    let own = ["date", "x-request-id"];
    let others = answer.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let mut headers: Vec<_> = others.map(|(name, value)| (name.to_string(), sorted(value.to_str().unwrap()))).collect();
    headers.sort();
    (answer.status, headers, answer.text)
}

#[tokio::test]
async fn a_place_that_is_answered_at_once_is_answered_like_any_other() {
    let app = spawn_app_with(Options {
        settings: vec![("FRONTEND_ORIGINS", r#"["https://lift.example.org"]"#.into())],
        ..Options::default()
    })
    .await;
    let ada = somebody_on_a_live_board(&app).await;
    let path = format!("/boards/back_squat/users/{}", ada.id);
    let (fast, usual) = (app.get(&path).await, app.get(&format!("{path}?basis=single")).await);
    assert_eq!(fast.header("x-request-id").len(), 36);
    let (fast, usual) = (parts(fast), parts(usual));
    assert_eq!((fast.0, &fast), (200, &usual));
    assert_eq!(parts(app.get(&format!("{path}/")).await), usual);
    let ben = app.lifter("ben").await;
    let (status, mut headers, text) = parts(ben.get(&path).await);
    headers.retain(|(name, _)| name != "cache-control");
    assert_eq!((status, headers, text), usual, "somebody who is signed in");

    let with_id = send(app.request("GET", &path).header("x-request-id", "the-proxy.s-own")).await;
    assert_eq!(with_id.header("x-request-id"), "the-proxy.s-own");
    assert!(app.log_line("the-proxy.s-own").await.contains("/api/v1/boards/{board}/users/{user_id}"));
    let from_elsewhere = send(app.request("GET", &path).header("origin", "https://lift.example.org")).await;
    assert_eq!(from_elsewhere.header("access-control-allow-origin"), "https://lift.example.org");
    assert_eq!(from_elsewhere.text, fast.2);
    let refused = send(app.request("GET", &path).header("authorization", "Bearer rd_unknown")).await;
    let refused_usually =
        send(app.request("GET", &format!("{path}?basis=single")).header("authorization", "Bearer rd_unknown")).await;
    assert_eq!(refused.status, refused_usually.status);
    let counted =
        r#"repduel_http_requests_total{method="GET",route="/api/v1/boards/{board}/users/{user_id}",status="200"}"#;
    let figures = reqwest::get(format!("{}/metrics", app.ops)).await.unwrap().text().await.unwrap();
    let number = figures.lines().find_map(|line| line.strip_prefix(counted)).unwrap().trim();
    assert!(number.parse::<f64>().unwrap() >= 6.0, "{number}");
}

#[tokio::test]
async fn a_place_that_is_answered_at_once_is_charged() {
    let app = spawn_app_with(Options {
        settings: vec![("RATE_LIMIT_ANONYMOUS", "1/s:20".into()), ("RATE_LIMIT_USER", "off".into())],
        ..Options::default()
    })
    .await;
    let ada = somebody_on_a_live_board(&app).await;
    let path = format!("/boards/back_squat/users/{}", ada.id);
    // All at once, so that little of the limit comes back meanwhile.
    let statuses: Vec<_> = join_all((0..60).map(|_| app.get(&path))).await.iter().map(|answer| answer.status).collect();
    let good = statuses.iter().filter(|status| **status == 200).count();
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert!(good > 0 && good < 60 && good + refused == 60, "{statuses:?}");
}
