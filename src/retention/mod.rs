//! What is forgotten, and when. People are promised this, so it stands on one page.
//!
//! Each rule is one statement that removes at most [`BATCH`] rows, run until it finds no more: no statement is long, and
//! nobody waits for its locks. A rule that fails does not keep the others from running.

mod pictures;
mod store;

use std::pin::Pin;

use serde::{Deserialize, Serialize};

use crate::jobs::{JobError, Registered, Running, Schedule, Task, Tools};
use crate::platform::{Connection, DatabaseError};

/// How many rows one statement removes.
const BATCH: i64 = 5_000;

type Rule = for<'a> fn(&'a Connection) -> Forgetting<'a>;
type Forgetting<'a> = Pin<Box<dyn Future<Output = Result<u64, DatabaseError>> + Send + 'a>>;

/// What is forgotten, by its name in the log.
const RULES: [(&str, Rule); 14] = [
    ("sessions that ended or expired 30 days ago", |db| Box::pin(store::delete_sessions(db, BATCH))),
    ("refresh tokens that were spent a day ago or expired", |db| Box::pin(store::delete_refresh_tokens(db, BATCH))),
    ("revocations of what has expired by itself", |db| Box::pin(store::delete_revocations(db, BATCH))),
    ("links that expired a day ago", |db| Box::pin(store::delete_links(db, BATCH))),
    ("invites that expired 30 days ago", |db| Box::pin(store::delete_invites(db, BATCH))),
    ("answers kept for 30 days for repeated requests", |db| Box::pin(store::delete_idempotency_keys(db, BATCH))),
    ("answers kept for 30 days with workouts", |db| Box::pin(store::blank_workout_answers(db, BATCH))),
    ("addresses in audit entries of 90 days ago", |db| Box::pin(store::blank_audit_addresses(db))),
    ("shares of routines that were revoked 30 days ago", |db| Box::pin(store::delete_revoked_shares(db, BATCH))),
    ("jobs that died 30 days ago", |db| Box::pin(store::delete_dead_jobs(db, BATCH))),
    ("rises on boards of 90 days ago", |db| Box::pin(store::delete_rank_rises(db, BATCH))),
    ("calls to follow of an hour ago", |db| Box::pin(store::delete_follow_calls(db, BATCH))),
    ("changes of boards of two hours ago", |db| Box::pin(store::delete_board_changes(db, BATCH))),
    ("probes of the queue of a day ago", |db| Box::pin(store::delete_probes(db, BATCH))),
];

pub fn tasks() -> [Registered; 2] {
    [Registered::of::<Forget>(), Registered::of::<SweepPictures>()]
}

pub const SCHEDULES: [Schedule; 2] = [
    Schedule { task: Forget::NAME, times: "17 * * * *", made_up_for: "2h" },
    Schedule { task: SweepPictures::NAME, times: "41 3 * * *", made_up_for: "1d" },
];

/// Forgets what is due.
#[derive(Debug, Serialize, Deserialize)]
pub struct Forget {}

impl Task for Forget {
    const NAME: &'static str = "forget";
    /// The next one comes within the hour.
    const ATTEMPTS: i32 = 5;

    async fn run(self, tools: &Tools, _: &Running) -> Result<(), JobError> {
        let db = tools.database.connection().await?;
        let mut failures = Vec::new();
        for (what, rule) in RULES {
            match until_none_is_left(&db, rule).await {
                Ok(0) => {}
                Ok(rows) => slog_scope::info!("forgotten"; "what" => what, "rows" => rows),
                Err(error) => failures.push(format!("{what}: {error}")),
            }
        }
        if failures.is_empty() { Ok(()) } else { Err(JobError::Failed(failures.join("; "))) }
    }
}

async fn until_none_is_left(db: &Connection, rule: Rule) -> Result<u64, DatabaseError> {
    let mut all = 0;
    loop {
        let rows = rule(db).await?;
        all += rows;
        if rows < BATCH as u64 {
            return Ok(all);
        }
    }
}

/// Removes the pictures that nobody shows any more.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepPictures {}

impl Task for SweepPictures {
    const NAME: &'static str = "sweep_pictures";
    const ATTEMPTS: i32 = 5;

    async fn run(self, tools: &Tools, _: &Running) -> Result<(), JobError> {
        let removed = pictures::sweep(&tools.database, &tools.config.static_directory).await?;
        if removed > 0 {
            slog_scope::info!("forgotten"; "what" => "pictures that nobody shows", "files" => removed);
        }
        Ok(())
    }
}
