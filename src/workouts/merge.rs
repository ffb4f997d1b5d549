//! An exercise of one's own becomes one of the catalogue: its sets are of that, and what of them counts becomes lifts, as of
//! when their workouts came.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::WorkoutError;
use super::counting::lifts_of;
use super::edits::make_lifts;
use super::new_workout::CheckedSet;
use super::store::{self, SetRow};
use crate::boards::Live;
use crate::catalogue::Catalogue;
use crate::lifts::Equipment;
use crate::platform::{Connection, UserId};

/// Moves the history of an own exercise. The caller holds the lifter's row; gives how many workouts there were.
pub async fn merge_history(
    db: &Connection,
    live: &Live,
    catalogue: &Catalogue,
    me: UserId,
    from: &str,
    into: &str,
) -> Result<usize, WorkoutError> {
    let workouts = store::list_with_exercise(db, me, from).await?;
    store::rename_exercise(db, me, from, into).await?;
    for (id, completed_at, recorded_at) in &workouts {
        merge_workout(db, live, catalogue, me, (*id, *completed_at, *recorded_at), into).await?;
    }
    Ok(workouts.len())
}

async fn merge_workout(
    db: &Connection,
    live: &Live,
    catalogue: &Catalogue,
    me: UserId,
    (id, completed_at, recorded_at): (Uuid, Timestamp, Timestamp),
    into: &str,
) -> Result<(), WorkoutError> {
    let rows = store::list_sets(db, &[id], me).await?;
    let rows: Vec<SetRow> = rows.into_iter().filter(|set| set.exercise_id == into && set.lift_id.is_none()).collect();
    let positions: Vec<_> = rows.iter().map(|set| set.position).collect();
    let sets: Vec<CheckedSet> = rows.into_iter().map(|set| set.into_sent(Equipment::Raw)).collect();
    let (done, of_sets) = lifts_of(catalogue, &sets, completed_at);
    let lifts = make_lifts(db, live, catalogue, me, &done, recorded_at).await?;
    let mut of_lifts = BTreeMap::<i32, Vec<i16>>::new();
    for (position, place) in positions.into_iter().zip(of_sets) {
        if let Some(lift) = place.and_then(|place| lifts.get(place)) {
            of_lifts.entry(*lift).or_default().push(position);
        }
    }
    for (lift, positions) in of_lifts {
        store::set_lift(db, id, &positions, lift).await?;
    }
    Ok(())
}
