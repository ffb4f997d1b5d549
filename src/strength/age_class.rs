//! Age classes, by the age that a lifter reaches in the calendar year of a meet.
//!
//! Source: the IPF's technical rules: sub-junior 14–18, junior 19–23, open, masters from 40 in steps of ten years.
//! An age that was never stated is open, as at a meet that has no divisions; below 14 nobody is classed.

/// The order of the variants is that of age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AgeClass {
    SubJunior,
    Junior,
    Open,
    M1,
    M2,
    M3,
    M4,
}

impl AgeClass {
    pub const ALL: [AgeClass; 7] = [Self::SubJunior, Self::Junior, Self::Open, Self::M1, Self::M2, Self::M3, Self::M4];

    /// The class of an age in years. An age such as 23.5 is approximate: the birthday of that year may be still to
    /// come, and the older age is the calendar year's. None below 14 and for what is no number.
    pub fn from_age(age: Option<f32>) -> Option<Self> {
        let Some(age) = age else { return Some(Self::Open) };
        match age.ceil() {
            age if age >= 70.0 => Some(Self::M4),
            age if age >= 60.0 => Some(Self::M3),
            age if age >= 50.0 => Some(Self::M2),
            age if age >= 40.0 => Some(Self::M1),
            age if age >= 24.0 => Some(Self::Open),
            age if age >= 19.0 => Some(Self::Junior),
            age if age >= 14.0 => Some(Self::SubJunior),
            _ => None,
        }
    }

    /// From 1 to 7; what is stored. No code is ever given to another class.
    pub fn code(self) -> u8 {
        self as u8 + 1
    }

    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::SubJunior => "subjunior",
            Self::Junior => "junior",
            Self::Open => "open",
            Self::M1 => "m1",
            Self::M2 => "m2",
            Self::M3 => "m3",
            Self::M4 => "m4",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// Whether the lightest weight class of the IPF is open to it.
    pub fn is_junior(self) -> bool {
        matches!(self, Self::SubJunior | Self::Junior)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_begin_and_end_with_the_calendar_years_age() {
        for (age, name) in [
            (14.0, "subjunior"),
            (13.5, "subjunior"),
            (18.0, "subjunior"),
            (18.5, "junior"),
            (23.0, "junior"),
            (23.5, "open"),
            (24.0, "open"),
            (39.0, "open"),
            (39.5, "m1"),
            (49.0, "m1"),
            (50.0, "m2"),
            (60.0, "m3"),
            (69.5, "m4"),
            (101.0, "m4"),
        ] {
            assert_eq!(AgeClass::from_age(Some(age)).map(AgeClass::name), Some(name), "{age}");
        }
        assert_eq!(AgeClass::from_age(None), Some(AgeClass::Open));
        for age in [13.0, 0.0, -5.0, f32::NAN] {
            assert_eq!(AgeClass::from_age(Some(age)), None);
        }
    }

    #[test]
    fn codes_and_names_lead_back() {
        for (class, code) in AgeClass::ALL.into_iter().zip(1..) {
            assert_eq!((class.code(), AgeClass::from_code(code)), (code, Some(class)));
            assert_eq!(AgeClass::parse(class.name()), Some(class));
        }
        assert_eq!((AgeClass::from_code(0), AgeClass::parse("M1")), (None, None));
    }
}
