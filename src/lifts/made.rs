//! Lifts of users who have none yet, and the bests that follow from them: computed here, so that nothing has to be read back.
//! The caller holds the transaction.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};

use super::bulk::{BulkLift, TYPES, write};
use crate::platform::bulk::Copy;

/// A lift that has its id already.
pub struct MadeLift {
    pub id: i32,
    pub lift: BulkLift,
}

/// Takes so many ids, which nobody else will have; they ascend.
pub async fn reserve_ids(db: &Client, number: usize) -> Result<Vec<i32>, Error> {
    let sql = "SELECT nextval(ids.name)::integer FROM (SELECT pg_get_serial_sequence('lifts', 'id')::regclass AS name OFFSET 0) ids,
               generate_series(1, $1::bigint)";
    Ok(db.query(sql, &[&(number as i64)]).await?.iter().map(|row| row.get(0)).collect())
}

/// Of the lifts of one user, the best of each exercise: of equal ones the newest.
pub fn bests(lifts: &[MadeLift]) -> Vec<&MadeLift> {
    let mut bests: BTreeMap<&str, &MadeLift> = BTreeMap::new();
    for made in lifts {
        let best = bests.entry(made.lift.exercise_id).or_insert(made);
        if order(best, made) == Ordering::Less {
            *best = made;
        }
    }
    bests.into_values().collect()
}

fn order(a: &MadeLift, b: &MadeLift) -> Ordering {
    let by_score = a.lift.score_value.total_cmp(&b.lift.score_value);
    by_score.then(a.lift.performed_at.cmp(&b.lift.performed_at)).then(a.id.cmp(&b.id))
}

/// Of the lifts of one user, the earliest first, those that were better than all before of their exercise.
pub fn rises(lifts: &[MadeLift]) -> Vec<&MadeLift> {
    let mut bests: BTreeMap<&str, f64> = BTreeMap::new();
    let is_rise = |made: &&MadeLift| {
        let best = bests.entry(made.lift.exercise_id).or_insert(f64::NEG_INFINITY);
        let rises = made.lift.score_value > *best;
        *best = best.max(made.lift.score_value);
        rises
    };
    lifts.iter().filter(is_rise).collect()
}

pub async fn insert(db: &Client, lifts: &[MadeLift]) -> Result<u64, Error> {
    let columns =
        "lifts (id, user_id, exercise_id, weight_kg, reps, score_value, performed_at, bodyweight_kg, scored_as,
                          age_years, equipment, source, meet, event, is_tested, sets, recorded_at, volume_xp)";
    let mut copy = Copy::into(db, columns, &[[Type::INT4].as_slice(), &TYPES].concat()).await?;
    for made in lifts {
        write(&mut copy, &[&made.id], &made.lift).await?;
    }
    copy.finish().await
}

pub async fn insert_bests(db: &Client, bests: &[&MadeLift]) -> Result<u64, Error> {
    let mut copy = Copy::into(
        db,
        "personal_bests (user_id, exercise_id, lift_id, score_value, weight_kg, reps, sets, performed_at)",
        &[Type::UUID, Type::TEXT, Type::INT4, Type::FLOAT8, Type::FLOAT8, Type::INT4, Type::INT4, Type::TIMESTAMPTZ],
    )
    .await?;
    for MadeLift { id, lift } in bests {
        let BulkLift { user_id, exercise_id, score_value, weight_kg, reps, sets, performed_at, .. } = lift;
        copy.row(&[user_id, exercise_id, id, score_value, weight_kg, reps, sets, performed_at]).await?;
    }
    copy.finish().await
}

/// Notes each rise of a best.
pub async fn insert_rises(db: &Client, rises: &[&MadeLift]) -> Result<u64, Error> {
    let mut copy = Copy::into(
        db,
        "personal_best_events (user_id, exercise_id, lift_id, score_value, weight_kg, reps, created_at)",
        &[Type::UUID, Type::TEXT, Type::INT4, Type::FLOAT8, Type::FLOAT8, Type::INT4, Type::TIMESTAMPTZ],
    )
    .await?;
    for MadeLift { id, lift } in rises {
        let BulkLift { user_id, exercise_id, score_value, weight_kg, reps, performed_at, .. } = lift;
        copy.row(&[user_id, exercise_id, id, score_value, weight_kg, reps, performed_at]).await?;
    }
    copy.finish().await
}
