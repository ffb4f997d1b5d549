//! `/users/login`, `/auth/login` and the tokens.

use serde_json::{Value, json};

use crate::support::{Lifter, Options, spawn_app, spawn_app_with};

fn part(token: &str, index: usize) -> Value {
    let text = token.split('.').nth(index).unwrap();
    let bits: Vec<u8> =
        text.bytes().map(|byte| ALPHABET.iter().position(|known| *known == byte).unwrap() as u8).collect();
    let mut bytes = Vec::new();
    for group in bits.chunks(4) {
        let number = group.iter().enumerate().fold(0u32, |sum, (place, six)| sum | u32::from(*six) << (18 - 6 * place));
        bytes.extend_from_slice(&number.to_be_bytes()[1..group.len()]);
    }
    serde_json::from_slice(&bytes).unwrap()
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#[tokio::test]
async fn a_form_whose_username_is_the_e_mail_signs_in() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let form = [("username", "ADA@Example.org"), ("password", "correct horse"), ("grant_type", "password")];
    let answer = ada.send(app.request("POST", "/users/login").form(&form)).await;
    let cookie = answer.header("set-cookie").to_owned();
    for attribute in ["refresh_token=", "HttpOnly", "Secure", "SameSite=None", "Path=/api/v1"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Max-Age") && !cookie.contains("Expires"), "{cookie}");
    let token = answer.expect(200);
    assert_eq!(token["token_type"], "bearer");
    let token = token["access_token"].as_str().unwrap();
    assert_eq!(part(token, 0)["alg"], "HS256");
    let claims = part(token, 1);
    assert_eq!((&claims["sub"], &claims["type"]), (&json!(ada.id), &json!("access")));
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 86_400);
    assert!(claims["jti"].is_string());

    let refresh = cookie.split(['=', ';']).nth(1).unwrap();
    assert_eq!(part(refresh, 1)["type"], "refresh");
    let thief = Lifter::new(&app, &ada.id, refresh);
    thief.get("/users/me").await.problem(401);
}

#[tokio::test]
async fn json_signs_in_by_e_mail_or_name() {
    let app = spawn_app().await;
    app.lifter("ada").await;
    for body in [
        json!({ "email": "ada@example.org", "password": "correct horse" }),
        json!({ "username": "ada@example.org", "password": "correct horse" }),
        json!({ "username": "Ada", "password": "correct horse" }),
    ] {
        app.post("/auth/login", &body).await.expect(200);
        app.post("/users/login/", &body).await.expect(200);
    }
}

#[tokio::test]
async fn unknown_users_and_wrong_passwords_get_the_same_answer() {
    let app = spawn_app().await;
    app.lifter("ada").await;
    let wrong = app.post("/auth/login", &json!({ "email": "ada@example.org", "password": "wrong" })).await;
    assert_eq!(wrong.header("www-authenticate"), "Bearer");
    let wrong = wrong.problem(401);
    let unknown =
        app.post("/auth/login", &json!({ "email": "nobody@example.org", "password": "wrong" })).await.problem(401);
    assert_eq!(wrong, unknown);
    app.post("/auth/login", &json!({ "email": "a\u{0}@example.org", "password": "x" })).await.problem(401);
    assert_eq!(app.post("/auth/login", &json!({ "password": "x" })).await.problem(422), "username: is missing");
}

#[tokio::test]
async fn forged_expired_and_missing_tokens_are_refused() {
    let app = spawn_app().await;
    let ada = app.lifter("ada").await;
    let (head, rest) = ada.token.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    for token in [
        String::new(),
        "x".into(),
        format!("{head}.{claims}."),
        format!("{none}.{claims}."),
        format!("{head}.{claims}.{}", signature.chars().rev().collect::<String>()),
    ] {
        let answer = Lifter::new(&app, &ada.id, &token).get("/users/me").await;
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        answer.problem(401);
    }
    app.get("/users/me").await.problem(401);
    let basic = app.request("GET", "/users/me").header("authorization", "Basic YTpi");
    ada.send(basic).await.problem(401);
    // A key of another installation opens nothing here.
    let other = spawn_app().await;
    Lifter::new(&other, &ada.id, &ada.token).get("/users/me").await.problem(401);
}

#[tokio::test]
async fn beyond_the_hashing_queue_is_503_with_a_time_to_come_back() {
    let settings = vec![("PASSWORD_HASHERS", "1".into()), ("PASSWORD_QUEUE", "1".into())];
    let app = spawn_app_with(Options { settings, ..Options::default() }).await;
    app.lifter("ada").await;
    let body = json!({ "email": "ada@example.org", "password": "correct horse" });
    let logins = (0..12).map(|_| app.post("/auth/login", &body));
    let answers = futures_util::future::join_all(logins).await;
    assert!(answers.iter().any(|answer| answer.status == 200));
    let refused: Vec<_> = answers.into_iter().filter(|answer| answer.status != 200).collect();
    assert!(!refused.is_empty());
    for answer in refused {
        assert!(answer.header("retry-after").parse::<u32>().is_ok());
        answer.problem(503);
    }
}
