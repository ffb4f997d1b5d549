//! Ranks of exercises that are counted in repetitions with the own body weight.
//!
//! Five calibrated numbers (a beginner's and an elite's repetitions at 50 and 140 kg, an intermediate's at 95 kg)
//! are turned into twelve thresholds: linear in body weight, bent at Jade so that an intermediate stands there.

use super::ladder::RUNGS;
use super::units::ScoredAs;

/// Women reach a rank with this part of the men's repetitions.
const WOMEN_FACTOR: f64 = 0.6;
/// Where Jade lies when beginner and elite do the same number at 95 kg, so that no intermediate can be placed.
const DEFAULT_BEND: f64 = 0.6;

/// Repetitions at reference body weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calibration {
    pub beginner_50: i32,
    pub elite_50: i32,
    pub beginner_140: i32,
    pub elite_140: i32,
    pub intermediate_95: i32,
}

impl Calibration {
    fn ends(&self, bodyweight_kg: f64) -> (f64, f64) {
        let t = ((bodyweight_kg - 50.0) / 90.0).clamp(0.0, 1.0);
        let between = |light: i32, heavy: i32| f64::from(light) + f64::from(heavy - light) * t;
        (between(self.beginner_50, self.beginner_140), between(self.elite_50, self.elite_140))
    }

    fn bend(&self) -> f64 {
        let (beginner, elite) = self.ends(95.0);
        if (elite - beginner).abs() < 1e-9 {
            return DEFAULT_BEND;
        }
        ((f64::from(self.intermediate_95) - beginner) / (elite - beginner)).clamp(0.0, 1.0)
    }

    /// The repetitions that each rank asks for at `bodyweight_kg`, whole numbers, Iron first.
    pub fn thresholds(&self, bodyweight_kg: f64, scored_as: ScoredAs) -> [f64; RUNGS] {
        let (beginner, elite) = self.ends(bodyweight_kg);
        let bend = self.bend();
        let factor = match scored_as {
            ScoredAs::Men => 1.0,
            ScoredAs::Women => WOMEN_FACTOR,
        };
        let mut thresholds = [0.0; RUNGS];
        for (rung, threshold) in thresholds.iter_mut().enumerate().take(RUNGS - 1) {
            let fraction = match rung {
                0..=6 => bend * rung as f64 / 6.0,
                _ => bend + (1.0 - bend) * (rung as f64 - 6.0) / 4.0,
            };
            *threshold = ((beginner + fraction * (elite - beginner)) * factor).round_ties_even();
        }
        let (nova, astra) = (thresholds[RUNGS - 3], thresholds[RUNGS - 2]);
        thresholds[RUNGS - 1] = astra + (astra - nova);
        thresholds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn golden_thresholds() {
        let calibration =
            Calibration { beginner_50: 10, elite_50: 50, beginner_140: 4, elite_140: 30, intermediate_95: 22 };
        for (kg, scored_as, golden) in [
            (80.0, ScoredAs::Men, [8, 11, 13, 16, 19, 21, 24, 29, 34, 39, 43, 47]),
            (80.0, ScoredAs::Women, [5, 6, 8, 10, 11, 13, 14, 17, 20, 23, 26, 29]),
            (50.0, ScoredAs::Men, [10, 13, 16, 19, 22, 25, 28, 34, 39, 45, 50, 55]),
            (160.0, ScoredAs::Men, [4, 6, 8, 10, 12, 14, 16, 19, 23, 26, 30, 34]),
        ] {
            assert_eq!(calibration.thresholds(kg, scored_as), golden.map(f64::from), "{kg} {scored_as:?}");
        }
    }

    #[test]
    fn one_number_for_all_still_gives_a_ladder() {
        let flat = Calibration { beginner_50: 10, elite_50: 10, beginner_140: 10, elite_140: 10, intermediate_95: 10 };
        assert_eq!(flat.thresholds(80.0, ScoredAs::Men), [10.0; RUNGS]);
    }

    proptest! {
        #[test]
        fn thresholds_never_fall_and_women_never_need_more(
            kg in 1.0f64..500.0, b50 in 0i32..50, e50 in 50i32..120, b140 in 0i32..40, e140 in 40i32..100, i95 in 0i32..120,
        ) {
            let calibration = Calibration {
                beginner_50: b50, elite_50: e50, beginner_140: b140, elite_140: e140, intermediate_95: i95,
            };
            let men = calibration.thresholds(kg, ScoredAs::Men);
            let women = calibration.thresholds(kg, ScoredAs::Women);
            prop_assert!(men.windows(2).all(|pair| pair[0] <= pair[1]));
            for rung in 0..RUNGS - 1 {
                prop_assert!(women[rung] <= men[rung]);
            }
        }
    }
}
