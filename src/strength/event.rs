//! What was lifted at a meet and in what: the kinds of result that formulas tell apart.
//!
//! The letters are those of meet results: S squat, B bench press, D deadlift. Source: the columns of OpenPowerlifting's
//! published files, which most federations' results are converted to.

use super::standards::CoreLift;

/// Which of the three lifts make the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Event {
    FullPower,
    BenchDeadlift,
    SquatDeadlift,
    SquatBench,
    Squat,
    Bench,
    Deadlift,
}

impl Event {
    pub const ALL: [Event; 7] = [
        Self::FullPower,
        Self::BenchDeadlift,
        Self::SquatDeadlift,
        Self::SquatBench,
        Self::Squat,
        Self::Bench,
        Self::Deadlift,
    ];

    pub fn letters(self) -> &'static str {
        match self {
            Self::FullPower => "SBD",
            Self::BenchDeadlift => "BD",
            Self::SquatDeadlift => "SD",
            Self::SquatBench => "SB",
            Self::Squat => "S",
            Self::Bench => "B",
            Self::Deadlift => "D",
        }
    }

    pub fn parse(letters: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.letters() == letters)
    }

    pub fn has(self, lift: CoreLift) -> bool {
        let letter = match lift {
            CoreLift::Squat => 'S',
            CoreLift::Bench => 'B',
            CoreLift::Deadlift => 'D',
        };
        self.letters().contains(letter)
    }
}

/// What a lifter wore, as the IPF's formulas divide it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Gear {
    /// Without supportive clothing. Knee wraps and straps count here, as in published results.
    Classic,
    /// In supportive suits or shirts of any number of plies.
    Equipped,
}

impl Gear {
    /// The gear of an equipment as results name it.
    pub fn of_equipment(name: &str) -> Option<Self> {
        match name {
            "Raw" | "Wraps" | "Straps" => Some(Self::Classic),
            "Single-ply" | "Multi-ply" | "Unlimited" => Some(Self::Equipped),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_lead_back_and_name_the_lifts() {
        for event in Event::ALL {
            assert_eq!(Event::parse(event.letters()), Some(event));
        }
        assert!(Event::BenchDeadlift.has(CoreLift::Bench) && !Event::BenchDeadlift.has(CoreLift::Squat));
        assert_eq!((Event::parse("DB"), Gear::of_equipment("raw")), (None, None));
    }
}
