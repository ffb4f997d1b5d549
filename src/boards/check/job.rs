use serde::{Deserialize, Serialize};
use tokio_postgres::Client;

use super::{check, note, repair};
use crate::catalogue::Catalogue;
use crate::jobs::{JobError, Running, Schedule, Task, Tools};

pub const SCHEDULE: Schedule = Schedule { task: CheckBoards::NAME, times: "29 * * * *", made_up_for: "2h" };

/// Compares, says what differs, and mends it: every hour, and after an upgrade, while which the program of before may have
/// recorded lifts without knowing of boards.
#[derive(Debug, Serialize, Deserialize)]
pub struct CheckBoards {}

impl Task for CheckBoards {
    const NAME: &'static str = "check_boards";
    const ATTEMPTS: i32 = 3;

    async fn run(self, tools: &Tools, _: &Running) -> Result<(), JobError> {
        let connection = tools.database.connection().await?;
        let done = check_and_repair(connection.client()?).await;
        if done.is_err() {
            // The connection goes back to others.
            let _ = connection.client()?.batch_execute("ROLLBACK").await;
        }
        done
    }
}

async fn check_and_repair(db: &Client) -> Result<(), JobError> {
    let catalogue = Catalogue::load().map_err(|error| JobError::Failed(error.to_string()))?;
    let findings = check(db, &catalogue, |_| {}).await?;
    note(db, &findings).await?;
    for (user, why) in findings.differences.iter().take(20) {
        slog_scope::error!("a lifter's standing was wrong"; "user" => user.to_string(), "why" => why);
    }
    for why in findings.lists.iter().take(20) {
        slog_scope::error!("a list was wrong"; "why" => why);
    }
    if findings.number() > 0 {
        let repaired = repair(db, &catalogue, &findings).await?;
        slog_scope::info!("standings were made anew"; "lifters" => repaired);
    }
    Ok(())
}
