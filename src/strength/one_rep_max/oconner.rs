//! O'Conner (1989): weight × (1 + 0.025 × reps).
//!
//! The most cautious; linear. Of a single it makes 2.5 % more. Source: O'Conner, Simmons & O'Shea, Weight Training Today, 1989.

/// The plain formula, kilograms; whoever answers a lifter asks [`super::Estimator::one_rep_max_kg`], which knows what a single is.
pub fn estimate(weight_kg: f64, reps: f64) -> f64 {
    weight_kg * (1.0 + 0.025 * reps)
}

#[cfg(test)]
mod tests {
    #[test]
    fn reference_values_of_100_kg() {
        for (reps, expected) in [(1.0, 102.5), (2.0, 105.0), (5.0, 112.5), (10.0, 125.0)] {
            assert!((super::estimate(100.0, reps) - expected).abs() < 1e-6, "{reps}");
        }
    }
}
