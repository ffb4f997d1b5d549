//! `repduel worker`, beside the program or alone.

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use super::{TestDatabase, program};

pub struct Worker {
    process: Child,
    log: Arc<Mutex<Vec<String>>>,
}

/// A worker that runs jobs.
pub async fn spawn_worker(database: &TestDatabase, settings: &[(&'static str, String)]) -> Worker {
    let mut command = program();
    command.arg("worker").env("DATABASE_URL", &database.url).env("LOG_FORMAT", "json");
    let mut process = command.envs(settings.iter().cloned()).stderr(Stdio::piped()).spawn().unwrap();
    let log = Arc::new(Mutex::new(Vec::new()));
    let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
    let kept = log.clone();
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            kept.lock().unwrap().push(line);
        }
    });
    let worker = Worker { process, log };
    worker.log_line("running jobs").await;
    worker
}

impl Worker {
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Waits until a line of the log holds `text`, and gives it.
    pub async fn log_line(&self, text: &str) -> String {
        for _ in 0..1200 {
            if let Some(line) = self.log().into_iter().find(|line| line.contains(text)) {
                return line;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("no line of the worker's log holds {text:?}: {:#?}", self.log());
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_raw(self.process.id().unwrap() as i32).unwrap();
        rustix::process::kill_process(id, signal).unwrap();
    }

    pub async fn kill(mut self) {
        self.signal(rustix::process::Signal::KILL);
        self.process.wait().await.unwrap();
    }

    /// Asks it to stop, as systemd would, and gives its exit code and its log.
    pub async fn stop(mut self) -> (Option<i32>, Vec<String>) {
        self.signal(rustix::process::Signal::TERM);
        let code = self.process.wait().await.unwrap().code();
        tokio::time::sleep(Duration::from_millis(50)).await;
        (code, self.log())
    }

    /// Whether the process is the one that was started.
    pub fn runs(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }
}
