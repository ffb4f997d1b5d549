//! Energy: one number for a lifter, from the best squat, bench press and deadlift against the standards of their
//! body weight. One hundred a rank; a missing lift counts nothing; above Celestial it goes on without an end.
//!
//! The rule is the one existing clients compute for themselves, so that they and the server never disagree.

use super::ladder::{RUNGS, Rank, name_of};
use super::standards::{CoreLift, Standard, standards};
use super::units::{ScoredAs, Unit};

/// Stands for a body weight that was never stated.
pub const DEFAULT_BODYWEIGHT_KG: f64 = 90.7;

/// What a lifter's energy is computed from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lifter {
    pub bodyweight_kg: Option<f64>,
    pub scored_as: Option<ScoredAs>,
    /// Standards are rounded in the unit that the lifter reads, so the unit matters a little.
    pub unit: Unit,
    /// The best score of squat, bench press and deadlift.
    pub best_kg: [Option<f64>; 3],
}

/// A lifter's energy, a whole number, and the rank that it gives. Without lifts it is nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Energy {
    pub value: f64,
    pub rank: Option<Rank>,
}

impl Energy {
    pub fn rank_name(&self) -> &'static str {
        name_of(self.rank)
    }
}

/// The energy of a lifter: the mean of the three lifts, rounded half away from zero.
/// The rank is that of the mean before rounding.
pub fn energy(lifter: &Lifter) -> Energy {
    let standards = standards(
        lifter.bodyweight_kg.unwrap_or(DEFAULT_BODYWEIGHT_KG),
        lifter.scored_as.unwrap_or(ScoredAs::Men),
        lifter.unit,
    );
    let sum: f64 = CoreLift::ALL
        .into_iter()
        .zip(lifter.best_kg)
        .map(|(lift, best)| best.map_or(0.0, |kg| lift_energy(lifter.unit.from_kg(kg), lift, &standards)))
        .sum();
    let mean = sum / 3.0;
    Energy { value: mean.round(), rank: Rank::from_energy(mean) }
}

/// The energy of one lift; `score` is in the unit of `standards`.
fn lift_energy(score: f64, lift: CoreLift, standards: &[Standard; RUNGS]) -> f64 {
    let threshold = |rung: usize| standards[rung].of(lift) as f64;
    let reached = (0..RUNGS).take_while(|rung| threshold(*rung) <= score).count();
    let step_energy = |low: f64, high: f64| 100.0 * (score - low) / (high - low);
    match reached {
        0 => step_energy(0.0, threshold(0)).round(),
        RUNGS => {
            // Astra and Celestial may round to the same number for the lightest lifters; five is the smallest step.
            let step = (threshold(RUNGS - 1) - threshold(RUNGS - 2)).max(5.0);
            (1200.0 + 100.0 * (score - threshold(RUNGS - 1)) / step).round()
        }
        _ => {
            let floor = Rank::ALL[reached - 1].energy_floor();
            (floor + step_energy(threshold(reached - 1), threshold(reached))).round()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn man_of_80_kg(best_kg: [Option<f64>; 3]) -> Lifter {
        Lifter { bodyweight_kg: Some(80.0), scored_as: Some(ScoredAs::Men), unit: Unit::Kg, best_kg }
    }

    #[test]
    fn golden_energies_of_single_lifts() {
        let standards = standards(80.0, ScoredAs::Men, Unit::Kg);
        for (lift, kg, golden) in [
            (CoreLift::Squat, 100.0, 400.0),
            (CoreLift::Bench, 100.0, 600.0),
            (CoreLift::Deadlift, 180.0, 675.0),
            (CoreLift::Squat, 20.0, 36.0),
            (CoreLift::Deadlift, 400.0, 1517.0),
        ] {
            assert_eq!(lift_energy(kg, lift, &standards), golden, "{lift:?} {kg}");
        }
    }

    #[test]
    fn a_missing_lift_counts_nothing_and_the_rank_is_of_the_unrounded_mean() {
        let all = energy(&man_of_80_kg([Some(100.0), Some(100.0), Some(180.0)]));
        assert_eq!((all.value, all.rank_name()), (558.0, "Platinum"));
        let one = energy(&man_of_80_kg([Some(100.0), None, None]));
        assert_eq!((one.value, one.rank_name()), (133.0, "Iron"));
        // 299 / 3 is 99.67: it shows as 100, yet Iron begins at 100.
        let nearly = energy(&man_of_80_kg([Some(84.85), None, None]));
        assert_eq!((nearly.value, nearly.rank_name()), (100.0, "Unranked"));
        assert_eq!(energy(&man_of_80_kg([None; 3])), Energy { value: 0.0, rank: None });
    }

    proptest! {
        #[test]
        fn more_weight_never_gives_less_energy(
            kg in 1.0f64..500.0, women in any::<bool>(), lbs in any::<bool>(),
            squat in 0.0f64..1000.0, more in 0.0f64..200.0,
        ) {
            let lifter = |squat: f64| Lifter {
                bodyweight_kg: Some(kg),
                scored_as: Some(if women { ScoredAs::Women } else { ScoredAs::Men }),
                unit: if lbs { Unit::Lbs } else { Unit::Kg },
                best_kg: [Some(squat), None, None],
            };
            let (less, greater) = (energy(&lifter(squat)), energy(&lifter(squat + more)));
            prop_assert!(less.value <= greater.value && less.rank <= greater.rank);
            prop_assert!((0.0..20_000.0).contains(&greater.value));
        }

        #[test]
        fn the_unit_changes_energy_by_its_rounding_alone(kg in 50.0f64..200.0, part in 0.2f64..1.0) {
            let total = crate::strength::dots::total_kg(400.0, kg, ScoredAs::Men) * part;
            let lifter = |unit| Lifter {
                bodyweight_kg: Some(kg), scored_as: Some(ScoredAs::Men), unit,
                best_kg: CoreLift::ALL.map(|lift| Some(total * lift.share())),
            };
            let difference = energy(&lifter(Unit::Kg)).value - energy(&lifter(Unit::Lbs)).value;
            prop_assert!(difference.abs() <= 35.0, "{}", difference);
        }
    }
}
