//! Lifts: what somebody lifted, and the best of it.
//!
//! Invariants: a lift is a copy of the moment (body weight, scoring, equipment) and no later change of the profile
//! touches it; `personal_bests` holds the best raw or wraps lift of each lifter and exercise, of equal ones the
//! newest. Both are kept by doing everything about a lift in one transaction that holds the lifter's row.

mod api;
pub mod bulk;
mod new_lift;
mod store;

pub use api::routes;
pub use new_lift::{Equipment, NewLift};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::catalogue::Exercise;
use crate::energy;
use crate::platform::idempotency::IdempotencyError;
use crate::platform::{Connection, DatabaseError, Problem, UserId};
use crate::sessions::SignedIn;
use crate::strength::one_rep_max;
use crate::strength::standards::CoreLift;

#[derive(Debug, thiserror::Error)]
pub enum LiftError {
    #[error("No exercise has this id; GET /api/v1/scenarios lists them.")]
    UnknownExercise,
    #[error("scenario_id: differs from the one in the path")]
    OtherExercise,
    #[error("This lifter has no score in this exercise yet.")]
    NoScore,
    #[error("the account is gone")]
    Gone,
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<LiftError> for Problem {
    fn from(error: LiftError) -> Self {
        match error {
            LiftError::UnknownExercise | LiftError::NoScore => Problem::not_found(error.to_string()),
            LiftError::OtherExercise => Problem::bad_request(error.to_string()),
            LiftError::Gone => SignedIn::gone(),
            LiftError::Idempotency(error) => error.into(),
            LiftError::Database(error) => error.into(),
        }
    }
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
}

/// What a lift scores: repetitions with the own body weight, the estimated single otherwise.
pub fn score_value(exercise: &Exercise, weight_kg: f64, reps: Option<i32>) -> f64 {
    match exercise.is_bodyweight {
        true => one_rep_max::repetitions(reps),
        false => one_rep_max::epley(weight_kg, reps),
    }
}

/// Records a lift: the lift itself, personal best, energy, rank and history. The caller has opened a transaction and
/// commits it; from [`lock_lifter`] on no other lift of this lifter comes between.
pub async fn record_lift(
    db: &Connection,
    lifter: &LockedLifter,
    exercise: &Exercise,
    new: &NewLift,
) -> Result<Recorded, LiftError> {
    let performed_at = new.performed_at.unwrap_or_else(Timestamp::now);
    let bodyweight_kg = match new.performed_at {
        // What somebody weighs now says nothing about a lift of last year.
        Some(at) if at.to_zoned(lifter.time_zone.clone()).date() != lifter.today() => {
            store::find_body_weight(db, lifter.id, at.to_zoned(lifter.time_zone.clone()).date()).await?
        }
        _ => lifter.energy_of.bodyweight_kg,
    };
    let bests = store::list_bests(db, lifter.id, &exercise.id).await?;
    let previous_best = bests.iter().find(|best| best.exercise_id == exercise.id).cloned();

    let score_value = score_value(exercise, new.weight_kg, new.reps);
    let scored_as = lifter.energy_of.scored_as;
    let lift =
        store::insert_lift(db, lifter.id, &exercise.id, new, score_value, performed_at, bodyweight_kg, scored_as)
            .await?;

    let counts = new.equipment.counts_for_contract();
    let rises = counts && previous_best.as_ref().is_none_or(|best| score_value > best.score_value);
    if counts && previous_best.as_ref().is_none_or(|best| is_better(&lift, best)) {
        store::set_personal_best(db, &lift).await?;
    }
    if rises {
        store::insert_best_event(db, &lift).await?;
        if CoreLift::from_exercise(&exercise.id).is_some() {
            let mut lifter_with = lifter.energy_of;
            for (place, core) in lifter_with.best_kg.iter_mut().zip(CoreLift::ALL) {
                *place = bests.iter().find(|best| best.exercise_id == core.exercise_id()).map(|best| best.score_value);
                if core.exercise_id() == exercise.id {
                    *place = Some(score_value);
                }
            }
            energy::set(db, lifter.id, crate::strength::energy::energy(&lifter_with)).await?;
        }
    }
    Ok(Recorded { lift, is_personal_best: rises, previous_best })
}

/// Of two lifts of equal score boards show the newer.
fn is_better(lift: &Lift, best: &Best) -> bool {
    let order = lift.score_value.total_cmp(&best.score_value);
    order.then(lift.performed_at.cmp(&best.performed_at)).then(lift.id.cmp(&best.lift_id)).is_gt()
}

/// A lifter whose row is held until the transaction ends.
pub struct LockedLifter {
    pub id: UserId,
    pub time_zone: TimeZone,
    /// What the energy depends on; the bests are not read yet.
    pub energy_of: crate::strength::energy::Lifter,
}

impl LockedLifter {
    fn today(&self) -> jiff::civil::Date {
        Timestamp::now().to_zoned(self.time_zone.clone()).date()
    }
}

/// Takes hold of an active lifter, so that lifts of one lifter come one after the other.
pub async fn lock_lifter(db: &Connection, user: UserId) -> Result<LockedLifter, LiftError> {
    store::lock_lifter(db, user).await?.ok_or(LiftError::Gone)
}
