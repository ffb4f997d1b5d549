//! What PostgreSQL tells of itself: LISTEN on a connection of one's own, which is made again when it breaks.
//!
//! The subscriber loads what it needs each time, after LISTEN has begun: so nothing falls between the two.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::poll_fn;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, Notification};

use super::dsn::Dsn;
use super::{DatabaseError, Shared, tls};

/// How often the connection has to show that it lives.
const BEAT: Duration = Duration::from_secs(1);
/// How long anything on it may take.
const PATIENCE: Duration = Duration::from_secs(2);
const LOADING: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(250);

pub type Loading<'a> = Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + Send + 'a>>;

/// Whoever wants to be told.
pub trait Subscriber: Send + Sync {
    fn channel(&self) -> &'static str;
    /// Reads everything anew: at the start, and whenever something may have been missed.
    fn load<'a>(&'a self, client: &'a Client) -> Loading<'a>;
    fn notice(&self, payload: &str);
    /// Up to now nothing has been missed.
    fn heard(&self);
}

/// Keeps a subscriber told for as long as the process runs.
pub fn follow(shared: Arc<Shared>, subscriber: Arc<dyn Subscriber>) {
    tokio::spawn(async move {
        loop {
            if let Some((dsn, ca_file)) = shared.address()
                && let Err(error) = listen(dsn, ca_file, &*subscriber).await
            {
                slog_scope::warn!("the feed of the database broke; connecting again";
                    "channel" => subscriber.channel(), "error" => error.to_string());
            }
            tokio::time::sleep(PAUSE).await;
        }
    });
}

/// Listens until the connection breaks.
async fn listen(dsn: &Dsn, ca_file: Option<&Path>, subscriber: &dyn Subscriber) -> Result<(), DatabaseError> {
    let (client, mut notices) = in_time(PATIENCE, connect(dsn, ca_file)).await??;
    let channel = subscriber.channel();
    in_time(PATIENCE, client.batch_execute(&format!("LISTEN {channel}"))).await??;
    in_time(LOADING, subscriber.load(&client)).await??;
    subscriber.heard();
    let mut beat = tokio::time::interval(BEAT);
    loop {
        tokio::select! {
            notice = notices.recv() => match notice {
                Some(notice) => subscriber.notice(notice.payload()),
                None => return Err(DatabaseError::Unavailable("the connection ended".into())),
            },
            _ = beat.tick() => {
                in_time(PATIENCE, client.batch_execute("")).await??;
                // What was told before the answer lies in the queue by now.
                while let Ok(notice) = notices.try_recv() {
                    subscriber.notice(notice.payload());
                }
                subscriber.heard();
            }
        }
    }
}

async fn in_time<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, DatabaseError> {
    let late = |_| DatabaseError::Unavailable("no answer in time".into());
    tokio::time::timeout(limit, work).await.map_err(late)
}

async fn connect(
    dsn: &Dsn,
    ca_file: Option<&Path>,
) -> Result<(Client, UnboundedReceiver<Notification>), DatabaseError> {
    let config: Config = tls::with_session_settings(&dsn.config);
    Ok(match tls::connector(dsn, ca_file)? {
        Some(tls) => drive(config.connect(tls).await?),
        None => drive(config.connect(NoTls).await?),
    })
}

fn drive<S, T>(
    (client, mut connection): (Client, tokio_postgres::Connection<S, T>),
) -> (Client, UnboundedReceiver<Notification>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notice) = message
                && sender.send(notice).is_err()
            {
                return;
            }
        }
    });
    (client, receiver)
}
