use std::fs;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use reqwest::{Certificate, Client, Method};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Outcome;

/// Try a running service as a lifter would: health, sign in, lift, board. One line a step; exits with 1 at the first
/// that fails.
///
/// Standard input holds the account: repduel smoke-account | repduel smoke https://lift.example.org
#[derive(Debug, Args)]
pub struct Smoke {
    /// Where it is: http://127.0.0.1:9999, or what lifters type.
    url: String,
    /// The commit that has to answer; any when it is not named.
    #[arg(long)]
    commit: Option<String>,
    /// A PEM file with the authority that signed its certificate, where that is no public one.
    #[arg(long)]
    ca_file: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Account {
    email: String,
    password: String,
}

const SLOWEST: Duration = Duration::from_secs(15);
const EXERCISE: &str = "deadlift";

impl Smoke {
    pub async fn run(self) -> Outcome {
        if std::io::stdin().is_terminal() {
            return Err("standard input: holds no account; run: repduel smoke-account | repduel smoke URL".into());
        }
        let account: Account = serde_json::from_reader(std::io::stdin().lock())
            .map_err(|_| "standard input: is not what repduel smoke-account prints")?;
        let service = Service::new(&self.url, self.ca_file)?;

        service.ask("lives", Method::GET, "/health/live", None, None).await?;
        service.ask("is ready", Method::GET, "/health/ready", None, None).await?;
        let version = service.ask("tells its version", Method::GET, "/version", None, None).await?;
        if let Some(commit) = self.commit.filter(|commit| version["commit"] != **commit) {
            return Err(format!("version: {} answers, {commit} should", version["commit"]).into());
        }
        let login = json!({ "email": account.email, "password": account.password });
        let token = service.ask("signs in", Method::POST, "/api/v1/auth/login", None, Some(login)).await?;
        let token = token["access_token"].as_str().ok_or("signs in: the answer holds no access_token")?.to_owned();
        let me = service.ask("knows who it is", Method::GET, "/api/v1/users/me", Some(&token), None).await?;
        let lift = json!({ "weight_lifted": 100, "reps": 5 });
        let path = format!("/api/v1/scores/scenario/{EXERCISE}");
        let lift = service.ask("records a lift", Method::POST, &path, Some(&token), Some(lift)).await?;
        let id = lift["score"]["id"].as_i64().ok_or("records a lift: the answer holds no score.id")?;
        let path = format!("/api/v1/scores/user/{}/scenario/{EXERCISE}", me["id"].as_str().unwrap_or_default());
        let own = service.ask("finds it again", Method::GET, &path, Some(&token), None).await?;
        if !own.as_array().is_some_and(|lifts| lifts.iter().any(|lift| lift["id"] == id)) {
            return Err(format!("finds it again: lift {id} is not there").into());
        }
        let path = format!("/api/v1/scores/scenario/{EXERCISE}/leaderboard?limit=100");
        let board = service.ask("reads the board", Method::GET, &path, None, None).await?;
        if board.to_string().contains(me["id"].as_str().unwrap_or("?")) {
            return Err("reads the board: the hidden account is on it".into());
        }
        println!("ok: all steps passed");
        Ok(())
    }
}

struct Service {
    url: String,
    client: Client,
}

impl Service {
    fn new(url: &str, ca_file: Option<PathBuf>) -> Result<Self, String> {
        // Set already is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = Client::builder().timeout(SLOWEST).user_agent("repduel smoke");
        if let Some(file) = ca_file {
            let read = fs::read(&file).map_err(|error| error.to_string());
            let authority = read.and_then(|pem| Certificate::from_pem(&pem).map_err(|error| error.to_string()));
            let authority = authority.map_err(|reason| format!("--ca-file {}: {reason}", file.display()))?;
            client = client.tls_certs_merge([authority]);
        }
        let client = client.build().map_err(|error| error.to_string())?;
        Ok(Self { url: url.trim_end_matches('/').to_owned(), client })
    }

    /// Sends one request, tells how it went, and gives the answer.
    async fn ask(
        &self,
        step: &str,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Result<Value, String> {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.map_err(|error| format!("{step}: {path}: {}", with_causes(&error)))?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| format!("{step}: {path}: {error}"))?;
        if !status.is_success() {
            return Err(format!("{step}: {path}: {status}: {}", text.chars().take(300).collect::<String>()));
        }
        println!("ok  {step}");
        serde_json::from_str(&text).map_err(|_| format!("{step}: {path}: the answer is no JSON"))
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    std::iter::once(error.to_string()).chain(causes.map(ToString::to_string)).collect::<Vec<_>>().join(": ")
}
