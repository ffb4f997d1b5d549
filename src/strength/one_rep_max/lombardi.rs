//! Lombardi (1989): weight × reps^0.10.
//!
//! Exact for a single; flat for many repetitions. Source: Lombardi, Beginning Weight Training, 1989.

/// The plain formula, kilograms; whoever answers a lifter asks [`super::Estimator::one_rep_max_kg`], which knows what a single is.
pub fn estimate(weight_kg: f64, reps: f64) -> f64 {
    weight_kg * reps.powf(0.10)
}

#[cfg(test)]
mod tests {
    #[test]
    fn reference_values_of_100_kg() {
        for (reps, expected) in [(1.0, 100.0), (2.0, 107.177346), (5.0, 117.461894), (10.0, 125.892541)] {
            assert!((super::estimate(100.0, reps) - expected).abs() < 1e-6, "{reps}");
        }
    }
}
