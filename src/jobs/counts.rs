//! How jobs ended: counted here, and added to the database once a second, since a worker listens nowhere and each job
//! must not wait for a row that all jobs of its task change. What a killed worker had not added yet is lost.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::store;
use crate::platform::DatabaseError;
use crate::platform::database::Pooled;

const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Done,
    /// Failed, and tried again.
    Failed,
    /// Failed for the last time.
    Dead,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Dead => "dead",
        }
    }
}

type Numbers = BTreeMap<(&'static str, Outcome), i64>;

/// What has been counted and not been added yet.
#[derive(Debug, Default)]
pub struct Counts(Mutex<Numbers>);

impl Counts {
    pub fn count(&self, task: &'static str, outcome: Outcome) {
        self.add(task, outcome, 1);
    }

    fn add(&self, task: &'static str, outcome: Outcome, number: i64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry((task, outcome)).or_default() += number;
    }

    fn take(&self) -> Numbers {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds what has been counted to the database. What could not be added is kept.
    pub async fn flush(&self, database: &Pooled) -> Result<(), DatabaseError> {
        let numbers = self.take();
        if numbers.is_empty() {
            return Ok(());
        }
        let added = write(&numbers, database).await;
        if added.is_err() {
            numbers.into_iter().for_each(|((task, outcome), number)| self.add(task, outcome, number));
        }
        added
    }

    /// Adds them again and again, for as long as the process runs.
    pub async fn keep_flushing(&self, database: &Pooled) {
        loop {
            tokio::time::sleep(PAUSE).await;
            // The database is away: whoever runs jobs says so already.
            let _ = self.flush(database).await;
        }
    }
}

async fn write(numbers: &Numbers, database: &Pooled) -> Result<(), DatabaseError> {
    let tasks: Vec<_> = numbers.keys().map(|(task, _)| *task).collect();
    let outcomes: Vec<_> = numbers.keys().map(|(_, outcome)| outcome.as_str()).collect();
    let counts: Vec<_> = numbers.values().copied().collect();
    store::add_counts(&database.connection().await?, &tasks, &outcomes, &counts).await.map(|_| ())
}
