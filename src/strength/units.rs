//! Units of weight, rounding, and which of the two sets of constants a lifter is scored with.

/// Exact by definition (the international pound of 1959).
pub const KG_PER_LB: f64 = 0.453_592_37;
/// The reciprocal as existing clients write it; it differs from the exact one in the eleventh digit.
pub const LB_PER_KG: f64 = 2.204_622_621_8;

/// The unit in which a lifter reads weights. Stored and transported weights are kilograms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Kg,
    Lbs,
}

impl Unit {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "kg" => Some(Self::Kg),
            "lbs" => Some(Self::Lbs),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kg => "kg",
            Self::Lbs => "lbs",
        }
    }

    /// `weight` of this unit in kilograms.
    pub fn to_kg(self, weight: f64) -> f64 {
        match self {
            Self::Kg => weight,
            Self::Lbs => weight * KG_PER_LB,
        }
    }

    /// `weight_kg` in this unit.
    pub fn from_kg(self, weight_kg: f64) -> f64 {
        match self {
            Self::Kg => weight_kg,
            Self::Lbs => weight_kg * LB_PER_KG,
        }
    }

    /// The factor that clients show weights with: 1.0, or 2.20462 for pounds.
    pub fn multiplier(self) -> f64 {
        match self {
            Self::Kg => 1.0,
            Self::Lbs => 2.20462,
        }
    }
}

/// Which constants score a lift. Asked apart from gender; `Male` and `Female` only suggest it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScoredAs {
    Men,
    Women,
}

impl ScoredAs {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "men" => Some(Self::Men),
            "women" => Some(Self::Women),
            _ => None,
        }
    }

    /// What a gender, as existing clients write it, suggests; case does not matter.
    pub fn from_gender(gender: &str) -> Option<Self> {
        if gender.eq_ignore_ascii_case("male") {
            Some(Self::Men)
        } else if gender.eq_ignore_ascii_case("female") {
            Some(Self::Women)
        } else {
            None
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Men => "men",
            Self::Women => "women",
        }
    }
}

/// `value` rounded to the nearest multiple of five, ties to the even multiple.
pub fn round_to_five(value: f64) -> i64 {
    5 * (value / 5.0).round_ties_even() as i64
}

/// The polynomial with these coefficients, the highest power's first.
pub fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// `value` in hundredths, rounded half away from zero: how weights and points are held wherever two are compared.
/// What is no number is 0.
pub fn hundredths(value: f64) -> i64 {
    (value * 100.0).round() as i64
}

/// Hundredths of a kilogram, or of a point, as the number they stand for.
pub fn from_hundredths(hundredths: u32) -> f64 {
    f64::from(hundredths) / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        for (value, expected) in [(0.125, 13), (-0.125, -13), (82.5, 8250), (90.72, 9072), (0.004, 0), (f64::NAN, 0)] {
            assert_eq!(hundredths(value), expected);
        }
        assert_eq!(from_hundredths(9072), 90.72);
    }
}
