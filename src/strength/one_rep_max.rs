//! The value of a lift: what it is worth as a single repetition.
//!
//! Epley (1985): weight × (1 + reps / 30). It overestimates beyond ten repetitions; a single is worth its own weight.

/// The score of a weighted lift. No repetitions, none stated, and one alike are a single.
pub fn epley(weight_kg: f64, reps: Option<i32>) -> f64 {
    match reps {
        Some(reps) if reps > 1 => weight_kg * (1.0 + f64::from(reps) / 30.0),
        _ => weight_kg,
    }
}

/// The score of a set with the own body weight: its repetitions.
pub fn repetitions(reps: Option<i32>) -> f64 {
    f64::from(reps.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_is_worth_its_weight() {
        assert_eq!(epley(100.0, None), 100.0);
        assert_eq!(epley(100.0, Some(0)), 100.0);
        assert_eq!(epley(100.0, Some(1)), 100.0);
        assert!((epley(100.0, Some(5)) - 116.666667).abs() < 1e-6);
        assert!((epley(100.0, Some(10)) - 133.333333).abs() < 1e-6);
        assert_eq!(repetitions(None), 0.0);
        assert_eq!(repetitions(Some(12)), 12.0);
    }
}
