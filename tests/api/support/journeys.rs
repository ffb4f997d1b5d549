//! Between the program and PostgreSQL: counts how often a connection waits for an answer.
//!
//! While it counts, it sends nothing on before the program has been silent for a while, as if the database were far away: what
//! needs no answer to be sent belongs to the same journey, in however many pieces a busy machine lets it come.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};

use super::TestDatabase;

/// Somebody who sends nothing for so long is waiting.
const SILENCE: Duration = Duration::from_millis(100);

/// Of each connection, what was sent between two answers, one after another; nothing when nobody counts.
type Sent = Arc<Mutex<Vec<Option<Vec<Vec<u8>>>>>>;

/// A socket that passes everything on.
pub struct Journeys {
    pub database: TestDatabase,
    sent: Sent,
    directory: PathBuf,
}

impl Journeys {
    pub fn to(database: &TestDatabase) -> Self {
        let host = database.url.split(' ').find_map(|part| part.strip_prefix("host=")).unwrap().to_owned();
        let directory = std::env::temp_dir().join(format!("rdj-{}-{}", std::process::id(), fastrand::u32(..)));
        std::fs::create_dir(&directory).unwrap();
        let listener = UnixListener::bind(directory.join(".s.PGSQL.5432")).unwrap();
        let sent = Sent::default();
        tokio::spawn(accept(listener, format!("{host}/.s.PGSQL.5432"), sent.clone()));
        let url = database.url.replace(&host, directory.to_str().unwrap());
        Self { database: TestDatabase { url }, sent, directory }
    }

    pub fn begin(&self) {
        self.sent.lock().unwrap().iter_mut().for_each(|sent| *sent = Some(Vec::new()));
    }

    /// How often the connection that sent `mark` waited since the beginning; ends the counting.
    pub fn count(&self, mark: &str) -> usize {
        let has_mark = |sent: &Vec<u8>| sent.windows(mark.len()).any(|window| window == mark.as_bytes());
        let all: Vec<_> = self.sent.lock().unwrap().iter_mut().filter_map(Option::take).collect();
        all.iter().find(|sent| sent.iter().any(has_mark)).expect("a connection sent it").len()
    }
}

impl Drop for Journeys {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

async fn accept(listener: UnixListener, server: String, sent: Sent) {
    while let Ok((client, _)) = listener.accept().await {
        let Ok(server) = UnixStream::connect(&server).await else { continue };
        let ((from_client, to_client), (mut from_server, to_server)) = (client.into_split(), server.into_split());
        let number = {
            let mut sent = sent.lock().unwrap();
            let counting = sent.iter().any(Option::is_some);
            sent.push(counting.then(Vec::new));
            sent.len() - 1
        };
        tokio::spawn(ask(from_client, to_server, sent.clone(), number));
        tokio::spawn(async move {
            let mut to_client = to_client;
            let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
        });
    }
}

async fn ask(mut client: OwnedReadHalf, mut server: OwnedWriteHalf, sent: Sent, number: usize) {
    let mut piece = vec![0; 1 << 16];
    while let Ok(length @ 1..) = client.read(&mut piece).await {
        let mut journey = piece[..length].to_vec();
        if sent.lock().unwrap()[number].is_some() {
            while let Ok(Ok(length @ 1..)) = tokio::time::timeout(SILENCE, client.read(&mut piece)).await {
                journey.extend_from_slice(&piece[..length]);
            }
        }
        if let Some(journeys) = &mut sent.lock().unwrap()[number] {
            journeys.push(journey.clone());
        }
        if server.write_all(&journey).await.is_err() {
            break;
        }
    }
    let _ = server.shutdown().await;
}
