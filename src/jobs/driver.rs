//! The queue's library on our way to the database: our pool, and our feed for what PostgreSQL tells. The library's own
//! would neither check a certificate by DATABASE_CA_FILE nor notice a connection that hangs.

use std::any::Any;
use std::sync::Arc;

use futures_util::stream;
use graphile_worker::tokio_postgres::TokioPostgresDatabase;
use graphile_worker::{
    BoxFuture, DatabaseDriver, DbError, DbExecutor, DbParams, DbRow, DbTransaction, Notification, NotificationStream,
};
use tokio::sync::broadcast::{Receiver, Sender, channel};
use tokio_postgres::Client;

use crate::platform::database::Pooled;
use crate::platform::database::feed::{Loading, Subscriber};

/// Hears that there are new jobs, and passes it on.
#[derive(Debug, Clone)]
pub struct NewJobs(Sender<()>);

impl Default for NewJobs {
    fn default() -> Self {
        // Whoever is late hears of many at once, which is as good.
        Self(channel(16).0)
    }
}

impl NewJobs {
    fn tell(&self) {
        // Nobody listens between two runs of the worker, which looks into the queue by itself when it starts.
        let _ = self.0.send(());
    }
}

impl Subscriber for NewJobs {
    fn channel(&self) -> &'static str {
        "\"jobs:insert\""
    }

    /// Some may have been missed.
    fn load<'a>(&'a self, _: &'a Client) -> Loading<'a> {
        self.tell();
        Box::pin(async { Ok(()) })
    }

    fn notice(&self, _: &str) {
        self.tell();
    }

    fn heard(&self) {}
}

/// What the library is given as its database.
#[derive(Debug)]
pub struct Driver {
    queries: TokioPostgresDatabase,
    new_jobs: Arc<NewJobs>,
}

impl Driver {
    pub fn new(database: &Pooled, new_jobs: Arc<NewJobs>) -> Self {
        Self { queries: TokioPostgresDatabase::new(database.pool().clone()), new_jobs }
    }
}

impl DbExecutor for Driver {
    fn execute<'a>(&'a self, sql: &'a str, parameters: DbParams) -> BoxFuture<'a, Result<u64, DbError>> {
        DbExecutor::execute(&self.queries, sql, parameters)
    }

    fn fetch_all<'a>(&'a self, sql: &'a str, parameters: DbParams) -> BoxFuture<'a, Result<Vec<DbRow>, DbError>> {
        DbExecutor::fetch_all(&self.queries, sql, parameters)
    }
}

impl DatabaseDriver for Driver {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn begin<'a>(&'a self) -> BoxFuture<'a, Result<DbTransaction, DbError>> {
        self.queries.begin()
    }

    fn listen<'a>(&'a self, channel: &'a str) -> BoxFuture<'a, Result<Option<NotificationStream>, DbError>> {
        let (heard, channel) = (self.new_jobs.0.subscribe(), channel.to_owned());
        let notices = stream::unfold((heard, channel), |(mut heard, channel)| async move {
            next(&mut heard).await?;
            let notice = Notification { channel: channel.clone(), payload: String::new() };
            Some((Ok(notice), (heard, channel)))
        });
        Box::pin(async { Ok(Some(Box::pin(notices) as NotificationStream)) })
    }
}

/// None when nothing more will ever come.
async fn next(heard: &mut Receiver<()>) -> Option<()> {
    use tokio::sync::broadcast::error::RecvError;
    match heard.recv().await {
        Ok(()) | Err(RecvError::Lagged(_)) => Some(()),
        Err(RecvError::Closed) => None,
    }
}
