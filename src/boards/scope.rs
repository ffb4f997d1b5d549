//! Boards, and the parts of one that are counted apart: everybody, a sex, a weight class, an age class of a sex.

use crate::strength::ScoredAs;

/// What is ranked: a ranked exercise by the number that the catalogue gives it, or one of three boards of lifters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Board(pub u8);

impl Board {
    /// Kilograms of squat, bench press and deadlift of one day of a meet. Never stored: it follows from the lifts.
    pub const MEET_TOTAL: Self = Self(252);
    /// Kilograms of the best squat, bench press and deadlift as singles.
    pub const GYM_TOTAL: Self = Self(253);
    /// DOTS of the three best singles, each at its own body weight.
    pub const DOTS: Self = Self(254);
    /// The contract's number, which counts estimates.
    pub const ENERGY: Self = Self(255);
    /// The exercises that make a total: squat, bench press, deadlift.
    pub const CORE: [Self; 3] = [Self(1), Self(2), Self(3)];
}

/// What a value was made of. An estimate never stands above a single: they are different lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// One repetition; also whatever has no such distinction.
    Single,
    /// Two to five repetitions.
    Estimate,
    /// The points of a single. Of no list: `dots` is made of it.
    Points,
}

impl Basis {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Estimate => "estimate",
            Self::Points => "points",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Single, Self::Estimate, Self::Points].into_iter().find(|basis| basis.as_str() == text)
    }
}

/// Whom a value is compared with. A class's code says whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    All,
    Sex(ScoredAs),
    Class(u8),
    Age(ScoredAs, u8),
}

impl Scope {
    /// A number of its own below 256, for a table: codes of classes are below 64, those of age classes below 8.
    pub fn number(self) -> u8 {
        match self {
            Self::All => 0,
            Self::Sex(sex) => 1 + sex as u8,
            Self::Class(code) => 64 + (code & 63),
            Self::Age(sex, code) => 128 + 8 * sex as u8 + (code & 7),
        }
    }
}

/// The scopes of which something is the best, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Of(pub u8);

impl Of {
    pub const ALL: u8 = 1;
    pub const SEX: u8 = 2;
    pub const CLASS: u8 = 4;
    pub const AGE: u8 = 8;

    pub fn bit(scope: Scope) -> u8 {
        match scope {
            Scope::All => Self::ALL,
            Scope::Sex(_) => Self::SEX,
            Scope::Class(_) => Self::CLASS,
            Scope::Age(..) => Self::AGE,
        }
    }

    pub fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }
}
