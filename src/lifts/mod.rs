//! Lifts: what somebody lifted, and the best of it.
//!
//! Invariants: a lift is a copy of the moment (body weight, scoring, equipment) and no later change of the profile
//! touches it; `personal_bests` holds the best raw or wraps lift of each lifter and exercise, of equal ones the
//! newest, among those that are not voided and not [above what anybody has done](Doubt::Ceiling) unless a moderator
//! accepted them. Both are kept by doing everything about a lift in one transaction that holds the lifter's row.

mod api;
mod board;
pub mod bulk;
mod check;
mod edits;
mod held;
mod judging;
pub mod made;
mod new_lift;
mod record;
mod recount;
mod session;
mod store;
mod together;

use utoipa_actix_web::service_config::ServiceConfig;

pub use api::LiftCuts;
pub use check::{check, refresh_volumes};
pub use held::{Done, Held};
pub use new_lift::{Equipment, NewLift};
pub use record::{Recording, Sent};
pub use recount::recount;
pub use session::{JudgedLift, Session};
pub use together::{Together, record_lift};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::boards::{Doubt, RankChange, Shown};
use crate::catalogue::{Catalogue, Exercise};
use crate::platform::idempotency::IdempotencyError;
use crate::platform::{Connection, DatabaseError, Problem, UserId};
use crate::sessions::SignedIn;
use crate::strength::energy::Lifter;
use crate::strength::{ScoredAs, one_rep_max};

pub fn routes(config: &mut ServiceConfig) {
    api::routes(config);
    edits::routes(config);
    judging::routes(config);
}

#[derive(Debug, thiserror::Error)]
pub enum LiftError {
    #[error("No exercise has this id; GET /api/v1/scenarios lists them.")]
    UnknownExercise,
    #[error("scenario_id: differs from the one in the path")]
    OtherExercise,
    #[error("scenario_id: is missing")]
    NoExercise,
    #[error("This lifter has no score in this exercise yet.")]
    NoScore,
    #[error("No lift of yours has this id.")]
    NotYours,
    #[error("There is no lift to delete.")]
    NothingToDelete,
    #[error("Only lifts that you entered yourself can be edited; this one comes from elsewhere.")]
    FromElsewhere,
    #[error("A moderator voided this lift; it can be answered or deleted, and not be edited.")]
    Voided,
    #[error("No lift has this id.")]
    Unknown,
    #[error("A lift of your own is for other moderators to judge.")]
    OwnLift,
    #[error("This lift does not wait for a moderator.")]
    NotWaiting,
    #[error("This lift has been voided already.")]
    VoidedAlready,
    #[error("This lift is not voided.")]
    NotVoided,
    #[error("No voided lift of yours has this id.")]
    NothingToAnswer,
    #[error("You have answered already; a moderator reads it.")]
    Answered,
    #[error("the account is gone")]
    Gone,
    #[error("the answer cannot be written: {0}")]
    Unwritable(serde_json::Error),
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<LiftError> for Problem {
    fn from(error: LiftError) -> Self {
        match error {
            LiftError::UnknownExercise
            | LiftError::NoScore
            | LiftError::NotYours
            | LiftError::NothingToDelete
            | LiftError::Unknown
            | LiftError::NothingToAnswer => Problem::not_found(error.to_string()),
            LiftError::OtherExercise | LiftError::NoExercise => Problem::bad_request(error.to_string()),
            LiftError::OwnLift => Problem::forbidden(error.to_string()),
            LiftError::FromElsewhere
            | LiftError::Voided
            | LiftError::NotWaiting
            | LiftError::VoidedAlready
            | LiftError::NotVoided
            | LiftError::Answered => Problem::conflict(error.to_string()),
            LiftError::Gone => SignedIn::gone(),
            LiftError::Unwritable(error) => Problem::internal(error),
            LiftError::Idempotency(error) => error.into(),
            LiftError::Database(error) => error.into(),
        }
    }
}

/// The best score of somebody in an exercise; 0 where there is none.
///
/// Errors: [`LiftError::UnknownExercise`].
pub async fn find_highscore(
    db: &Connection,
    catalogue: &Catalogue,
    user: UserId,
    exercise_id: &str,
    visitor: Option<UserId>,
) -> Result<f64, LiftError> {
    let exercise = catalogue.find(exercise_id).ok_or(LiftError::UnknownExercise)?;
    let best = store::find_best_lift(db, user, &exercise.id, visitor).await?;
    Ok(best.map_or(0.0, |lift| lift.score_value))
}

/// A stored lift.
#[derive(Debug, Clone)]
pub struct Lift {
    pub id: i32,
    pub user_id: UserId,
    pub exercise_id: String,
    pub weight_kg: f64,
    pub reps: Option<i32>,
    pub sets: Option<i32>,
    pub score_value: f64,
    pub performed_at: Timestamp,
    pub equipment: String,
    pub source: String,
}

/// The best of a lifter in an exercise.
#[derive(Debug, Clone)]
pub struct Best {
    pub exercise_id: String,
    pub score_value: f64,
    pub weight_kg: f64,
    pub reps: Option<i32>,
    pub sets: Option<i32>,
    pub performed_at: Timestamp,
    pub lift_id: i32,
}

/// What came of a lift.
#[derive(Debug)]
pub struct Recorded {
    pub lift: Lift,
    pub is_personal_best: bool,
    /// The best before this lift.
    pub previous_best: Option<Best>,
    /// The places that it changed.
    pub ranks: Vec<RankChange>,
    /// Why it waits for a moderator.
    pub waits: Option<Doubt>,
}

/// What a lift scores: repetitions with the own body weight, the estimated single otherwise.
pub fn score_value(exercise: &Exercise, weight_kg: f64, reps: Option<i32>) -> f64 {
    match exercise.is_bodyweight {
        true => one_rep_max::repetitions(reps),
        false => one_rep_max::epley(weight_kg, reps),
    }
}

/// A lifter whose row is held until the transaction ends.
pub struct LockedLifter {
    pub id: UserId,
    /// Numbers for the lifts that are to be recorded.
    pub lift_ids: Vec<i32>,
    pub time_zone: TimeZone,
    /// What the energy depends on; the bests are not in it.
    pub energy_of: Lifter,
    pub birth_year: Option<i16>,
    pub shown: Shown,
}

/// What the lifter was at the moment of a lift, copied with it.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub bodyweight_kg: Option<f64>,
    pub scored_as: Option<ScoredAs>,
    pub age_years: Option<f32>,
    pub doubt: Option<Doubt>,
}
