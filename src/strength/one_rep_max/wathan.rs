//! Wathan (1994): 100 × weight / (48.8 + 53.8·e^(−0.075·reps)).
//!
//! Good over all for squat and bench press; of a single it makes 1.3 % more. Source: Wathan, in Baechle, Essentials of Strength Training and Conditioning, 1994.

/// The plain formula, kilograms; whoever answers a lifter asks [`super::Estimator::one_rep_max_kg`], which knows what a single is.
pub fn estimate(weight_kg: f64, reps: f64) -> f64 {
    100.0 * weight_kg / (48.8 + 53.8 * (-0.075 * reps).exp())
}

#[cfg(test)]
mod tests {
    #[test]
    fn reference_values_of_100_kg() {
        for (reps, expected) in
            [(1.0, 101.304191), (3.0, 108.979743), (5.0, 116.582505), (10.0, 134.746699), (12.0, 141.495856)]
        {
            assert!((super::estimate(100.0, reps) - expected).abs() < 1e-6, "{reps}");
        }
    }
}
