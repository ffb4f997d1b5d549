//! Brzycki (1993): 36 × weight / (37 − reps).
//!
//! Exact for a single, equal to Epley at ten repetitions; made for up to ten, and without an end at 37. Source: Brzycki, JOPERD 64(1), 1993.

/// The plain formula, kilograms; whoever answers a lifter asks [`super::Estimator::one_rep_max_kg`], which knows what a single is.
pub fn estimate(weight_kg: f64, reps: f64) -> f64 {
    36.0 * weight_kg / (37.0 - reps)
}

#[cfg(test)]
mod tests {
    #[test]
    fn reference_values_of_100_kg() {
        for (reps, expected) in [(1.0, 100.0), (3.0, 105.882353), (5.0, 112.5), (10.0, 133.333333), (12.0, 144.0)] {
            assert!((super::estimate(100.0, reps) - expected).abs() < 1e-6, "{reps}");
        }
    }
}
