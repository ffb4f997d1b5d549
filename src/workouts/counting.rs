//! Which sets of a workout are lifts: what was lifted alone, and not to warm up. Sets of the same weight and repetitions are
//! one lift of so many sets.

use super::new_workout::{CheckedSet, SetKind};
use crate::catalogue::{Catalogue, Load};
use crate::lifts::{Done, NewLift};
use jiff::Timestamp;

/// The most sets that a lift may have.
const MOST_SETS: i32 = 100;

/// The lifts, in the order of their first sets, and for each set its lift.
pub fn lifts_of<'a>(
    catalogue: &'a Catalogue,
    sets: &[CheckedSet],
    performed_at: Timestamp,
) -> (Vec<Done<'a>>, Vec<Option<usize>>) {
    let mut lifts: Vec<Done<'a>> = Vec::new();
    let of_sets = sets.iter().map(|set| {
        let sent = &set.sent;
        let exercise = catalogue.find(&sent.exercise_id)?;
        let moves_something = sent.weight_kg > 0.0 || exercise.is_bodyweight;
        let helped = sent.assisted || exercise.load == Load::Assistance;
        if sent.kind == SetKind::WarmUp || helped || sent.reps < 1 || set.times < 1 || !moves_something {
            return None;
        }
        let same = |lift: &Done<'_>| {
            lift.exercise.id == exercise.id
                && (lift.new.weight_kg, lift.new.reps) == (sent.weight_kg, Some(sent.reps))
                && lift.new.equipment == sent.equipment
                && lift.new.sets.is_some_and(|sets| sets + set.times <= MOST_SETS)
        };
        if let Some(place) = lifts.iter().position(same) {
            lifts[place].new.sets = lifts[place].new.sets.map(|sets| sets + set.times);
            return Some(place);
        }
        lifts.push(Done {
            exercise,
            new: NewLift {
                weight_kg: sent.weight_kg,
                sets: Some(set.times),
                reps: Some(sent.reps),
                performed_at: Some(performed_at),
                equipment: sent.equipment,
            },
        });
        Some(lifts.len() - 1)
    });
    let of_sets = of_sets.collect();
    (lifts, of_sets)
}
