//! Mayhew (1992): 100 × weight / (52.2 + 41.9·e^(−0.055·reps)).
//!
//! Made for the bench press; bad at one or two repetitions: of a single of 100 kg it makes 108.9. Source: Mayhew, Ball, Arnold & Bowen, J Appl Sport Sci Res 6(4), 1992.

/// The plain formula, kilograms; whoever answers a lifter asks [`super::Estimator::one_rep_max_kg`], which knows what a single is.
pub fn estimate(weight_kg: f64, reps: f64) -> f64 {
    100.0 * weight_kg / (52.2 + 41.9 * (-0.055 * reps).exp())
}

#[cfg(test)]
mod tests {
    #[test]
    fn reference_values_of_100_kg() {
        for (reps, expected) in
            [(1.0, 108.864004), (3.0, 113.990321), (5.0, 119.01068), (10.0, 130.934273), (12.0, 135.398484)]
        {
            assert!((super::estimate(100.0, reps) - expected).abs() < 1e-6, "{reps}");
        }
    }
}
