//! What a lifter of a body weight must lift for each rank: DOTS points turned into kilograms or pounds.

use super::dots;
use super::ladder::{RUNGS, Rank};
use super::units::{ScoredAs, Unit, round_to_five};

/// One of the three lifts that make a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoreLift {
    Squat,
    Bench,
    Deadlift,
}

impl CoreLift {
    pub const ALL: [CoreLift; 3] = [CoreLift::Squat, CoreLift::Bench, CoreLift::Deadlift];

    pub fn from_exercise(exercise_id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lift| lift.exercise_id() == exercise_id)
    }

    pub fn exercise_id(self) -> &'static str {
        match self {
            Self::Squat => "back_squat",
            Self::Bench => "barbell_bench_press",
            Self::Deadlift => "deadlift",
        }
    }

    /// The part of a total that this lift is expected to make.
    pub fn share(self) -> f64 {
        match self {
            Self::Squat => 0.33,
            Self::Bench => 0.25,
            Self::Deadlift => 0.42,
        }
    }
}

/// What one rank asks for, each number a multiple of five of the lifter's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standard {
    pub rank: Rank,
    pub total: i64,
    pub squat: i64,
    pub bench: i64,
    pub deadlift: i64,
}

impl Standard {
    pub fn of(&self, lift: CoreLift) -> i64 {
        match lift {
            CoreLift::Squat => self.squat,
            CoreLift::Bench => self.bench,
            CoreLift::Deadlift => self.deadlift,
        }
    }
}

/// The standards of all ranks, Iron first. Each number is converted and rounded by itself.
pub fn standards(bodyweight_kg: f64, scored_as: ScoredAs, unit: Unit) -> [Standard; RUNGS] {
    Rank::ALL.map(|rank| {
        let total_kg = dots::total_kg(rank.dots_points(), bodyweight_kg, scored_as);
        let rounded = |kg: f64| round_to_five(unit.from_kg(kg));
        Standard {
            rank,
            total: rounded(total_kg),
            squat: rounded(total_kg * CoreLift::Squat.share()),
            bench: rounded(total_kg * CoreLift::Bench.share()),
            deadlift: rounded(total_kg * CoreLift::Deadlift.share()),
        }
    })
}

/// The kilograms that each rank asks for in an exercise worth `multiplier` of a total, unrounded.
pub fn thresholds_kg(bodyweight_kg: f64, scored_as: ScoredAs, multiplier: f64) -> [f64; RUNGS] {
    let share = if multiplier == 0.0 { 1.0 } else { multiplier };
    Rank::ALL.map(|rank| dots::total_kg(rank.dots_points(), bodyweight_kg, scored_as) * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(standard: &Standard) -> (i64, i64, i64, i64) {
        (standard.total, standard.squat, standard.bench, standard.deadlift)
    }

    #[test]
    fn golden_rows_of_a_man_of_80_kg() {
        let rows = standards(80.0, ScoredAs::Men, Unit::Kg).map(|standard| row(&standard));
        let golden = [
            (175, 55, 45, 75),
            (220, 70, 55, 90),
            (260, 85, 65, 110),
            (305, 100, 75, 130),
            (350, 115, 85, 145),
            (390, 130, 100, 165),
            (435, 145, 110, 185),
            (480, 160, 120, 200),
            (520, 170, 130, 220),
            (580, 190, 145, 245),
            (655, 215, 165, 275),
            (725, 240, 180, 305),
        ];
        assert_eq!(rows, golden);
    }

    #[test]
    fn golden_rows_of_others() {
        for (kg, scored_as, unit, golden) in [
            (
                60.0,
                ScoredAs::Women,
                Unit::Kg,
                [(110, 35, 25, 45), (190, 65, 45, 80), (270, 90, 70, 115), (450, 150, 115, 190)],
            ),
            (
                Unit::Lbs.to_kg(180.0),
                ScoredAs::Men,
                Unit::Lbs,
                [(390, 130, 95, 165), (680, 225, 170, 285), (970, 320, 245, 410), (1620, 535, 405, 680)],
            ),
            (
                90.7,
                ScoredAs::Men,
                Unit::Kg,
                [(185, 60, 45, 80), (325, 110, 80, 135), (465, 155, 115, 195), (775, 255, 195, 325)],
            ),
        ] {
            let all = standards(kg, scored_as, unit);
            let ranks = [Rank::Iron, Rank::Gold, Rank::Jade, Rank::Celestial];
            assert_eq!(ranks.map(|rank| row(&all[rank as usize])), golden, "{kg} {scored_as:?}");
        }
    }

    #[test]
    fn golden_thresholds_of_an_exercise() {
        let all = thresholds_kg(80.0, ScoredAs::Men, 0.25);
        for (rank, golden) in [(Rank::Iron, 43.5069), (Rank::Bronze, 54.3836), (Rank::Celestial, 181.2786)] {
            assert!((all[rank as usize] - golden).abs() < 5e-5);
        }
    }

    proptest! {
        #[test]
        fn standards_rise_with_the_rank_and_are_multiples_of_five(
            kg in 1.0f64..500.0, women in any::<bool>(), lbs in any::<bool>(),
        ) {
            let scored_as = if women { ScoredAs::Women } else { ScoredAs::Men };
            let unit = if lbs { Unit::Lbs } else { Unit::Kg };
            let all = standards(kg, scored_as, unit);
            for pair in all.windows(2) {
                prop_assert!(pair[0].total < pair[1].total);
                for lift in CoreLift::ALL {
                    prop_assert!(0 < pair[0].of(lift) && pair[0].of(lift) <= pair[1].of(lift));
                    prop_assert_eq!(pair[0].of(lift) % 5, 0);
                }
            }
            prop_assert!(all[0].total > 0 && all[RUNGS - 1].total < 5000);
        }

        #[test]
        fn pounds_and_kilograms_agree_within_their_rounding(kg in 1.0f64..500.0, women in any::<bool>()) {
            let scored_as = if women { ScoredAs::Women } else { ScoredAs::Men };
            let (in_kg, in_lbs) = (standards(kg, scored_as, Unit::Kg), standards(kg, scored_as, Unit::Lbs));
            for (a, b) in in_kg.iter().zip(&in_lbs) {
                prop_assert!((a.total as f64 - Unit::Lbs.to_kg(b.total as f64)).abs() <= 2.5 + 2.5 * 0.4536 + 1e-6);
            }
        }
    }
}
