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

use futures_util::future::{try_join3, try_join5};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::catalogue::Exercise;
use crate::platform::idempotency::{IdempotencyError, Repeatable, StoredAnswer};
use crate::platform::{Connection, DatabaseError, Problem, UserId};
use crate::sessions::SignedIn;
use crate::strength::energy::{Energy, Lifter};
use crate::strength::one_rep_max;
use crate::strength::standards::CoreLift;
use crate::{energy, strength};

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
            LiftError::UnknownExercise | LiftError::NoScore => Problem::not_found(error.to_string()),
            LiftError::OtherExercise => Problem::bad_request(error.to_string()),
            LiftError::Gone => SignedIn::gone(),
            LiftError::Unwritable(error) => Problem::internal(error),
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

/// A lifter whose row is held until the transaction ends.
pub struct LockedLifter {
    pub id: UserId,
    pub next_lift_id: i32,
    pub time_zone: TimeZone,
    /// What the energy depends on; the bests are not in it.
    pub energy_of: Lifter,
}

/// Records a lift in one transaction: the lift itself, personal best, energy, rank and history. A request that comes
/// again with its key gets the answer that it got.
///
/// Two journeys to the database: one takes hold of the lifter and reads, one writes and commits. Each statement sees
/// what was committed when it begins, so the bests are read as they are once the lifter is held.
pub async fn record_lift(
    db: &Connection,
    user: UserId,
    exercise: &Exercise,
    new: &NewLift,
    repeatable: &Repeatable,
    answer: impl FnOnce(&Recorded) -> serde_json::Result<String>,
) -> Result<StoredAnswer, LiftError> {
    db.prepare(&store::RECORDING).await?;
    db.prepare(&[energy::SET_ENERGY]).await?;
    db.prepare(repeatable.statements()).await?;
    let reading =
        try_join3(store::lock_lifter(db, user), store::list_bests(db, user, &exercise.id), repeatable.recall(db, user));
    let (transaction, (lifter, bests, recalled)) = db.begin_with(reading).await?;
    let Some(lifter) = lifter else {
        transaction.roll_back().await?;
        return Err(LiftError::Gone);
    };
    match repeatable.check(recalled) {
        Ok(None) => {}
        decided => {
            transaction.roll_back().await?;
            return decided?.ok_or(LiftError::Gone);
        }
    }

    let bodyweight_kg = find_body_weight(db, &lifter, new).await?;
    let lift = new.by(&lifter, exercise);
    let previous_best = bests.iter().find(|best| best.exercise_id == exercise.id).cloned();
    let counts = new.equipment.counts_for_contract();
    let is_best = counts && previous_best.as_ref().is_none_or(|best| is_better(&lift, best));
    let rises = counts && previous_best.as_ref().is_none_or(|best| lift.score_value > best.score_value);
    let new_energy = rises.then(|| energy_with(&lifter, &bests, &lift)).flatten();
    let recorded = Recorded { lift, is_personal_best: rises, previous_best };
    let answer = StoredAnswer { status: 200, body: answer(&recorded).map_err(LiftError::Unwritable)? };

    let lift = &recorded.lift;
    let writing = try_join5(
        store::insert_lift(db, lift, bodyweight_kg, lifter.energy_of.scored_as),
        only_if(is_best, store::set_personal_best(db, lift)),
        only_if(rises, store::insert_best_event(db, lift)),
        set_energy(db, user, new_energy),
        repeatable.remember(db, user, &answer),
    );
    transaction.commit_with(writing).await?;
    Ok(answer)
}

async fn only_if(
    condition: bool,
    write: impl Future<Output = Result<u64, DatabaseError>>,
) -> Result<u64, DatabaseError> {
    if condition { write.await } else { Ok(0) }
}

async fn set_energy(db: &Connection, user: UserId, energy: Option<Energy>) -> Result<(), DatabaseError> {
    match energy {
        Some(energy) => energy::set(db, user, energy).await,
        None => Ok(()),
    }
}

/// What the lifter weighed when lifting: what they weigh now says nothing about a lift of last year.
async fn find_body_weight(db: &Connection, lifter: &LockedLifter, new: &NewLift) -> Result<Option<f64>, DatabaseError> {
    let day = |at: Timestamp| at.to_zoned(lifter.time_zone.clone()).date();
    match new.performed_at {
        Some(at) if day(at) != day(Timestamp::now()) => store::find_body_weight(db, lifter.id, day(at)).await,
        _ => Ok(lifter.energy_of.bodyweight_kg),
    }
}

/// The energy once a lift has become the best of its exercise; none when the exercise does not count for it.
fn energy_with(lifter: &LockedLifter, bests: &[Best], lift: &Lift) -> Option<Energy> {
    CoreLift::from_exercise(&lift.exercise_id)?;
    let best_kg = CoreLift::ALL.map(|core| match core.exercise_id() {
        id if id == lift.exercise_id => Some(lift.score_value),
        id => bests.iter().find(|best| best.exercise_id == id).map(|best| best.score_value),
    });
    Some(strength::energy::energy(&Lifter { best_kg, ..lifter.energy_of }))
}

/// Of two lifts of equal score boards show the newer.
fn is_better(lift: &Lift, best: &Best) -> bool {
    let order = lift.score_value.total_cmp(&best.score_value);
    order.then(lift.performed_at.cmp(&best.performed_at)).then(lift.id.cmp(&best.lift_id)).is_gt()
}
