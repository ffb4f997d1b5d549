//! Quests: points for training as often and as long as a quest asks.
//!
//! Invariants: a quest pays once a cycle, by the key of its event; a cycle is of the lifter's own days and weeks, and a
//! workout moves only the cycles that hold its completion; progress is what the workouts give, so when one is edited or
//! deleted a reward that is earned no longer is taken back. Only workouts that came in time count (`workouts.pays`).

mod api;
mod cycle;
mod store;
mod templates;

pub use api::{QuestInstance, routes};
pub use cycle::Cycle;
pub use store::{FOLLOW, check, follow, mirror};
pub use templates::{Templates, WrongTemplates};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::platform::{Connection, DatabaseError, Problem, UserId};

/// How long an unclaimed reward can be claimed after its cycle.
pub const GRACE_DAYS: i32 = 7;

#[derive(Debug, thiserror::Error)]
pub enum QuestError {
    #[error("No quest of yours has this id.")]
    NotYours,
    #[error("This quest is not completed yet.")]
    NotCompleted,
    #[error("This quest ended more than 7 days ago: its reward can no longer be claimed.")]
    TooLate,
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<QuestError> for Problem {
    fn from(error: QuestError) -> Self {
        match error {
            QuestError::NotYours => Problem::not_found(error.to_string()),
            QuestError::NotCompleted | QuestError::TooLate => Problem::bad_request(error.to_string()),
            QuestError::Database(error) => error.into(),
        }
    }
}

/// Brings all quests that somebody has begun to what the workouts give. The caller holds the lifter's row.
pub async fn recount(db: &Connection, templates: &Templates, user: UserId) -> Result<(), DatabaseError> {
    let cycles = store::list_cycles(db, user, templates, None).await?;
    follow(db, user, &cycles).await?;
    store::delete_hollow_rewards(db, user).await.map(|_| ())
}

/// Brings the quests to what the workouts give that hold a moment: those that were begun by whatever calendar, and those of
/// the calendar of now. The caller holds the lifter's row.
pub async fn follow_at(
    db: &Connection,
    user: UserId,
    templates: &Templates,
    zone: &TimeZone,
    at: Timestamp,
) -> Result<(), DatabaseError> {
    let begun = store::list_cycles(db, user, templates, Some(at)).await?;
    follow(db, user, &begun).await?;
    follow(db, user, &templates.cycles(at, zone)).await.map(|_| ())
}

/// Claims the reward of a quest if it can be, and gives the quest as it is then; none where it is not the lifter's.
pub async fn claim(db: &Connection, user: UserId, id: Uuid) -> Result<Option<store::Quest>, DatabaseError> {
    let transaction = db.begin().await?;
    let claimed = async {
        match store::lock_lifter(db, user).await? {
            true => store::claim(db, user, id).await,
            false => Ok(None),
        }
    };
    let claimed = claimed.await;
    transaction.end(claimed).await
}

impl Templates {
    /// The cycles that hold a moment, of the quests that were there then.
    pub fn cycles(&self, at: Timestamp, zone: &TimeZone) -> Vec<Cycle<'_>> {
        self.iter().filter(|template| template.is_active).filter_map(|template| Cycle::of(template, at, zone)).collect()
    }
}
