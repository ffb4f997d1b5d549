//! Wilks 1994 (Robert Wilks): points = total × 500 / P(body weight), P of degree five.
//!
//! Used by the IPF until 2018. The polynomial has a pole above the heaviest lifters of its day, so the body weight is
//! clamped: 40–201.9 kg for men, 26.51–154.53 kg for women. These bounds are OpenPowerlifting's choice, not Wilks'.
//! Source: the coefficients of the IPF's technical rules until 2018; OpenPowerlifting, `wilks.rs`.

use super::units::{ScoredAs, polynomial};

/// Of the powers 5 to 0.
const MEN: [f64; 6] = [-1.291e-08, 7.01863e-06, -0.00113732, -0.002388645, 16.2606339, -216.0475144];
const WOMEN: [f64; 6] = [-9.054e-08, 4.731582e-05, -0.00930733913, 0.82112226871, -27.23842536447, 594.31747775582];

/// Points for each kilogram lifted at `bodyweight_kg`.
pub fn coefficient(bodyweight_kg: f64, scored_as: ScoredAs) -> f64 {
    500.0
        / match scored_as {
            ScoredAs::Men => polynomial(&MEN, bodyweight_kg.clamp(40.0, 201.9)),
            ScoredAs::Women => polynomial(&WOMEN, bodyweight_kg.clamp(26.51, 154.53)),
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ScoredAs::{Men, Women};

    #[test]
    fn published_coefficients_and_points() {
        assert!((coefficient(100.0, Men) / 0.6085890719066511 - 1.0).abs() < 1e-9);
        assert!((coefficient(100.0, Women) / 0.8325833167368228 - 1.0).abs() < 1e-9);
        for (kg, scored_as, total, points) in
            [(100.0, Men, 1000.0, 608.59), (60.0, Women, 500.0, 557.44), (83.2, Women, 885.0, 793.01)]
        {
            assert!((coefficient(kg, scored_as) * total - points).abs() < 0.005, "{kg} {scored_as:?}");
        }
    }

    #[test]
    fn beyond_the_range_its_ends_count() {
        assert_eq!(coefficient(20.0, Men), coefficient(40.0, Men));
        assert_eq!(coefficient(300.0, Men), coefficient(201.9, Men));
        assert_eq!(coefficient(300.0, Women), coefficient(154.53, Women));
    }
}
