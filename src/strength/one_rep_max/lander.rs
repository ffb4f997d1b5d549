//! Lander (1985): 100 × weight / (101.3 − 2.67123 × reps).
//!
//! Linear in its divisor; without an end at 37.9. Of a single it makes 1.4 % more. Source: Lander, NSCA Journal 6(6), 1985.

/// The plain formula, kilograms; whoever answers a lifter asks [`super::Estimator::one_rep_max_kg`], which knows what a single is.
pub fn estimate(weight_kg: f64, reps: f64) -> f64 {
    100.0 * weight_kg / (101.3 - 2.67123 * reps)
}

#[cfg(test)]
mod tests {
    #[test]
    fn reference_values_of_100_kg() {
        for (reps, expected) in [(1.0, 101.390294), (2.0, 104.212759), (5.0, 113.708918), (10.0, 134.070363)] {
            assert!((super::estimate(100.0, reps) - expected).abs() < 1e-6, "{reps}");
        }
    }
}
