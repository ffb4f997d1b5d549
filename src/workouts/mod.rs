//! Workouts: what somebody did at one time, set by set.
//!
//! Invariants: a workout is there once, by its lifter and the time of its completion, and a set once for ever by the id that
//! its client gave it; whatever follows from a workout (lifts, bests, points, quests, energy, standings) is written in the
//! transaction that writes it, while the lifter's row is held, and taken back when it goes.

mod api;
mod counting;
mod edits;
mod legacy;
mod merge;
mod new_workout;
mod read;
mod record;
pub mod records;
mod store;
pub mod streaks;
mod title;

use utoipa_actix_web::service_config::ServiceConfig;

pub use store::bulk;

use crate::lifts::LiftError;
use crate::platform::idempotency::IdempotencyError;
use crate::platform::{DatabaseError, Problem};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    legacy::routes(config);
    api::routes(config);
    records::routes(config);
    streaks::routes(config);
    merge::routes(config);
}

#[derive(Debug, thiserror::Error)]
pub enum WorkoutError {
    #[error("No workout is here under this id.")]
    Unknown,
    #[error("No routine of yours, of everybody's or shared with you has this id.")]
    UnknownRoutine,
    #[error("No exercise of the catalogue, nor one of yours, has this id.")]
    UnknownExercise { field: String },
    #[error("These sets belong to a workout that was deleted.")]
    Deleted,
    #[error("Some of these sets belong to another workout: send them with that one, or give new ones new ids.")]
    OtherWorkout,
    #[error("Another workout of yours was completed at the same time.")]
    SameTime,
    #[error("An exercise of your own was merged or deleted at the same time; send it again.")]
    Changed,
    #[error("A moderator voided a lift of this workout; its sets stay as they are. The workout can be deleted.")]
    Voided,
    #[error(transparent)]
    Lift(#[from] LiftError),
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl WorkoutError {
    /// The account went away.
    fn gone() -> Self {
        Self::Lift(LiftError::Gone)
    }
}

impl From<WorkoutError> for Problem {
    fn from(error: WorkoutError) -> Self {
        match error {
            WorkoutError::Unknown => Problem::not_found(error.to_string()),
            WorkoutError::UnknownRoutine => Problem::bad_request(format!("routine_id: {error}")),
            WorkoutError::UnknownExercise { ref field } => Problem::invalid(field.clone(), error.to_string()),
            WorkoutError::Deleted
            | WorkoutError::OtherWorkout
            | WorkoutError::SameTime
            | WorkoutError::Changed
            | WorkoutError::Voided => Problem::conflict(error.to_string()),
            WorkoutError::Lift(LiftError::Gone) => SignedIn::gone(),
            WorkoutError::Lift(error) => error.into(),
            WorkoutError::Idempotency(error) => error.into(),
            WorkoutError::Database(error) => error.into(),
        }
    }
}
