//! The accounts that the load lifts with, made through the API as any client makes one.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use http_body_util::Full;
use machine_client::Failure;
use serde_json::{Value, json};

use crate::connection::{Dialer, Sent};

pub struct Lifter {
    pub id: String,
    pub bearer: HeaderValue,
    lifted: AtomicU32,
}

impl Lifter {
    /// A weight that this lifter has not lifted before, by which the lift can be found in the database: kilograms with
    /// three digits behind the point. Spread, so that not every lift is a personal best.
    pub fn next_weight(&self) -> f64 {
        const WEIGHTS: u64 = 400_000; // 20.000 to 419.999 kg
        const STEP: u64 = 126_271; // shares no factor with it, so that all of them come before one comes again
        let number = u64::from(self.lifted.fetch_add(1, Ordering::Relaxed));
        (20_000 + number * STEP % WEIGHTS) as f64 / 1000.0
    }
}

/// Makes `number` lifters, one after the other: each costs the server two password hashes.
pub async fn make(dialer: &Dialer, number: usize) -> Result<Vec<Lifter>, Failure> {
    let run = format!("{:08x}", fastrand::u32(..));
    let mut lifters = Vec::with_capacity(number);
    for index in 0..number {
        let (name, password) = (format!("load-{run}-{index}"), format!("deadlift-{run}"));
        let email = format!("{name}@example.org");
        let account = json!({ "username": name, "email": email, "password": password });
        let user = ask(dialer, Method::POST, "/api/v1/users/", None, &account).await?;
        let session = json!({ "email": email, "password": password });
        let token = ask(dialer, Method::POST, "/api/v1/auth/login", None, &session).await?;
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", text(&token, "access_token")?))?;
        bearer.set_sensitive(true);
        // Without a body weight there is no rank, and a lift would cost the server less than a real one.
        ask(dialer, Method::PATCH, "/api/v1/users/me", Some(&bearer), &json!({ "weight": 80 })).await?;
        lifters.push(Lifter { id: text(&user, "id")?, bearer, lifted: AtomicU32::new(0) });
    }
    Ok(lifters)
}

fn text(answer: &Value, field: &str) -> Result<String, Failure> {
    Ok(answer[field].as_str().ok_or_else(|| format!("an answer has no {field}: {answer}"))?.to_owned())
}

async fn ask(
    dialer: &Dialer,
    method: Method,
    path: &str,
    bearer: Option<&HeaderValue>,
    body: &Value,
) -> Result<Value, Failure> {
    let mut request = dialer.request(method, path).header(CONTENT_TYPE, "application/json");
    if let Some(bearer) = bearer {
        request = request.header(AUTHORIZATION, bearer);
    }
    let request = request.body(Full::new(Bytes::from(body.to_string())))?;
    let answer = async {
        let mut connection = dialer.connect().await.map_err(|failed| failed.detail)?;
        match connection.send(request).await {
            Sent::Answer { status: StatusCode::OK | StatusCode::CREATED, body, .. } => Ok(body),
            Sent::Answer { status, body, .. } => Err(format!("{status} {}", String::from_utf8_lossy(&body))),
            Sent::Unsent => Err("closed before the request was sent".to_owned()),
            Sent::Failed(failed) => Err(format!("{}: {}", failed.kind, failed.detail)),
        }
    };
    let body = tokio::time::timeout(Duration::from_secs(30), answer)
        .await
        .map_err(|_| format!("{path}: no answer in 30 s"))?
        .map_err(|error| format!("{path}: {error}"))?;
    Ok(serde_json::from_slice(&body)?)
}
