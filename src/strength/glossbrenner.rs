//! Glossbrenner (Herb Glossbrenner; affiliates of the GPC): the mean of Schwartz/Malone and Wilks 1994.
//!
//! Where Wilks turns for the heaviest a straight line stands in its place: from 153.05 kg for men and 106.3 kg for
//! women. Otherwise both halves keep their own ranges of body weight. Points that were published for men before
//! 2019-10-21 differ by up to 3.5: the Schwartz half was read from the tables anew on that day.
//! Source: OpenPowerlifting, `glossbrenner.rs`.

use super::units::ScoredAs;
use super::{schwartz_malone, wilks1994};

/// Points for each kilogram lifted at `bodyweight_kg`.
pub fn coefficient(bodyweight_kg: f64, scored_as: ScoredAs) -> f64 {
    let second = match scored_as {
        ScoredAs::Men if bodyweight_kg >= 153.05 => -0.000821668402557 * bodyweight_kg + 0.676940740094416,
        ScoredAs::Women if bodyweight_kg >= 106.3 => -0.000313738002024 * bodyweight_kg + 0.852664892884785,
        _ => wilks1994::coefficient(bodyweight_kg, scored_as),
    };
    (schwartz_malone::coefficient(bodyweight_kg, scored_as) + second) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use ScoredAs::{Men, Women};

    #[test]
    fn published_coefficients_and_points() {
        assert!((coefficient(100.0, Men) / 0.5812707859533183 - 1.0).abs() < 1e-9);
        assert!((coefficient(100.0, Women) / 0.7152488066040259 - 1.0).abs() < 1e-9);
        for (kg, scored_as, total, points) in [
            (100.0, Men, 1000.0, 581.27),
            (60.0, Women, 500.0, 492.53),
            (140.0, Men, 500.0, 265.576669),
            (120.0, Women, 500.0, 338.794951),
            (83.2, Women, 885.0, 693.75),
            (100.7, Men, 180.0, 104.33),
        ] {
            assert!((coefficient(kg, scored_as) * total - points).abs() < 0.005, "{kg} {scored_as:?}");
        }
    }
}
