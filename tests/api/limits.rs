//! What one client may ask for, and when it is told to wait.

use futures_util::future::join_all;
use reqwest::RequestBuilder;
use serde_json::json;

use crate::support::{Answer, App, Lifter, Options, spawn_app_with};

async fn limited_app(others: &[(&'static str, &str)]) -> App {
    let mut settings: Vec<(&'static str, String)> = vec![
        ("RATE_LIMIT_ANONYMOUS", "10/s:20".into()),
        ("RATE_LIMIT_USER", "40/s:120".into()),
        ("RATE_LIMIT_AUTH", "1/s:5".into()),
    ];
    settings.extend(others.iter().map(|(name, value)| (*name, (*value).to_owned())));
    spawn_app_with(Options { settings, ..Options::default() }).await
}

async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

fn from(app: &App, method: &str, path: &str, address: &str) -> RequestBuilder {
    app.request(method, path).header("x-forwarded-for", address)
}

/// How many of so many requests at once are let through; the rest must say when to come again.
async fn passed(requests: Vec<RequestBuilder>) -> usize {
    let answers = join_all(requests.into_iter().map(send)).await;
    let mut passed = 0;
    for answer in answers {
        if answer.status == 429 {
            for header in ["retry-after", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"] {
                assert!(answer.header(header).parse::<u32>().is_ok(), "{header}: {answer:?}");
            }
            answer.problem(429);
        } else {
            passed += 1;
        }
    }
    passed
}

#[tokio::test]
async fn strangers_share_the_limit_of_their_address() {
    let app = limited_app(&[]).await;
    let burst = |address: &'static str| (0..60).map(|_| from(&app, "GET", "/energy/leaderboard", address)).collect();
    let through = passed(burst("192.0.2.1")).await;
    assert!((20..=45).contains(&through), "{through}");
    assert!(passed(vec![from(&app, "GET", "/energy/leaderboard", "192.0.2.2")]).await == 1, "others are not touched");
    // An escaped letter leads to the same route and the same limit.
    assert!(passed((0..60).map(|_| from(&app, "GET", "/energy/%6ceaderboard", "192.0.2.3")).collect()).await <= 45);
}

#[tokio::test]
async fn public_reads_that_caches_keep_have_no_limit() {
    let app = limited_app(&[]).await;
    for path in ["/scenarios/", "/scenarios/back_squat/details", "/standards/80?gender=male", "/health", "/api/v1/site"]
    {
        let limit = if path == "/api/v1/site" { 45 } else { 60 };
        let through = passed((0..60).map(|_| from(&app, "GET", path, "192.0.2.1")).collect()).await;
        assert!(if limit == 60 { through == 60 } else { through <= limit }, "{path}: {through}");
    }
}

#[tokio::test]
async fn a_user_has_a_limit_of_their_own_wherever_they_are() {
    let app = limited_app(&[]).await;
    let ada = app.lifter("ada").await;
    let burst =
        (0..200).map(|number| ada.request("GET", "/users/me").header("x-forwarded-for", format!("192.0.2.{number}")));
    let through = passed(burst.collect()).await;
    assert!((120..=360).contains(&through), "{through}");
}

#[tokio::test]
async fn logins_are_limited_by_account_and_by_address() {
    let app = limited_app(&[("PASSWORD_QUEUE", "1000")]).await;
    let login = |name: &str, address: String| {
        let body = json!({ "email": format!("{name}@example.org"), "password": "wrong" });
        from(&app, "POST", "/auth/login", &address).json(&body)
    };
    // One account from many addresses.
    let through = passed((0..20).map(|number| login("ada", format!("192.0.2.{number}"))).collect()).await;
    assert!((5..=15).contains(&through), "{through}");
    // Many accounts from one address.
    let through = passed((0..40).map(|number| login(&format!("u{number}"), "198.51.100.1".into())).collect()).await;
    assert!((20..=35).contains(&through), "{through}");
}

#[tokio::test]
async fn five_failures_pause_one_account_at_one_address() {
    let app = limited_app(&[("RATE_LIMIT_AUTH", "1000/s:1000")]).await;
    app.lifter("ada").await;
    let login = |password: &str, address: &str| {
        let body = json!({ "email": "ada@example.org", "password": password });
        send(from(&app, "POST", "/auth/login", address).json(&body))
    };
    for _ in 0..5 {
        login("wrong", "192.0.2.1").await.problem(401);
    }
    let paused = login("correct horse", "192.0.2.1").await;
    assert!((800..=900).contains(&paused.header("retry-after").parse::<u32>().unwrap()));
    paused.problem(429);
    login("correct horse", "192.0.2.2").await.expect(200);
}

#[tokio::test]
async fn off_turns_limits_and_pauses_off() {
    let app = limited_app(&[("RATE_LIMIT_AUTH", "off"), ("RATE_LIMIT_ANONYMOUS", "off")]).await;
    app.lifter("ada").await;
    for _ in 0..8 {
        app.post("/auth/login", &json!({ "email": "ada@example.org", "password": "wrong" })).await.problem(401);
    }
    app.post("/auth/login", &json!({ "email": "ada@example.org", "password": "correct horse" })).await.expect(200);
    assert_eq!(passed((0..60).map(|_| app.request("GET", "/energy/leaderboard")).collect()).await, 60);
}

#[tokio::test]
async fn a_gym_of_thirty_finishes_its_workouts_behind_one_address() {
    let app = limited_app(&[]).await;
    let mut lifters = Vec::new();
    for number in 0..30 {
        // They registered at home, one by one, and open the app here.
        let (name, home) = (format!("lifter{number}"), format!("203.0.113.{number}"));
        let account = json!({ "username": name, "email": format!("{name}@example.org"), "password": "correct horse" });
        let user = send(from(&app, "POST", "/users/", &home).json(&account)).await.expect(201);
        let form = [("username", format!("{name}@example.org")), ("password", "correct horse".into())];
        let token = send(from(&app, "POST", "/users/login", &home).form(&form)).await.expect(200);
        lifters.push(Lifter::new(&app, user["id"].as_str().unwrap(), token["access_token"].as_str().unwrap()));
    }
    let gym = "198.51.100.9";
    let workout = async |lifter: &Lifter<'_>| {
        let anonymous = async |path: &str| assert_eq!(send(from(&app, "GET", path, gym)).await.status, 200, "{path}");
        send(lifter.request("GET", "/users/me").header("x-forwarded-for", gym)).await.expect(200);
        for exercise in ["back_squat", "barbell_bench_press", "deadlift"] {
            anonymous(&format!("/scenarios/{exercise}/details")).await;
            anonymous("/standards/80?gender=male").await;
            for _ in 0..2 {
                let score = json!({ "weight_lifted": 100.0, "reps": 5, "sets": 1 });
                let request = lifter.request("POST", &format!("/scores/scenario/{exercise}/"));
                send(request.header("x-forwarded-for", gym).json(&score)).await.expect(200);
                anonymous(&format!("/ranks/get_rank_progress?scenario_id={exercise}&final_score=116&user_weight=80"))
                    .await;
            }
        }
        // The profile screen asks for everything at once.
        let screen = (0..63).map(|_| send(lifter.request("GET", "/users/me").header("x-forwarded-for", gym)));
        assert!(join_all(screen).await.iter().all(|answer| answer.status == 200));
    };
    join_all(lifters.iter().map(workout)).await;
}

#[tokio::test]
async fn a_stolen_token_does_not_let_its_thief_guess_the_password() {
    let app = limited_app(&[("RATE_LIMIT_AUTH", "1000/s:1000")]).await;
    let ada = app.lifter("ada").await;
    let guess = json!({ "password": "another horse", "current_password": "a guess" });
    for _ in 0..5 {
        ada.patch("/users/me", &guess).await.problem(403);
    }
    ada.patch("/users/me", &guess).await.problem(429);
    ada.send(ada.request("DELETE", "/users/me").json(&json!({ "password": "a guess" }))).await.problem(429);
    let tried = "SELECT count(*) FROM audit WHERE action = 'password_shown' AND result = 'refused'";
    assert_eq!(app.database.count(tried).await, 5);
}

#[tokio::test]
async fn whoever_asks_for_links_or_guesses_ids_uses_up_nobodys_logins() {
    let app = limited_app(&[("MAIL_FROM", "lift@example.org")]).await;
    let ada = app.lifter("ada").await;
    for number in 0..8 {
        let address = format!("192.0.2.{number}");
        let forgotten = from(&app, "POST", "/auth/forgot-password", &address);
        send(forgotten.json(&json!({ "email": "ada@example.org" }))).await;
        let login = json!({ "username": ada.id, "password": "a guess" });
        send(from(&app, "POST", "/auth/login", &address).json(&login)).await;
    }
    let login = json!({ "email": "ada@example.org", "password": "correct horse" });
    send(from(&app, "POST", "/auth/login", "198.51.100.1").json(&login)).await.expect(200);
    let setup = ada.request("POST", "/auth/second-factor").json(&json!({ "password": "correct horse" }));
    send(setup).await.expect(201);
}
