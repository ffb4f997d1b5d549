//! Recording a lift, in one transaction with all that follows from it.

use futures_util::future::{try_join, try_join4, try_join5};
use jiff::Timestamp;
use jiff::civil::Date;

use super::store::{self, Weights};
use super::{Best, Equipment, Lift, LiftError, LockedLifter, Moment, NewLift, Recorded};
use crate::boards::qualify::{self, candidates};
use crate::boards::{self, Doubt, Live, Plan, Ranks};
use crate::catalogue::{Catalogue, Exercise};
use crate::energy;
use crate::platform::idempotency::{Repeatable, StoredAnswer};
use crate::platform::{Connection, DatabaseError, UserId};
use crate::strength::energy::{Energy, Lifter, energy as energy_of};
use crate::strength::standards::CoreLift;

/// What recording needs beside the lift.
pub struct Recording<'a> {
    pub db: &'a Connection,
    pub live: &'a Live,
    pub catalogue: &'a Catalogue,
    pub repeatable: &'a Repeatable,
}

/// Records a lift in one transaction: the lift itself, personal best, energy, rank, history and standings. A request that
/// comes again with its key gets the answer that it got.
///
/// Two journeys to the database: one takes hold of the lifter and reads, one writes and commits; where somebody is passed
/// a third between them asks for names. Each statement sees what was committed when it begins, so the bests are read as
/// they are once the lifter is held.
pub async fn record_lift(
    Recording { db, live, catalogue, repeatable }: Recording<'_>,
    user: UserId,
    exercise: &Exercise,
    new: &NewLift,
    answer: impl FnOnce(&Recorded) -> serde_json::Result<String>,
) -> Result<StoredAnswer, LiftError> {
    db.prepare(&store::RECORDING).await?;
    db.prepare(&boards::TOGETHER).await?;
    db.prepare(&[energy::SET_ENERGY]).await?;
    db.prepare(repeatable.statements()).await?;
    let reading = try_join4(
        store::lock_lifter(db, user, &exercise.id),
        store::list_bests(db, user, &exercise.id),
        boards::list_standings(db, user),
        repeatable.recall(db, user),
    );
    let (transaction, (lifter, bests, standings, recalled)) = db.begin_with(reading).await?;
    let Some((lifter, weights)) = lifter else {
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

    let weights = find_weights(db, &lifter, exercise, new, weights).await?;
    let lift = new.by(&lifter, exercise);
    let moment = new.moment(&lifter, exercise, &lift, &weights);
    let previous_best = bests.iter().find(|best| best.exercise_id == exercise.id).cloned();
    let counts = new.equipment.counts_for_contract() && moment.doubt != Some(Doubt::Ceiling);
    let is_best = counts && previous_best.as_ref().is_none_or(|best| is_better(&lift, best));
    let rises = counts && previous_best.as_ref().is_none_or(|best| lift.score_value > best.score_value);
    let new_energy = rises.then(|| energy_with(&lifter, &bests, &lift)).flatten();

    let standing = match new_energy {
        Some(energy) => boards::Energy::Becomes(energy::standing(energy, &lifter.energy_of, lifter.birth_year)),
        None => boards::Energy::Stays,
    };
    let stands = candidates(exercise, &board_lift(&lift, &moment));
    let plan = Plan::with(user, lifter.shown, standings, stands, standing);
    let ranks = Ranks::of(db, live, catalogue, &plan).await?;
    let waits = moment.doubt;
    let recorded = Recorded { lift, is_personal_best: rises, previous_best, ranks: ranks.changes.clone(), waits };
    let answer = StoredAnswer { status: 200, body: answer(&recorded).map_err(LiftError::Unwritable)? };

    let lift = &recorded.lift;
    let rises_kept = ranks.rises();
    let writing = try_join(
        try_join5(
            store::insert_lift(db, lift, &moment),
            only_if(is_best, store::set_personal_best(db, lift)),
            only_if(rises, store::insert_best_event(db, lift)),
            set_energy(db, user, new_energy),
            repeatable.remember(db, user, &answer),
        ),
        try_join(plan.write(db), boards::keep_rises(db, user, &rises_kept)),
    );
    let (_, (change, ())) = transaction.commit_with(writing).await?;
    if let Some(change) = change {
        live.apply(user, change, plan.shown, &plan.new);
    }
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

/// What the lifter weighed when lifting: what they weigh now says nothing about a lift of last year. `today` is what
/// they weigh now.
async fn find_weights(
    db: &Connection,
    lifter: &LockedLifter,
    exercise: &Exercise,
    new: &NewLift,
    today: Weights,
) -> Result<Weights, DatabaseError> {
    let day = |at: Timestamp| -> Date { at.to_zoned(lifter.time_zone.clone()).date() };
    match new.performed_at {
        Some(at) if day(at) != day(Timestamp::now()) => {
            store::find_weights(db, lifter.id, day(at), &exercise.id, None).await
        }
        _ => Ok(today),
    }
}

impl NewLift {
    /// What the lifter was at that moment, and what speaks against the lift.
    fn moment(&self, lifter: &LockedLifter, exercise: &Exercise, lift: &Lift, weights: &Weights) -> Moment {
        let mut moment = Moment {
            bodyweight_kg: weights.kg,
            scored_as: lifter.energy_of.scored_as,
            age_years: lifter.birth_year.and_then(|born| age_in(lift.performed_at, born)),
            doubt: None,
        };
        moment.doubt = qualify::doubt(exercise, &board_lift(lift, &moment), weights.least_and_greatest);
        moment
    }
}

/// A lift as boards see it.
pub fn board_lift(lift: &Lift, moment: &Moment) -> boards::BoardLift {
    boards::BoardLift {
        id: lift.id,
        weight_kg: lift.weight_kg,
        reps: lift.reps,
        at: lift.performed_at,
        bodyweight_kg: moment.bodyweight_kg,
        scored_as: moment.scored_as,
        age_years: moment.age_years,
        is_raw: lift.equipment == Equipment::Raw.as_str(),
        doubt: moment.doubt,
    }
}

/// The age that somebody reaches in the calendar year of a lift.
pub fn age_in(at: Timestamp, born: i16) -> Option<f32> {
    let age = at.to_zoned(jiff::tz::TimeZone::UTC).year() - born;
    (age >= 0).then_some(f32::from(age))
}

/// The energy once a lift has become the best of its exercise; none when the exercise does not count for it.
fn energy_with(lifter: &LockedLifter, bests: &[Best], lift: &Lift) -> Option<Energy> {
    CoreLift::from_exercise(&lift.exercise_id)?;
    let best_kg = CoreLift::ALL.map(|core| match core.exercise_id() {
        id if id == lift.exercise_id => Some(lift.score_value),
        id => bests.iter().find(|best| best.exercise_id == id).map(|best| best.score_value),
    });
    Some(energy_of(&Lifter { best_kg, ..lifter.energy_of }))
}

/// Of two lifts of equal score boards show the newer.
fn is_better(lift: &Lift, best: &Best) -> bool {
    let order = lift.score_value.total_cmp(&best.score_value);
    order.then(lift.performed_at.cmp(&best.performed_at)).then(lift.id.cmp(&best.lift_id)).is_gt()
}
