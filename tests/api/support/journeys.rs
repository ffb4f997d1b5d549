//! Between the program and PostgreSQL: counts how often a connection waits for an answer.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use super::TestDatabase;

#[derive(Default)]
struct Talk {
    /// What was sent between two answers, one after another.
    sent: Vec<Vec<u8>>,
    answered: bool,
}

/// A socket that passes everything on.
pub struct Journeys {
    pub database: TestDatabase,
    talks: Arc<Mutex<Vec<Arc<Mutex<Talk>>>>>,
    directory: PathBuf,
}

impl Journeys {
    pub fn to(database: &TestDatabase) -> Self {
        let host = database.url.split(' ').find_map(|part| part.strip_prefix("host=")).unwrap().to_owned();
        let directory = std::env::temp_dir().join(format!("rdj-{}-{}", std::process::id(), fastrand::u32(..)));
        std::fs::create_dir(&directory).unwrap();
        let listener = UnixListener::bind(directory.join(".s.PGSQL.5432")).unwrap();
        let talks = Arc::<Mutex<Vec<Arc<Mutex<Talk>>>>>::default();
        tokio::spawn(accept(listener, format!("{host}/.s.PGSQL.5432"), talks.clone()));
        let url = database.url.replace(&host, directory.to_str().unwrap());
        Self { database: TestDatabase { url }, talks, directory }
    }

    /// Forgets what was sent up to now.
    pub fn begin(&self) {
        for talk in self.talks.lock().unwrap().iter() {
            *talk.lock().unwrap() = Talk::default();
        }
    }

    /// How often the connection that sent `mark` waited since.
    pub fn count(&self, mark: &str) -> usize {
        let talks = self.talks.lock().unwrap();
        let has_mark = |sent: &Vec<u8>| sent.windows(mark.len()).any(|window| window == mark.as_bytes());
        let of = talks.iter().map(|talk| talk.lock().unwrap()).find(|talk| talk.sent.iter().any(has_mark));
        of.expect("a connection sent it").sent.len()
    }
}

impl Drop for Journeys {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

async fn accept(listener: UnixListener, server: String, talks: Arc<Mutex<Vec<Arc<Mutex<Talk>>>>>) {
    while let Ok((client, _)) = listener.accept().await {
        let Ok(server) = UnixStream::connect(&server).await else { continue };
        let talk = Arc::new(Mutex::new(Talk { answered: true, ..Talk::default() }));
        talks.lock().unwrap().push(talk.clone());
        let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
        let asked = talk.clone();
        tokio::spawn(pass(from_client, to_server, move |bytes: &[u8]| {
            let mut talk = asked.lock().unwrap();
            if talk.answered || talk.sent.is_empty() {
                talk.sent.push(Vec::new());
            }
            talk.answered = false;
            talk.sent.last_mut().unwrap().extend_from_slice(bytes);
        }));
        tokio::spawn(pass(from_server, to_client, move |_: &[u8]| talk.lock().unwrap().answered = true));
    }
}

async fn pass(
    mut from: tokio::net::unix::OwnedReadHalf,
    mut to: tokio::net::unix::OwnedWriteHalf,
    see: impl Fn(&[u8]),
) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(length) = from.read(&mut bytes).await {
        if length == 0 || to.write_all(&bytes[..length]).await.is_err() {
            break;
        }
        see(&bytes[..length]);
    }
    let _ = to.shutdown().await;
}
