//! Writing lifts that were just judged.

use jiff::Timestamp;

use crate::boards::Doubt;
use crate::lifts::JudgedLift;
use crate::platform::{Connection, DatabaseError};
use crate::strength::ScoredAs;

const INSERT_LIFTS: &str =
    "INSERT INTO lifts (id, user_id, exercise_id, weight_kg, reps, sets, score_value, performed_at,
                        bodyweight_kg, scored_as, equipment, age_years, doubt, volume_xp, recorded_at)
     OVERRIDING SYSTEM VALUE
     SELECT id, user_id, exercise_id, weight_kg, reps, sets, score_value, performed_at, bodyweight_kg, scored_as::scoring,
            equipment::worn, age_years, doubt::lift_doubt, volume_xp, coalesce(recorded_at, now())
     FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::float8[], $5::integer[], $6::integer[], $7::float8[],
                 $8::timestamptz[], $9::float8[], $10::text[], $11::text[], $12::real[], $13::text[], $14::integer[],
                 $15::timestamptz[])
          AS l (user_id, id, exercise_id, weight_kg, reps, sets, score_value, performed_at,
                bodyweight_kg, scored_as, equipment, age_years, doubt, volume_xp, recorded_at)";
const SET_PERSONAL_BESTS: &str = "INSERT INTO personal_bests
         (user_id, exercise_id, lift_id, score_value, weight_kg, reps, sets, performed_at)
     SELECT l.user_id, l.exercise_id, l.id, l.score_value, l.weight_kg, l.reps, l.sets, l.performed_at
     FROM lifts l WHERE l.id = ANY ($1::integer[])
     ON CONFLICT (user_id, exercise_id) DO UPDATE
         SET lift_id = excluded.lift_id, score_value = excluded.score_value, weight_kg = excluded.weight_kg,
             reps = excluded.reps, sets = excluded.sets, performed_at = excluded.performed_at";
/// Its time is of the clock, not of the transaction: one that began earlier may have waited for the lifter longer. What comes
/// from a notebook is no news.
const INSERT_BEST_EVENTS: &str =
    "INSERT INTO personal_best_events (user_id, exercise_id, lift_id, score_value, weight_kg, reps, created_at)
     SELECT l.user_id, l.exercise_id, l.id, l.score_value, l.weight_kg, l.reps,
            CASE WHEN l.performed_at < now() - interval '48 hours' THEN l.performed_at ELSE clock_timestamp() END
     FROM lifts l WHERE l.id = ANY ($1::integer[]) ORDER BY l.id";

/// All statements.
pub const RECORDING: [&str; 3] = [INSERT_LIFTS, SET_PERSONAL_BESTS, INSERT_BEST_EVENTS];

/// Stores lifts with what their lifters were at that moment, and when they came; none is now.
pub async fn insert_lifts(db: &Connection, lifts: &[(&JudgedLift, Option<Timestamp>)]) -> Result<u64, DatabaseError> {
    fn column<'a, T>(lifts: &[(&'a JudgedLift, Option<Timestamp>)], of: impl Fn(&'a JudgedLift) -> T) -> Vec<T> {
        lifts.iter().map(|(judged, _)| of(judged)).collect()
    }
    let recorded_at: Vec<_> = lifts.iter().map(|(_, recorded_at)| *recorded_at).collect();
    db.execute(
        INSERT_LIFTS,
        &[
            &column(lifts, |judged| judged.lift.user_id.0),
            &column(lifts, |judged| judged.lift.id),
            &column(lifts, |judged| judged.lift.exercise_id.as_str()),
            &column(lifts, |judged| judged.lift.weight_kg),
            &column(lifts, |judged| judged.lift.reps),
            &column(lifts, |judged| judged.lift.sets),
            &column(lifts, |judged| judged.lift.score_value),
            &column(lifts, |judged| judged.lift.performed_at),
            &column(lifts, |judged| judged.moment.bodyweight_kg),
            &column(lifts, |judged| judged.moment.scored_as.map(ScoredAs::as_str)),
            &column(lifts, |judged| judged.lift.equipment.as_str()),
            &column(lifts, |judged| judged.moment.age_years),
            &column(lifts, |judged| judged.moment.doubt.map(Doubt::as_str)),
            &column(lifts, |judged| judged.volume_xp),
            &recorded_at,
        ],
    )
    .await
}

/// Makes lifts that were just stored the best of their lifters and exercises.
pub async fn set_personal_bests(db: &Connection, lifts: &[i32]) -> Result<u64, DatabaseError> {
    match lifts {
        [] => Ok(0),
        lifts => db.execute(SET_PERSONAL_BESTS, &[&lifts]).await,
    }
}

/// Notes that personal bests rose.
pub async fn insert_best_events(db: &Connection, lifts: &[i32]) -> Result<u64, DatabaseError> {
    match lifts {
        [] => Ok(0),
        lifts => db.execute(INSERT_BEST_EVENTS, &[&lifts]).await,
    }
}
