//! Trying out the queue: a job that leaves a row behind, and nothing else.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{JobError, Running, Task, Tools, add, store};
use crate::platform::{Connection, DatabaseError};

/// Leaves its key in `job_probes`. No route adds one: `repduel jobs probe` does, and whoever owns the database.
#[derive(Debug, Serialize, Deserialize)]
pub struct Probe {
    pub key: String,
    /// How long it works before it is done.
    #[serde(default)]
    pub milliseconds: u64,
}

impl Task for Probe {
    const NAME: &'static str = "probe";

    async fn run(self, tools: &Tools, job: &Running) -> Result<(), JobError> {
        tokio::time::sleep(Duration::from_millis(self.milliseconds)).await;
        let db = tools.database.connection().await?;
        let transaction = db.begin().await?;
        store::insert_probe(&transaction, &self.key).await?;
        job.finish(&transaction).await?;
        Ok(transaction.commit().await?)
    }
}

/// Puts a job through the queue and gives the time until it was done; none when `patience` ran out first.
pub async fn probe(db: &Connection, patience: Duration) -> Result<Option<Duration>, DatabaseError> {
    let (began, key) = (Instant::now(), Uuid::new_v4().to_string());
    add(db, &Probe { key: key.clone(), milliseconds: 0 }, None).await?;
    while began.elapsed() < patience {
        if store::delete_probe(db, &key).await? > 0 {
            return Ok(Some(began.elapsed()));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(None)
}
