//! What part of a total each lift makes, measured by sex: the ladder of one lift by itself.
//!
//! Measured on the best raw full-power totals of 37,623 competing lifters. Women squat and pull a larger part and bench
//! a smaller than men; the shares 0.33, 0.25 and 0.42 of [`super::standards`] are those that existing clients expect
//! and stay what `/standards` and energy are made of.
//! Source: our own aggregate of public meet results (see [`super::reference`]).

use super::dots;
use super::ladder::{RUNGS, Rank};
use super::standards::CoreLift;
use super::units::ScoredAs;

/// The part of a raw total that `lift` makes.
pub fn share(lift: CoreLift, scored_as: ScoredAs) -> f64 {
    match (scored_as, lift) {
        (ScoredAs::Men, CoreLift::Squat) => 0.350,
        (ScoredAs::Men, CoreLift::Bench) => 0.238,
        (ScoredAs::Men, CoreLift::Deadlift) => 0.412,
        (ScoredAs::Women, CoreLift::Squat) => 0.356,
        (ScoredAs::Women, CoreLift::Bench) => 0.204,
        (ScoredAs::Women, CoreLift::Deadlift) => 0.440,
    }
}

/// The kilograms that each rank asks for in one lift, Iron first, unrounded.
pub fn thresholds_kg(bodyweight_kg: f64, scored_as: ScoredAs, lift: CoreLift) -> [f64; RUNGS] {
    let share = share(lift, scored_as);
    Rank::ALL.map(|rank| dots::total_kg(rank.dots_points(), bodyweight_kg, scored_as) * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_make_a_whole_total() {
        for scored_as in [ScoredAs::Men, ScoredAs::Women] {
            let whole: f64 = CoreLift::ALL.map(|lift| share(lift, scored_as)).iter().sum();
            assert!((whole - 1.0).abs() < 1e-9);
            let lifts = CoreLift::ALL.map(|lift| thresholds_kg(80.0, scored_as, lift)[0]);
            assert!((lifts.iter().sum::<f64>() - dots::total_kg(120.0, 80.0, scored_as)).abs() < 1e-9);
        }
    }

    #[test]
    fn a_womans_bench_press_is_measured_by_women() {
        let women = thresholds_kg(63.0, ScoredAs::Women, CoreLift::Bench);
        let expected = dots::total_kg(300.0, 63.0, ScoredAs::Women) * 0.204;
        assert!(women.is_sorted() && (women[Rank::Jade as usize] - expected).abs() < 1e-9);
    }
}
