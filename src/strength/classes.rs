//! Weight classes: who is compared with whom.
//!
//! Invariant: a class has a code that is stored, and no code is ever given to another class; a class that falls out of
//! use keeps its row. Body weights are hundredths of a kilogram, and a class ends at its upper bound inclusively:
//! 83.00 kg is class 83, 83.01 kg is class 93.
//! Source: the technical rules of the IPF (classes since 2011, the women's of 2021) and the classes that most other
//! federations share, called traditional. Both were compared with the classes in 57,318 results: see docs/SCORING.md.

use super::units::ScoredAs;

/// Which federation's division into classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClassSet {
    /// The IPF's of today.
    Ipf,
    /// The IPF's of 2011 to 2020; it differs for women alone.
    IpfUntil2020,
    Traditional,
}

impl ClassSet {
    pub const ALL: [ClassSet; 3] = [Self::Ipf, Self::IpfUntil2020, Self::Traditional];

    pub fn name(self) -> &'static str {
        match self {
            Self::Ipf => "ipf",
            Self::IpfUntil2020 => "ipf_until_2020",
            Self::Traditional => "traditional",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.name() == name)
    }

    /// The IPF's set in a calendar year.
    pub fn ipf_of(year: i16) -> Self {
        if year <= 2020 { Self::IpfUntil2020 } else { Self::Ipf }
    }

    /// The classes from light to heavy; the first of the IPF's is for sub-juniors and juniors alone.
    pub fn classes(self, scored_as: ScoredAs) -> impl DoubleEndedIterator<Item = Class> {
        let codes: &[u8] = match (self, scored_as) {
            (Self::Ipf | Self::IpfUntil2020, ScoredAs::Men) => &[1, 2, 3, 4, 5, 6, 7, 8, 9],
            (Self::Ipf, ScoredAs::Women) => &[10, 11, 12, 13, 14, 17, 18, 19, 20],
            (Self::IpfUntil2020, ScoredAs::Women) => &[10, 11, 12, 13, 14, 15, 16, 20],
            (Self::Traditional, ScoredAs::Men) => &[21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32],
            (Self::Traditional, ScoredAs::Women) => &[33, 34, 35, 36, 37, 38, 39, 40, 41, 42],
        };
        codes.iter().map(|code| Class(*code))
    }
}

/// What a class is called and where it ends; the heaviest has no end.
struct Row {
    label: &'static str,
    scored_as: ScoredAs,
    up_to_hundredths: u32,
    juniors_only: bool,
}

const NO_END: u32 = u32::MAX;

const fn row(label: &'static str, scored_as: ScoredAs, up_to_hundredths: u32) -> Row {
    Row { label, scored_as, up_to_hundredths, juniors_only: false }
}

const fn juniors(label: &'static str, scored_as: ScoredAs, up_to_hundredths: u32) -> Row {
    Row { label, scored_as, up_to_hundredths, juniors_only: true }
}

use ScoredAs::{Men, Women};

/// The row of code 1 first. Rows are added at the end; none is taken out or changed.
const ROWS: [Row; 42] = [
    // IPF men
    juniors("53", Men, 5300),
    row("59", Men, 5900),
    row("66", Men, 6600),
    row("74", Men, 7400),
    row("83", Men, 8300),
    row("93", Men, 9300),
    row("105", Men, 10500),
    row("120", Men, 12000),
    row("120+", Men, NO_END),
    // IPF women, of all years
    juniors("43", Women, 4300),
    row("47", Women, 4700),
    row("52", Women, 5200),
    row("57", Women, 5700),
    row("63", Women, 6300),
    // until 2020: 63 to 72, 72 to 84
    row("72", Women, 7200),
    row("84", Women, 8400),
    // from 2021: 63 to 69, 69 to 76, 76 to 84
    row("69", Women, 6900),
    row("76", Women, 7600),
    row("84", Women, 8400),
    row("84+", Women, NO_END),
    // Traditional men
    row("52", Men, 5200),
    row("56", Men, 5600),
    row("60", Men, 6000),
    row("67.5", Men, 6750),
    row("75", Men, 7500),
    row("82.5", Men, 8250),
    row("90", Men, 9000),
    row("100", Men, 10000),
    row("110", Men, 11000),
    row("125", Men, 12500),
    row("140", Men, 14000),
    row("140+", Men, NO_END),
    // Traditional women
    row("44", Women, 4400),
    row("48", Women, 4800),
    row("52", Women, 5200),
    row("56", Women, 5600),
    row("60", Women, 6000),
    row("67.5", Women, 6750),
    row("75", Women, 7500),
    row("82.5", Women, 8250),
    row("90", Women, 9000),
    row("90+", Women, NO_END),
];

/// A weight class, for men or for women, of one set; classes that two sets share are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Class(u8);

impl Class {
    /// The class that was stored by its code; none for a code that was never given.
    pub fn from_code(code: u8) -> Option<Self> {
        (1..=ROWS.len()).contains(&usize::from(code)).then_some(Self(code))
    }

    /// The class of a set that has this label ("83", "84+").
    pub fn from_label(set: ClassSet, scored_as: ScoredAs, label: &str) -> Option<Self> {
        set.classes(scored_as).find(|class| class.label() == label)
    }

    /// From 1; what is stored.
    pub fn code(self) -> u8 {
        self.0
    }

    /// As it stands in results: the upper bound in kilograms, or the last bound and a plus sign.
    pub fn label(self) -> &'static str {
        self.row().label
    }

    pub fn scored_as(self) -> ScoredAs {
        self.row().scored_as
    }

    fn row(self) -> &'static Row {
        // Every constructor keeps the code within the table.
        &ROWS[usize::from(self.0) - 1]
    }
}

/// The IPF's class of a body weight in a calendar year. Years before 2011 are given the classes of 2011.
/// `is_junior`: sub-juniors and juniors have one class more, below the others.
pub fn ipf_class(bodyweight_hundredths: u32, scored_as: ScoredAs, year: i16, is_junior: bool) -> Class {
    class_in(ClassSet::ipf_of(year), bodyweight_hundredths, scored_as, is_junior)
}

/// The traditional class of a body weight.
pub fn traditional_class(bodyweight_hundredths: u32, scored_as: ScoredAs) -> Class {
    class_in(ClassSet::Traditional, bodyweight_hundredths, scored_as, false)
}

fn class_in(set: ClassSet, bodyweight_hundredths: u32, scored_as: ScoredAs, is_junior: bool) -> Class {
    let holds = |class: &Class| {
        let row = class.row();
        bodyweight_hundredths <= row.up_to_hundredths && (is_junior || !row.juniors_only)
    };
    // The heaviest class of each set has no end, so that code 1 is never an answer for want of another.
    set.classes(scored_as).find(holds).unwrap_or(Class(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_included_to_a_hundredth() {
        for (hundredths, scored_as, year, is_junior, label) in [
            (8300, Men, 2024, false, "83"),
            (8301, Men, 2024, false, "93"),
            (5300, Men, 2024, true, "53"),
            (5300, Men, 2024, false, "59"),
            (5301, Men, 2024, true, "59"),
            (12000, Men, 2024, false, "120"),
            (12001, Men, 1999, false, "120+"),
            (4300, Women, 2024, true, "43"),
            (4300, Women, 2024, false, "47"),
            (6900, Women, 2021, false, "69"),
            (6900, Women, 2020, false, "72"),
            (7600, Women, 2021, false, "76"),
            (7201, Women, 2020, false, "84"),
            (8400, Women, 2021, false, "84"),
            (8401, Women, 2020, false, "84+"),
        ] {
            let class = ipf_class(hundredths, scored_as, year, is_junior);
            assert_eq!((class.label(), class.scored_as()), (label, scored_as), "{hundredths} {year}");
        }
        for (hundredths, scored_as, label) in [
            (4000, Men, "52"),
            (8250, Men, "82.5"),
            (8251, Men, "90"),
            (14001, Men, "140+"),
            (4400, Women, "44"),
            (6751, Women, "75"),
            (9001, Women, "90+"),
        ] {
            assert_eq!(traditional_class(hundredths, scored_as).label(), label);
        }
    }

    #[test]
    fn codes_are_stable_and_lead_back() {
        for (set, scored_as, label, code) in [
            (ClassSet::Ipf, Men, "53", 1),
            (ClassSet::Ipf, Men, "120+", 9),
            (ClassSet::Ipf, Women, "63", 14),
            (ClassSet::IpfUntil2020, Women, "63", 14),
            (ClassSet::IpfUntil2020, Women, "72", 15),
            (ClassSet::IpfUntil2020, Women, "84", 16),
            (ClassSet::Ipf, Women, "84", 19),
            (ClassSet::Ipf, Women, "84+", 20),
            (ClassSet::Traditional, Men, "52", 21),
            (ClassSet::Traditional, Women, "90+", 42),
        ] {
            let class = Class::from_label(set, scored_as, label).unwrap();
            assert_eq!((class.code(), Class::from_code(code)), (code, Some(class)));
        }
        assert_eq!(Class::from_label(ClassSet::Ipf, Women, "72"), None);
        assert_eq!((Class::from_code(0), Class::from_code(43)), (None, None));
        assert!(ClassSet::ALL.into_iter().all(|set| ClassSet::parse(set.name()) == Some(set)));
    }

    #[test]
    fn each_set_rises_and_its_heaviest_class_has_no_end() {
        for set in ClassSet::ALL {
            for scored_as in [Men, Women] {
                let bounds: Vec<u32> = set.classes(scored_as).map(|class| class.row().up_to_hundredths).collect();
                assert!(bounds.is_sorted() && bounds.last() == Some(&NO_END));
                assert!(set.classes(scored_as).all(|class| class.scored_as() == scored_as));
            }
        }
    }
}
