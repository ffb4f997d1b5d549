//! The program, started as an operator would, on free ports.

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use super::client::{Answer, Lifter, send};
use super::database::{TestDatabase, fresh_database};

/// The program with nothing of this process's environment but what any process has.
pub fn program() -> Command {
    // The tests' own HTTP client wants one, even where it meets no TLS. Set already is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut command = Command::new(env!("CARGO_BIN_EXE_repduel"));
    command.env_clear().env("PATH", std::env::var("PATH").unwrap()).env("ENVIRONMENT", "development");
    command.kill_on_drop(true).stdin(Stdio::null());
    command
}

/// What a test wants otherwise.
#[derive(Default)]
pub struct Options {
    pub database: Option<TestDatabase>,
    pub settings: Vec<(&'static str, String)>,
    pub arguments: Vec<String>,
}

pub struct App {
    pub api: String,
    pub ops: String,
    pub database: TestDatabase,
    log: Arc<Mutex<Vec<String>>>,
    process: Child,
    http: reqwest::Client,
}

pub async fn spawn_app() -> App {
    spawn_app_with(Options::default()).await
}

pub async fn spawn_app_with(options: Options) -> App {
    let database = match options.database {
        Some(database) => database,
        None => fresh_database().await,
    };
    let mut process = program()
        .arg("serve")
        .args(options.arguments)
        .env("DATABASE_URL", &database.url)
        .envs([("API_PORT", "0"), ("OPS_PORT", "0"), ("LOG_FORMAT", "json"), ("LOG_REQUESTS", "all"), ("WORKERS", "2")])
        // All tests have one address.
        .envs([("RATE_LIMIT_ANONYMOUS", "off"), ("RATE_LIMIT_USER", "off"), ("RATE_LIMIT_AUTH", "off")])
        .envs(options.settings)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = Arc::new(Mutex::new(Vec::new()));
    let (found, addresses) = oneshot::channel();
    tokio::spawn(follow(BufReader::new(process.stderr.take().unwrap()), log.clone(), found));
    let addresses = tokio::time::timeout(Duration::from_secs(30), addresses).await;
    let Ok(Ok((api, ops))) = addresses else { panic!("the program does not serve: {:?}", log.lock().unwrap()) };
    App { api, ops, database, log, process, http: reqwest::Client::new() }
}

/// Keeps every line of the log and finds the one that says where the program listens.
async fn follow(
    stderr: BufReader<tokio::process::ChildStderr>,
    log: Arc<Mutex<Vec<String>>>,
    found: oneshot::Sender<(String, String)>,
) {
    let (mut lines, mut found) = (stderr.lines(), Some(found));
    while let Ok(Some(line)) = lines.next_line().await {
        let record: Value = serde_json::from_str(&line).unwrap_or_default();
        log.lock().unwrap().push(line);
        if record["msg"] == "serving"
            && let Some(found) = found.take()
        {
            let url = |name: &str| format!("http://{}", record[name].as_str().unwrap());
            let _ = found.send((url("api"), url("ops")));
        }
    }
}

impl App {
    /// A request outside or inside `/api/v1`, from nobody.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = if path.starts_with("/health")
            || path.starts_with("/version")
            || path.starts_with("/api/")
            || path == "/"
        {
            format!("{}{path}", self.api)
        } else {
            format!("{}/api/v1{path}", self.api)
        };
        self.http.request(method.parse().unwrap(), url)
    }

    /// For what lies outside of the API.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request("GET", path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request("POST", path).json(body)).await
    }

    /// Runs a command of the program on this app's database, and gives what it printed if it did its work.
    pub async fn command(&self, arguments: &[&str]) -> Result<String, String> {
        let output = program().args(arguments).env("DATABASE_URL", &self.database.url).output().await.unwrap();
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout).unwrap()),
            false => Err(String::from_utf8(output.stderr).unwrap()),
        }
    }

    /// Signs in for the refresh token itself.
    pub async fn sign_in(&self, name: &str) -> Value {
        let login = serde_json::json!({ "email": format!("{name}@example.org"), "password": "correct horse", "grant": "token" });
        self.post("/auth/login", &login).await.expect(200)
    }

    /// A member who is signed in.
    pub async fn lifter(&self, name: &str) -> Lifter<'_> {
        let email = format!("{name}@example.org");
        let body = serde_json::json!({ "username": name, "email": email, "password": "correct horse" });
        let user = self.post("/users/", &body).await.expect(201);
        let login = serde_json::json!({ "email": email, "password": "correct horse" });
        let token = self.post("/auth/login", &login).await.expect(200);
        Lifter::new(self, user["id"].as_str().unwrap(), token["access_token"].as_str().unwrap())
    }

    pub fn process_id(&self) -> u32 {
        self.process.id().unwrap()
    }

    /// All lines of the log up to now.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Waits until a line of the log holds `text`, and gives it.
    pub async fn log_line(&self, text: &str) -> String {
        for _ in 0..200 {
            if let Some(line) = self.log().into_iter().find(|line| line.contains(text)) {
                return line;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("no line of the log holds {text:?}: {:#?}", self.log());
    }

    /// Waits until something becomes true: ten seconds at most, for a machine that is busy.
    #[track_caller]
    pub fn eventually(&self, mut is_true: impl AsyncFnMut() -> bool) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            for _ in 0..400 {
                if is_true().await {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
            panic!("what was waited for at {caller} did not become true");
        }
    }

    /// Asks the program to stop, as systemd would, and gives its exit code.
    pub async fn stop(&mut self) -> Option<i32> {
        let id = rustix::process::Pid::from_raw(self.process_id() as i32).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        self.process.wait().await.unwrap().code()
    }
}
