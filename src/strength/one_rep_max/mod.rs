//! The value of a lift: what it is worth as a single repetition.
//!
//! Epley is the score of every board, as existing clients compute it. Beside it stand six other estimates, each in its
//! file. Invariant: a single is worth its own weight, whatever the formula. All are worse the more repetitions there
//! are: linear ones hold up to ten (Reynolds et al., J Strength Cond Res 20(3), 2006), and all underestimate the
//! deadlift (LeSuer et al., J Strength Cond Res 11(4), 1997).
//! Source of Epley: Epley, Poundage Chart, 1985: weight × (1 + reps / 30); it overestimates beyond ten repetitions.

mod brzycki;
mod lander;
mod lombardi;
mod mayhew;
mod oconner;
mod wathan;

/// From here on an estimate is worth little: whoever shows it says so.
pub const TRUSTED_REPS: u32 = 10;
/// Brzycki divides by 37 less the repetitions.
pub const MOST_REPS: u32 = 36;

/// The score of a weighted lift. No repetitions, none stated, and one alike are a single.
pub fn epley(weight_kg: f64, reps: Option<i32>) -> f64 {
    match reps {
        // Rounded where doubles differ from what they stand for: 110 once and 100 three times are the same.
        Some(reps) if reps > 1 => (weight_kg * (1.0 + f64::from(reps) / 30.0) * 1e9).round() / 1e9,
        _ => weight_kg,
    }
}

/// The score of a set with the own body weight: its repetitions.
pub fn repetitions(reps: Option<i32>) -> f64 {
    f64::from(reps.unwrap_or(0))
}

/// A way to estimate a one-rep maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estimator {
    Epley,
    Brzycki,
    Lombardi,
    Mayhew,
    OConner,
    Wathan,
    Lander,
}

impl Estimator {
    pub const ALL: [Estimator; 7] =
        [Self::Epley, Self::Brzycki, Self::Lombardi, Self::Mayhew, Self::OConner, Self::Wathan, Self::Lander];

    pub fn name(self) -> &'static str {
        match self {
            Self::Epley => "epley",
            Self::Brzycki => "brzycki",
            Self::Lombardi => "lombardi",
            Self::Mayhew => "mayhew",
            Self::OConner => "oconner",
            Self::Wathan => "wathan",
            Self::Lander => "lander",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|estimator| estimator.name() == name)
    }

    /// The weight in kilograms that could be lifted once. None for no repetition and beyond [`MOST_REPS`].
    pub fn one_rep_max_kg(self, weight_kg: f64, reps: u32) -> Option<f64> {
        match reps {
            1 => Some(weight_kg),
            2..=MOST_REPS => Some(self.plain(weight_kg, reps)),
            _ => None,
        }
    }

    /// The formula as it was published, also where it makes more of a single than it was. Without a meaning above [`MOST_REPS`].
    pub fn plain(self, weight_kg: f64, reps: u32) -> f64 {
        let count = f64::from(reps);
        match self {
            Self::Epley => weight_kg * (1.0 + count / 30.0),
            Self::Brzycki => brzycki::estimate(weight_kg, count),
            Self::Lombardi => lombardi::estimate(weight_kg, count),
            Self::Mayhew => mayhew::estimate(weight_kg, count),
            Self::OConner => oconner::estimate(weight_kg, count),
            Self::Wathan => wathan::estimate(weight_kg, count),
            Self::Lander => lander::estimate(weight_kg, count),
        }
    }
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
        for estimator in Estimator::ALL {
            assert_eq!(estimator.one_rep_max_kg(97.5, 1), Some(97.5));
            assert_eq!((estimator.one_rep_max_kg(97.5, 0), estimator.one_rep_max_kg(97.5, 37)), (None, None));
            assert_eq!(Estimator::parse(estimator.name()), Some(estimator));
        }
    }

    #[test]
    fn one_more_repetition_is_never_worth_less() {
        for estimator in Estimator::ALL {
            let estimates: Vec<f64> =
                (1..=MOST_REPS).filter_map(|reps| estimator.one_rep_max_kg(100.0, reps)).collect();
            assert!(estimates.len() == 36 && estimates.is_sorted() && estimates[35].is_finite(), "{estimator:?}");
        }
    }
}
