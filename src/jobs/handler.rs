//! What stands between the queue's library and a task: its data read, its line in the log, its outcome counted.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;
use graphile_worker::{IntoTaskHandlerResult, JobDefinition, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::counts::{Counts, Outcome};
use super::{JobError, Running, Task, Tools};

type ByHand = for<'a> fn(&'a Tools) -> Pin<Box<dyn Future<Output = Result<(), JobError>> + Send + 'a>>;

/// A task that the worker knows.
#[derive(Clone)]
pub struct Registered {
    pub name: &'static str,
    pub(super) definition: JobDefinition,
    run_by_hand: ByHand,
}

impl Registered {
    pub fn of<T: Task>() -> Self {
        Self {
            name: T::NAME,
            definition: JobDefinition::of::<Handler<T>>(),
            run_by_hand: |tools| run_by_hand::<T>(tools),
        }
    }

    /// Runs a task that needs no data, without a job.
    pub async fn run_by_hand(&self, tools: &Tools) -> Result<(), JobError> {
        (self.run_by_hand)(tools).await
    }
}

fn run_by_hand<T: Task>(tools: &Tools) -> Pin<Box<dyn Future<Output = Result<(), JobError>> + Send + '_>> {
    Box::pin(async move {
        let task: T = serde_json::from_value(json!({}))
            .map_err(|error| JobError::Failed(format!("{} is not for running by hand: {error}", T::NAME)))?;
        task.run(tools, &Running::by_hand()).await
    })
}

/// What all tasks of a worker share.
#[derive(Clone)]
pub(super) struct Shelf {
    pub tools: Arc<Tools>,
    pub counts: Arc<Counts>,
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shelf")
    }
}

/// Why a job failed, as the library keeps it: by its `Debug`.
struct Told(String);

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A task as the library wants it.
#[derive(Serialize, Deserialize)]
#[serde(transparent, bound = "T: Task")]
struct Handler<T>(T);

impl<T: Task> TaskHandler for Handler<T> {
    const IDENTIFIER: &'static str = T::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(shelf) = context.get_ext::<Shelf>() else { return Err(Told("the worker has no tools".into())) };
        let job = context.job();
        let running = Running {
            id: Some(*job.id()),
            worker: context.worker_id().to_owned(),
            request_id: context.payload()["request_id"].as_str().map(str::to_owned),
        };
        let began = Instant::now();
        // A task that panics ends its own job, not the worker.
        let outcome = AssertUnwindSafe(self.0.run(&shelf.tools, &running)).catch_unwind().await;
        let outcome = outcome.unwrap_or_else(|panic| Err(JobError::Failed(format!("panicked: {}", text_of(&*panic)))));
        let milliseconds = began.elapsed().as_secs_f64() * 1000.0;
        let (id, attempt, most) = (*job.id(), *job.attempts(), *job.max_attempts());
        let Err(error) = outcome else {
            shelf.counts.count(T::NAME, Outcome::Done);
            slog_scope::info!("job done"; "task" => T::NAME, "job" => id, "attempt" => attempt,
                "milliseconds" => milliseconds, "request_id" => &running.request_id);
            return Ok(());
        };
        if matches!(error, JobError::NoLongerOurs) {
            // Whoever has it now reports on it. Not a success: for that the library deletes the job, whoever has it.
            slog_scope::warn!("job given up"; "task" => T::NAME, "job" => id, "error" => error.to_string(),
                "request_id" => &running.request_id);
            return Err(Told(error.to_string()));
        }
        let error = error.to_string();
        if attempt < most {
            shelf.counts.count(T::NAME, Outcome::Failed);
            slog_scope::warn!("job failed; it is tried again"; "task" => T::NAME, "job" => id, "attempt" => attempt,
                "milliseconds" => milliseconds, "error" => &error, "request_id" => &running.request_id);
        } else {
            shelf.counts.count(T::NAME, Outcome::Dead);
            slog_scope::error!("job is dead; see repduel jobs list --dead"; "task" => T::NAME, "job" => id,
                "attempt" => attempt, "milliseconds" => milliseconds, "error" => &error,
                "request_id" => &running.request_id);
        }
        Err(Told(error))
    }
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word")
}
