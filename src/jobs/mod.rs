//! Jobs: what is done later, by `repduel worker`.
//!
//! A job is added by SQL in the transaction of whatever asks for it, so that both happen or neither. Invariant: every
//! job runs at least once; what it does in the database happens once, since a task takes its job off the queue in the
//! transaction of its effect ([`Running::finish`]), and only while the job is still its own. The queue is
//! graphile_worker's, in a schema of its own ([`schema`]). A job that fails is tried again, later and later; when its
//! attempts are used up it is dead, and waits for an operator. No job holds a secret.

mod api;
mod counts;
mod driver;
mod handler;
mod probe;
pub mod queue;
pub mod schema;
mod store;
mod worker;

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_postgres::Client;

use crate::platform::database::Pooled;
use crate::platform::mail::Mailer;
use crate::platform::{Config, Connection, DatabaseError};

pub use api::{QueueFigures, routes};
pub use handler::Registered;
pub use probe::{Probe, probe};
pub use worker::{Schedule, work};

/// Something that is done later. Its fields are what a job of it holds.
pub trait Task: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name, in the queue, the log and the figures.
    const NAME: &'static str;
    /// How often it is tried. The pauses between are e, e², e³ … seconds, six hours at most: ten tries take three and
    /// a half hours.
    const ATTEMPTS: i32 = 10;

    fn run(self, tools: &Tools, job: &Running) -> impl Future<Output = Result<(), JobError>> + Send;
}

/// What tasks work with.
pub struct Tools {
    pub database: Pooled,
    pub config: Config,
    /// None where no mail is sent.
    pub mailer: Option<Mailer>,
}

/// Why a job did not do its work. The text is kept with the job and shown to operators.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// While it ran, too long was nothing heard of its worker, so it was given to another.
    #[error("another worker has this job now")]
    NoLongerOurs,
    #[error("{0}")]
    Failed(String),
}

/// The job that a task is running for.
#[derive(Debug, Clone)]
pub struct Running {
    /// None when an operator runs the task by hand.
    id: Option<i64>,
    worker: String,
    /// The request that asked for it.
    pub request_id: Option<String>,
}

impl Running {
    /// A task that an operator runs without a job.
    pub fn by_hand() -> Self {
        Self { id: None, worker: String::new(), request_id: None }
    }

    /// Takes the job off the queue in the transaction of its effect, which then happens once.
    ///
    /// Errors: [`JobError::NoLongerOurs`]; the transaction must then be rolled back.
    pub async fn finish(&self, db: &Connection) -> Result<(), JobError> {
        let Some(id) = self.id else { return Ok(()) };
        match store::delete_own_job(db, id, &self.worker).await? {
            0 => Err(JobError::NoLongerOurs),
            _ => Ok(()),
        }
    }
}

/// Takes the jobs of a task that hold these fields off the queue, in whatever transaction `db` has open; but for those
/// that are running.
pub async fn forget<T: Task>(db: &Connection, fields: &serde_json::Value) -> Result<(), DatabaseError> {
    store::delete_jobs(db, T::NAME, fields).await.map(|_| ())
}

/// Adds a job, in whatever transaction `db` has open. `request_id` is the request that asks for it.
pub async fn add<T: Task>(db: &Connection, task: &T, request_id: Option<&str>) -> Result<(), DatabaseError> {
    // What a task holds is made of texts and numbers, which always can be written.
    let mut payload = serde_json::to_value(task).unwrap_or_default();
    if let (Some(fields), Some(id)) = (payload.as_object_mut(), request_id) {
        fields.insert("request_id".into(), id.into());
    }
    store::add_job(db, T::NAME, &payload, T::ATTEMPTS).await.map(|_| ())
}

/// Adds a job without fields, to be done after a while (such as `2 minutes`): one of its task, however often it is added.
pub async fn add_later<T: Task>(client: &Client, delay: &str) -> Result<(), String> {
    let sql = "SELECT FROM graphile_worker.add_job($1, run_at => now() + $2::text::interval, job_key => $1)";
    client.execute(sql, &[&T::NAME, &delay]).await.map(|_| ()).map_err(|error| error.to_string())
}
