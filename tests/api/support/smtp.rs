//! A real mail server on loopback, and the mails that it got.

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub struct MailServer {
    pub port: u16,
    mails: Arc<Mutex<Vec<Value>>>,
    _process: Child,
}

impl MailServer {
    pub async fn start() -> Self {
        // aiosmtpd cannot be asked for any free port: its own first connection would go to port 0.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self::start_at(free).await
    }

    pub async fn start_at(port: u16) -> Self {
        let python = std::env::var("REPDUEL_TEST_PYTHON").expect("run the tests with tools/test.sh");
        let script = format!("{}/tests/api/support/smtp.py", env!("CARGO_MANIFEST_DIR"));
        let mut command = Command::new(python);
        command.args([script, port.to_string()]).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.next_line().await.unwrap().expect("the mail server tells its port").parse().unwrap();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = mails.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                kept.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        Self { port, mails, _process: process }
    }

    /// What the program has to be told of it.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        settings(self.port)
    }

    pub fn mails(&self) -> Vec<Value> {
        self.mails.lock().unwrap().clone()
    }

    /// Waits until so many mails have come, and gives the last.
    pub async fn mail(&self, number: usize) -> Value {
        for _ in 0..800 {
            if self.mails().len() >= number {
                return self.mails()[number - 1].clone();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("mail {number} has not come: {:#?}", self.mails());
    }
}

/// Mail by a server at this port of loopback.
pub fn settings(port: u16) -> Vec<(&'static str, String)> {
    vec![
        ("MAIL_FROM", "repduel <repduel@example.org>".into()),
        ("SMTP_HOST", "127.0.0.1".into()),
        ("SMTP_PORT", port.to_string()),
        ("DATA_KEY", "d".repeat(48)),
    ]
}

/// The token in the link of a mail.
pub fn token_in(mail: &Value) -> String {
    let text = mail["text"].as_str().unwrap();
    text.split("#token=").nth(1).expect("a link").split_whitespace().next().unwrap().to_owned()
}
