//! What is around every request: errors, ids, origins, limits, health, documents, figures.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Options, program, spawn_app, spawn_app_with, test_file};

#[tokio::test]
async fn unknown_routes_and_methods_are_problems() {
    let app = spawn_app().await;
    assert_eq!(app.get("/nothing/here").await.problem(404), "Not Found");
    assert_eq!(app.get("/api/v2/users").await.problem(404), "Not Found");
    let answer = app.post("/standards/80", &json!({})).await;
    assert_eq!(answer.header("allow"), "GET");
    assert_eq!(answer.problem(405), "Method Not Allowed");
    let answer = app.request("PUT", "/users/me/").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["allow"].to_str().unwrap()), (405, "GET, PATCH, DELETE"));
}

#[tokio::test]
async fn every_path_is_served_with_and_without_a_slash_and_no_redirect() {
    let app = spawn_app().await;
    let document = app.get("/openapi.json").await.expect(200);
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.replace("{bodyweight}", "80").replace("{user_id}", "00000000-0000-0000-0000-000000000000");
        let path = path.replace("{scenario_id}", "deadlift").replace("{username}", "nobody");
        for method in item.as_object().unwrap().keys() {
            let mut statuses = Vec::new();
            for form in [path.clone(), format!("{}/?x=1", path.trim_end_matches('/'))] {
                let url = format!("{}{form}", app.api);
                let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
                let request = client.request(method.to_uppercase().parse().unwrap(), url);
                statuses.push(request.send().await.unwrap().status().as_u16());
            }
            assert_eq!(statuses[0], statuses[1], "{method} {path}");
            assert!(!(300..400).contains(&statuses[0]) && statuses[0] != 405, "{method} {path}: {statuses:?}");
        }
    }
}

#[tokio::test]
async fn a_request_keeps_the_id_that_the_proxy_gave_it() {
    let app = spawn_app().await;
    let with_id = |id: &str| app.request("GET", "/nothing").header("x-request-id", id).send();
    assert_eq!(with_id("from-caddy-1").await.unwrap().headers()["x-request-id"], "from-caddy-1");
    let (first, second) = (with_id("not clean!").await.unwrap(), with_id(&"x".repeat(65)).await.unwrap());
    let (first, second) = (first.headers()["x-request-id"].clone(), second.headers()["x-request-id"].clone());
    assert!(first.len() == 36 && second.len() == 36 && first != second);
    app.log_line("from-caddy-1").await;
}

#[tokio::test]
async fn configured_origins_may_call_with_credentials_and_none_else() {
    let settings = vec![
        ("APP_URL", "https://repduel.example.org/app".into()),
        ("FRONTEND_ORIGINS", r#"["https://lift.example.org", "http://localhost:5173"]"#.into()),
    ];
    let app = spawn_app_with(Options { settings, ..Options::default() }).await;
    for origin in ["https://repduel.example.org", "https://lift.example.org", "http://localhost:5173"] {
        let preflight = app
            .request("OPTIONS", "/users/me")
            .header("origin", origin)
            .header("access-control-request-method", "PATCH")
            .header("access-control-request-headers", "authorization, content-type");
        let answer = preflight.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["access-control-allow-origin"], origin);
        assert_eq!(answer.headers()["access-control-allow-credentials"], "true");
        let refused = app.request("GET", "/users/me").header("origin", origin).send().await.unwrap();
        assert_eq!(refused.status(), 401);
        assert_eq!(refused.headers()["access-control-allow-origin"], origin, "errors can be read too");
    }
    for origin in ["https://lift.example.org.evil.com", "https://evil.com", "http://lift.example.org", "null"] {
        let answer = app.request("GET", "/energy/leaderboard").header("origin", origin).send().await.unwrap();
        assert!(answer.headers().get("access-control-allow-origin").is_none(), "{origin}");
        let preflight = app.request("OPTIONS", "/users/me").header("origin", origin);
        let answer = preflight.header("access-control-request-method", "GET").send().await.unwrap();
        assert!(answer.headers().get("access-control-allow-origin").is_none(), "{origin}");
    }
}

#[tokio::test]
async fn slow_clients_and_slow_answers_are_given_up() {
    let app =
        spawn_app_with(Options { settings: vec![("REQUEST_TIMEOUT_SECONDS", "3".into())], ..Options::default() }).await;
    let ada = app.lifter("ada").await;

    let mut slow = TcpStream::connect(app.api.trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "POST /api/v1/scores/scenario/deadlift HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: 100\r\n\r\n{{",
        ada.token
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 2048];
    let read = tokio::time::timeout(Duration::from_secs(20), slow.read(&mut answer)).await.unwrap().unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("body: did not arrive in time"), "{answer}");

    // A lifter whose row somebody else holds.
    let db = app.database.connect().await;
    db.batch_execute("BEGIN; SELECT FROM users FOR UPDATE").await.unwrap();
    let answer = ada.post("/scores/scenario/deadlift", &json!({ "weight_lifted": 100 })).await;
    assert_eq!(answer.header("retry-after"), "5");
    answer.problem(503);
    db.batch_execute("ROLLBACK").await.unwrap();
    ada.lift("deadlift", 100.0, 1).await;
    assert_eq!(app.database.count("SELECT count(*) FROM lifts").await, 1, "the one that was given up left nothing");
}

#[tokio::test]
async fn many_workers_with_few_connections_still_answer() {
    let settings = vec![("DATABASE_POOL_SIZE", "1".into()), ("WORKERS", "8".into())];
    let app = spawn_app_with(Options { settings, ..Options::default() }).await;
    for _ in 0..80 {
        let fresh = reqwest::Client::new().get(format!("{}/api/v1/energy/leaderboard", app.api));
        assert_eq!(fresh.send().await.unwrap().status(), 200);
    }
    app.get("/health/ready").await.expect(200);
}

#[tokio::test]
async fn health_says_what_it_is_asked() {
    let app = spawn_app().await;
    assert_eq!(app.get("/").await.expect(200), json!({ "status": "ok", "service": "repduel-backend" }));
    assert_eq!(app.get("/health").await.expect(200), json!({ "status": "ok" }));
    assert_eq!(app.get("/health/live").await.expect(200), json!({ "status": "ok" }));
    for path in ["/health/ready", "/health/db/"] {
        assert_eq!(app.get(path).await.expect(200), json!({ "status": "ok", "database": "reachable" }));
    }
    let version = app.get("/version").await.expect(200);
    let printed = program().arg("--version").output().await.unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    for part in ["version", "commit", "built"] {
        assert!(printed.contains(version[part].as_str().unwrap()), "{printed} {version}");
    }
}

#[tokio::test]
async fn the_document_is_the_golden_one() {
    let app = spawn_app().await;
    let document = app.get("/openapi.json").await.expect(200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let text = format!("{}\n", serde_json::to_string_pretty(&document).unwrap());
    let golden = test_file("openapi.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &text).unwrap();
    }
    let known = std::fs::read_to_string(&golden).unwrap_or_default();
    assert!(known == text, "the API's document changed; look at it, then: UPDATE_GOLDEN=1 tools/test.sh golden");
}

#[tokio::test]
async fn the_document_can_be_read_in_a_browser_outside_production() {
    let app = spawn_app().await;
    for base in [&app.api, &app.ops] {
        for path in ["/api/docs", "/api/docs/", "/api/docs/index.html"] {
            let page = reqwest::get(format!("{base}{path}")).await.unwrap();
            assert_eq!(page.status(), 200, "{base}{path}");
            assert!(page.text().await.unwrap().contains("swagger-ui"));
        }
        let document: Value =
            reqwest::get(format!("{base}/api/docs/openapi.json")).await.unwrap().json().await.unwrap();
        assert_eq!(document["info"]["title"], "repduel");
    }
    let settings = vec![
        ("ENVIRONMENT", "production".into()),
        ("JWT_SECRET_KEY", "Tq8ZrVw2Lk5Xn9Bc4Hd7Jf3Mp6Sy1Ug0".into()),
        ("REFRESH_JWT_SECRET_KEY", "Wd3Ks8Fv1Qz6Rb9Nx2Tm5Hc7Lp4Jg0Ya".into()),
        ("DATA_KEY", "Bn4Yt7Gk2Vs9Xc5Lq8Pw3Zd6Rf1Mh0Je".into()),
    ];
    let production = spawn_app_with(Options { settings, ..Options::default() }).await;
    production.get("/api/docs/index.html").await.problem(404);
    assert_eq!(reqwest::get(format!("{}/api/docs/index.html", production.ops)).await.unwrap().status(), 200);
}

#[tokio::test]
async fn figures_are_on_the_operators_listener_alone() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    ada.profile().await;
    app.get("/users/not-an-id").await.problem(422);
    let figures = reqwest::get(format!("{}/metrics", app.ops)).await.unwrap().text().await.unwrap();
    for expected in [
        r#"repduel_http_requests_total{method="GET",route="/api/v1/users/me",status="200"} 1"#,
        r#"repduel_http_requests_total{method="GET",route="/api/v1/users/{user_id}",status="422"} 1"#,
        r#"repduel_http_request_seconds_count{method="POST",route="/api/v1/users"} 1"#,
        r#"repduel_database_connections{state="size"}"#,
        r#"repduel_database_connections{state="idle"}"#,
        r#"repduel_database_connections{state="waiting"} 0"#,
        "repduel_build_info{",
    ] {
        assert!(figures.contains(expected), "{expected} is not in {figures}");
    }
    assert!(!figures.contains("not-an-id"));
    app.get("/api/v1/metrics").await.problem(404);
    assert_eq!(reqwest::get(format!("{}/metrics", app.api)).await.unwrap().status(), 404);
    let details: Value = reqwest::get(format!("{}/health", app.ops)).await.unwrap().json().await.unwrap();
    assert_eq!(details["status"], "ok");
}

#[tokio::test]
async fn a_stop_answers_what_was_asked_and_ends_with_0() {
    let mut app = spawn_app().await;
    let (id, token) = {
        let ada = app.lifter("ada").await;
        (ada.id.clone(), ada.token.clone())
    };
    let db = app.database.connect().await;
    db.batch_execute("BEGIN; SELECT FROM users FOR UPDATE").await.unwrap();
    let url = format!("{}/api/v1/scores/scenario/deadlift", app.api);
    let asked =
        tokio::spawn(reqwest::Client::new().post(url).bearer_auth(token).json(&json!({ "weight_lifted": 100 })).send());
    tokio::time::sleep(Duration::from_millis(200)).await;
    let released = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        db.batch_execute("ROLLBACK").await.unwrap();
    };
    let (code, ()) = futures_util::future::join(app.stop(), released).await;
    assert_eq!(code, Some(0));
    assert_eq!(asked.await.unwrap().unwrap().status(), 200, "the request of {id} that was under way");
    assert!(app.log_line("\"stopped\"").await.contains("INFO"));
}

#[tokio::test]
async fn uploads_are_served_for_a_year_and_nothing_beside_them() {
    let folder = std::env::temp_dir().join(format!("repduel-static-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("static")).unwrap();
    std::fs::write(folder.join("static/ada.webp"), "a picture").unwrap();
    std::fs::write(folder.join("secret"), "not this").unwrap();
    let settings = vec![("STATIC_STORAGE_DIR", folder.join("static").to_str().unwrap().to_owned())];
    let app = spawn_app_with(Options { settings, ..Options::default() }).await;
    let picture = reqwest::get(format!("{}/static/ada.webp", app.api)).await.unwrap();
    assert_eq!(picture.headers()["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(picture.headers()["content-type"], "image/webp");
    assert_eq!(picture.text().await.unwrap(), "a picture");
    for path in ["/static/none.webp", "/static/%2e%2e/secret", "/static/..%2fsecret", "/static/", "/static"] {
        let refused = reqwest::get(format!("{}{path}", app.api)).await.unwrap();
        assert!(refused.status().is_client_error(), "{path}: {}", refused.status());
        assert_eq!(refused.headers()["content-type"], "application/problem+json", "{path}");
        assert!(refused.headers().get("cache-control").is_none(), "{path}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn phones_and_old_browsers_find_what_they_ask_for_at_the_root() {
    let app = spawn_app().await;
    let get = async |path: &str| crate::support::send(app.http().get(format!("{}{path}", app.api))).await;
    for path in ["/.well-known/apple-app-site-association", "/apple-app-site-association"] {
        get(path).await.problem(404);
    }
    assert_eq!(get("/flutter_service_worker.js").await.status, 410);
    assert_eq!(get("/main.dart.js").await.status, 404);
    let settings = vec![("APPLE_TEAM_ID", "ABCDE12345".to_owned())];
    let app = crate::support::spawn_app_with(crate::support::Options { settings, ..Default::default() }).await;
    let url = format!("{}/.well-known/apple-app-site-association", app.api);
    let told = crate::support::send(app.http().get(url)).await.expect(200);
    assert_eq!(told["applinks"]["details"][0]["appID"], "ABCDE12345.io.repduel.app");
}
