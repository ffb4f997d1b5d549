//! The queue as operators see it: how it is, what is in it, and what they can do with a job.

use std::time::Duration;

use serde::Serialize;

use super::store;
pub use super::store::Job;
use crate::platform::{Connection, DatabaseError};

/// A worker shows every five seconds that it lives; one that has not for so long is taken for dead, and its jobs are
/// given to others.
pub const SILENCE_OF_THE_DEAD: Duration = Duration::from_secs(20);
/// A job that waits longer than this tells that workers are missing, or stuck.
const LONGEST_WAIT_SECONDS: f64 = 300.0;

/// How the queue is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct QueueHealth {
    /// `ok`; `degraded` when no worker lives, when a job has waited for five minutes, or when jobs are dead;
    /// `unavailable` when the database does not answer.
    pub status: &'static str,
    /// The jobs that are not done, without the dead ones and those of later.
    pub queue_depth: Option<i64>,
    /// The workers that live.
    pub workers: Vec<String>,
    /// How long the job has waited that waits longest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_seconds: Option<i64>,
    /// The jobs whose attempts are used up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead: Option<i64>,
}

impl QueueHealth {
    pub fn unavailable() -> Self {
        Self { status: "unavailable", queue_depth: None, workers: Vec::new(), oldest_seconds: None, dead: None }
    }
}

pub async fn health(db: &Connection) -> Result<QueueHealth, DatabaseError> {
    let tasks = store::list_task_figures(db).await?;
    let workers = store::list_workers(db, SILENCE_OF_THE_DEAD).await?;
    let oldest = tasks.iter().map(|task| task.oldest_seconds).fold(0.0, f64::max);
    let dead = tasks.iter().map(|task| task.dead).sum();
    let is_well = !workers.is_empty() && oldest < LONGEST_WAIT_SECONDS && dead == 0;
    Ok(QueueHealth {
        status: if is_well { "ok" } else { "degraded" },
        queue_depth: Some(tasks.iter().map(|task| task.waiting + task.running + task.retrying).sum()),
        workers,
        oldest_seconds: Some(oldest as i64),
        dead: Some(dead),
    })
}

#[derive(Debug, thiserror::Error)]
pub enum JobCommandError {
    #[error("no job has the id {0}; repduel jobs list shows those that are there")]
    Unknown(i64),
    #[error("job {0} is running at this moment; wait for it, or stop its worker")]
    Running(i64),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// The jobs in the order in which they come, the dead ones last.
pub async fn list(db: &Connection, only_dead: bool, limit: i64) -> Result<Vec<Job>, DatabaseError> {
    store::list_jobs(db, only_dead, limit).await
}

/// Lets a job begin anew, at once.
pub async fn retry(db: &Connection, id: i64) -> Result<(), JobCommandError> {
    match store::restart_job(db, id).await? {
        0 => Err(refusal(db, id).await?),
        _ => Ok(()),
    }
}

/// Lets all dead jobs begin anew, at once, and gives their number.
pub async fn retry_all_dead(db: &Connection) -> Result<u64, DatabaseError> {
    store::restart_dead_jobs(db).await
}

/// Takes a job off the queue for good.
pub async fn drop(db: &Connection, id: i64) -> Result<(), JobCommandError> {
    match store::drop_job(db, id).await? {
        0 => Err(refusal(db, id).await?),
        _ => Ok(()),
    }
}

/// Why nothing could be done with a job.
async fn refusal(db: &Connection, id: i64) -> Result<JobCommandError, DatabaseError> {
    Ok(match store::job_exists(db, id).await? {
        true => JobCommandError::Running(id),
        false => JobCommandError::Unknown(id),
    })
}
