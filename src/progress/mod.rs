//! Points of experience and levels.
//!
//! Invariants: a lifter's points are the sum of what `xp_events` says, kept by the database itself; an event is there once
//! for what it is for; and nothing makes one but the rules here and the rewards of [`crate::quests`]. What lifts give can be
//! made anew from them ([`recount`]), so that it follows them when they are edited, voided or deleted.

mod api;
pub mod bulk;
mod curve;
mod store;

pub use api::{LevelProgress, find_own_progress, routes};
pub use curve::Curve;
pub use store::{AWARD_LIFTS, FIND_XP, award_lifts, check, recount, refresh_total};

use crate::catalogue::{Exercise, Load};

/// Repetitions of a set beyond this give nothing.
const MOST_REPS: i32 = 100;
/// Nobody below this is believed to be as light.
const LIGHTEST_KG: f64 = 35.0;

/// Body weights count by steps of so many kilograms: everybody may see a lift, and the level before and after it.
const STEP_KG: f64 = 5.0;

/// What the volume of a lift gives: so many times the own body weight, to the nearest 5 kg, was moved, as far as the exercise
/// counts. Nothing without a body weight. A day pays 600 of it at most.
pub fn volume_xp(
    exercise: &Exercise,
    weight_kg: f64,
    reps: Option<i32>,
    sets: Option<i32>,
    bodyweight_kg: Option<f64>,
) -> i32 {
    let Some(bodyweight) = bodyweight_kg.filter(|kg| *kg >= LIGHTEST_KG) else { return 0 };
    let bodyweight = (bodyweight / STEP_KG).round() * STEP_KG;
    let load = match exercise.load {
        // What helps is not moved.
        Load::Assistance => (bodyweight - weight_kg).max(0.0),
        // What hangs on the body comes on top of it.
        Load::AddedToBody => bodyweight + weight_kg,
        _ if weight_kg > 0.0 => weight_kg,
        _ if exercise.is_bodyweight => bodyweight,
        _ => 0.0,
    };
    let (reps, sets) = (reps.unwrap_or(1).clamp(0, MOST_REPS), sets.unwrap_or(1).max(0));
    (load * f64::from(reps) * f64::from(sets) * exercise.volume_multiplier.max(0.0) / bodyweight).floor() as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn volume_is_paid_by_the_own_body_weight() {
        let catalogue = Catalogue::load().unwrap();
        let of = |id: &str| catalogue.find(id).unwrap();
        let squat = of("back_squat");
        let paid = |kg, reps, sets, bodyweight| volume_xp(squat, kg, reps, sets, bodyweight);
        let factor = squat.volume_multiplier;
        assert_eq!(paid(100.0, Some(10), Some(3), Some(80.0)), (37.5 * factor) as i32);
        assert_eq!(paid(100.0, None, None, Some(80.0)), (1.25 * factor) as i32);
        let at = |kg| paid(500.0, Some(100), Some(10), Some(kg));
        assert!(at(77.5) == at(82.4) && at(82.5) < at(82.4), "it tells a body weight by steps alone");
        assert_eq!(
            paid(100.0, Some(1000), None, Some(100.0)),
            (100.0 * factor) as i32,
            "a hundred repetitions at most"
        );
        assert_eq!(paid(100.0, Some(0), None, Some(80.0)), 0);
        assert_eq!(paid(100.0, Some(5), Some(0), Some(80.0)), 0);
        assert_eq!(paid(0.0, Some(5), None, Some(80.0)), 0, "no load");
        assert_eq!((paid(100.0, Some(5), None, None), paid(100.0, Some(5), None, Some(34.9))), (0, 0));
        let assisted = catalogue.iter().find(|exercise| exercise.load == Load::Assistance).unwrap();
        let half = volume_xp(assisted, 40.0, Some(10), None, Some(80.0));
        assert_eq!(half, (5.0 * assisted.volume_multiplier) as i32, "{}", assisted.id);
        let pull_up = catalogue.iter().find(|exercise| exercise.is_bodyweight).unwrap();
        assert_eq!(volume_xp(pull_up, 0.0, Some(10), None, Some(80.0)), (10.0 * pull_up.volume_multiplier) as i32);
    }
}
