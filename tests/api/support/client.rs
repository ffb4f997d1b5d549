//! Requests as clients send them.

use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::App;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON, if the status is the expected one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        match self.text.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}")),
        }
    }

    /// As [`Answer::expect`], for a problem: its `detail`, after a look at its form.
    #[track_caller]
    pub fn problem(self, status: u16) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let request_id = self.header("x-request-id").to_owned();
        let problem = self.expect(status);
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"], request_id);
        assert!(problem["type"].is_string() && problem["title"].is_string());
        problem["detail"].as_str().expect("detail is a string").to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the program answers");
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

/// The place and the number of lifters that a lift's answer tells of a board, among everybody and singles.
pub fn place_on(answer: &Value, board: &str) -> Option<(u64, u64)> {
    let changes = answer["ranks"].as_array().unwrap();
    let change = changes
        .iter()
        .find(|change| change["board"] == board && change["class"].is_null() && change["basis"] == "single")?;
    Some((change["rank"].as_u64().unwrap(), change["of"].as_u64().unwrap()))
}

/// Somebody who is signed in.
pub struct Lifter<'a> {
    app: &'a App,
    pub id: String,
    pub token: String,
}

impl<'a> Lifter<'a> {
    pub fn new(app: &'a App, id: &str, token: &str) -> Self {
        Self { app, id: id.to_owned(), token: token.to_owned() }
    }

    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.app.request(method, path).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request("GET", path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request("POST", path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        send(self.request("PATCH", path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        send(self.request("PUT", path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request("DELETE", path)).await
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        send(request).await
    }

    /// Records a lift and gives the answer.
    pub async fn lift(&self, exercise: &str, weight_kg: f64, reps: i32) -> Value {
        let body = serde_json::json!({ "weight_lifted": weight_kg, "reps": reps, "sets": 1 });
        self.post(&format!("/scores/scenario/{exercise}/"), &body).await.expect(200)
    }

    /// Records a lift and gives its number.
    pub async fn lift_id(&self, exercise: &str, weight_kg: f64, reps: i32) -> i64 {
        self.lift(exercise, weight_kg, reps).await["score"]["id"].as_i64().unwrap()
    }

    pub async fn profile(&self) -> Value {
        self.get("/users/me").await.expect(200)
    }
}
