//! IPF Points (2019-01-01 to 2020-04-30): 500 + 100 (total − (m₁ ln w − m₂)) / (d₁ ln w − d₂), not below 0.
//!
//! A mean and a deviation of the log of body weight, for each event of full power or of one lift; body weights from
//! 40 kg on. Kept for results of that time: the IPF replaced it by GL points. Of its sixteen sets of constants the
//! squat alone and women's equipped deadlift have no published result beside them in our tests.
//! Source: the IPF's formula sheet of 2019; OpenPowerlifting, `ipf.rs`.

use super::event::{Event, Gear};
use super::units::ScoredAs;

const LIGHTEST_KG: f64 = 40.0;

/// m₁ m₂ d₁ d₂ by sex and gear (men classic, men equipped, women classic, women equipped); full power, S, B, D.
const CONSTANTS: [[[f64; 4]; 4]; 4] = [
    [
        [310.67, 857.785, 53.216, 147.0835],
        [123.1, 363.085, 25.1667, 75.4311],
        [86.4745, 259.155, 17.57845, 53.122],
        [103.5355, 244.765, 15.3714, 31.5022],
    ],
    [
        [387.265, 1121.28, 80.6324, 222.4896],
        [150.485, 446.445, 36.5155, 103.7061],
        [133.94, 441.465, 35.3938, 113.0057],
        [110.135, 263.66, 14.996, 23.011],
    ],
    [
        [125.1435, 228.03, 34.5246, 86.8301],
        [50.479, 105.632, 19.1846, 56.2215],
        [25.0485, 43.848, 6.7172, 13.952],
        [47.136, 67.349, 9.1555, 13.67],
    ],
    [
        [176.58, 373.315, 48.4534, 110.0103],
        [74.6855, 171.585, 21.9475, 52.2948],
        [49.106, 124.209, 23.199, 67.4926],
        [51.002, 69.8265, 8.5802, 5.7258],
    ],
];

/// Points of a total. None for events of two lifts and below 40 kg.
pub fn points(total_kg: f64, bodyweight_kg: f64, scored_as: ScoredAs, event: Event, gear: Gear) -> Option<f64> {
    let column = match event {
        Event::FullPower => 0,
        Event::Squat => 1,
        Event::Bench => 2,
        Event::Deadlift => 3,
        Event::BenchDeadlift | Event::SquatDeadlift | Event::SquatBench => return None,
    };
    if bodyweight_kg < LIGHTEST_KG {
        return None;
    }
    let [m1, m2, d1, d2] = CONSTANTS[2 * scored_as as usize + gear as usize][column];
    let log = bodyweight_kg.ln();
    Some((500.0 + 100.0 * (total_kg - (m1 * log - m2)) / (d1 * log - d2)).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ScoredAs::{Men, Women};

    #[test]
    fn published_points() {
        for (total, kg, scored_as, expected) in [(777.5, 93.0, Men, 741.32), (337.5, 73.0, Women, 546.67)] {
            let got = points(total, kg, scored_as, Event::FullPower, Gear::Classic).unwrap();
            assert!((got - expected).abs() < 0.005, "{got}");
        }
    }

    #[test]
    fn a_small_total_is_worth_nothing_and_some_results_have_none() {
        assert_eq!(points(1.0, 93.0, Men, Event::FullPower, Gear::Classic), Some(0.0));
        assert_eq!(points(500.0, 39.99, Men, Event::FullPower, Gear::Classic), None);
        assert_eq!(points(500.0, 93.0, Men, Event::BenchDeadlift, Gear::Classic), None);
    }

    #[test]
    fn no_deviation_has_its_pole_among_body_weights() {
        for row in CONSTANTS.as_flattened() {
            assert!(row[2] * LIGHTEST_KG.ln() - row[3] > 0.0, "{row:?}");
        }
    }
}
