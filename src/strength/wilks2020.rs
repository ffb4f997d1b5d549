//! Wilks 2020, also "Wilks-2" (Robert Wilks): points = total × 600 / P(body weight), P of degree five.
//!
//! Another scale than Wilks 1994: points of the two must never stand in one list. The body weight is clamped to
//! 40–200.95 kg for men and 40–150.95 kg for women, the range of the official table.
//! Source: the definition given to USPA and IPL on 2020-03-09; Powerlifting Australia's page on the Wilks formula.

use super::units::{ScoredAs, polynomial};

/// Of the powers 5 to 0.
const MEN: [f64; 6] = [
    -1.20804336482315e-08,
    7.07665973070743e-06,
    -0.00139583381094385,
    0.073694103462609,
    8.47206137941125,
    47.4617885411949,
];
const WOMEN: [f64; 6] = [
    -2.3334613884954e-08,
    9.38773881462799e-06,
    -0.0010504000506583,
    -0.0330725063103405,
    13.7121941940668,
    -125.425539779509,
];

/// Points for each kilogram lifted at `bodyweight_kg`.
pub fn coefficient(bodyweight_kg: f64, scored_as: ScoredAs) -> f64 {
    600.0
        / match scored_as {
            ScoredAs::Men => polynomial(&MEN, bodyweight_kg.clamp(40.0, 200.95)),
            ScoredAs::Women => polynomial(&WOMEN, bodyweight_kg.clamp(40.0, 150.95)),
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ScoredAs::{Men, Women};

    #[test]
    fn the_official_table() {
        for (kg, scored_as, expected) in [
            (60.0, Men, 0.9968),
            (100.0, Men, 0.7294),
            (140.0, Men, 0.6546),
            (200.95, Men, 0.6122),
            (250.0, Men, 0.6122),
            (60.0, Women, 1.3190),
            (100.0, Women, 1.0525),
            (140.0, Women, 0.9753),
            (150.95, Women, 0.9627),
            (200.0, Women, 0.9627),
        ] {
            assert!((coefficient(kg, scored_as) - expected).abs() < 5e-5, "{kg} {scored_as:?}");
        }
    }
}
