//! The formulas that compare lifters of different body weights, by name.
//!
//! A result is a total in hundredths of a kilogram, and so are its points in hundredths: whoever compares two of them
//! compares whole numbers. None of the formulas knows the others' scale: points of two are never comparable.

use super::event::{Event, Gear};
use super::ipf_gl::{self, Day};
use super::units::{ScoredAs, from_hundredths, hundredths};
use super::{dots, glossbrenner, ipf_points, schwartz_malone, wilks1994, wilks2020};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Formula {
    Dots,
    Wilks1994,
    Wilks2020,
    IpfGl,
    IpfPoints,
    Glossbrenner,
    SchwartzMalone,
}

/// What a lifter did at a meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Performance {
    pub scored_as: ScoredAs,
    pub bodyweight_hundredths: u32,
    pub total_hundredths: u32,
    pub event: Event,
    pub gear: Gear,
    /// None is today.
    pub on: Option<Day>,
}

impl Formula {
    pub const ALL: [Formula; 7] = [
        Self::Dots,
        Self::Wilks1994,
        Self::Wilks2020,
        Self::IpfGl,
        Self::IpfPoints,
        Self::Glossbrenner,
        Self::SchwartzMalone,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Dots => "dots",
            Self::Wilks1994 => "wilks1994",
            Self::Wilks2020 => "wilks2020",
            Self::IpfGl => "ipf_gl",
            Self::IpfPoints => "ipf_points",
            Self::Glossbrenner => "glossbrenner",
            Self::SchwartzMalone => "schwartz_malone",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|formula| formula.name() == name)
    }

    /// Points in hundredths, rounded half away from zero. None without a total or a body weight, and where the formula
    /// does not apply.
    pub fn points_hundredths(self, performance: &Performance) -> Option<u32> {
        let Performance { scored_as, bodyweight_hundredths, total_hundredths, event, gear, on } = *performance;
        if bodyweight_hundredths == 0 || total_hundredths == 0 {
            return None;
        }
        let (bodyweight_kg, total_kg) = (from_hundredths(bodyweight_hundredths), from_hundredths(total_hundredths));
        let points = match self {
            Self::Dots => return Some(dots::points_hundredths(total_hundredths, bodyweight_hundredths, scored_as)),
            Self::Wilks1994 => total_kg * wilks1994::coefficient(bodyweight_kg, scored_as),
            Self::Wilks2020 => total_kg * wilks2020::coefficient(bodyweight_kg, scored_as),
            Self::IpfGl => total_kg * ipf_gl::coefficient(bodyweight_kg, scored_as, event, gear, on)?,
            Self::IpfPoints => ipf_points::points(total_kg, bodyweight_kg, scored_as, event, gear)?,
            Self::Glossbrenner => total_kg * glossbrenner::coefficient(bodyweight_kg, scored_as),
            Self::SchwartzMalone => total_kg * schwartz_malone::coefficient(bodyweight_kg, scored_as),
        };
        u32::try_from(hundredths(points)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_and_a_result_has_points_where_the_formula_applies() {
        assert!(Formula::ALL.into_iter().all(|formula| Formula::parse(formula.name()) == Some(formula)));
        // A woman of 83.2 kg in multi-ply, 885 kg: as published.
        let full = Performance {
            scored_as: ScoredAs::Women,
            bodyweight_hundredths: 8320,
            total_hundredths: 88500,
            event: Event::FullPower,
            gear: Gear::Equipped,
            on: None,
        };
        let published = [
            (Formula::Dots, 81806),
            (Formula::Wilks1994, 79301),
            (Formula::Glossbrenner, 69375),
            (Formula::IpfGl, 13971),
        ];
        for (formula, points) in published {
            assert_eq!(formula.points_hundredths(&full), Some(points));
        }
        let push_pull = Performance { event: Event::BenchDeadlift, ..full };
        let has_none = |formula: &Formula| formula.points_hundredths(&push_pull).is_none();
        assert_eq!(Formula::ALL.into_iter().filter(has_none).collect::<Vec<_>>(), [Formula::IpfGl, Formula::IpfPoints]);
        for nothing in [Performance { total_hundredths: 0, ..full }, Performance { bodyweight_hundredths: 0, ..full }] {
            assert!(Formula::ALL.iter().all(|formula| formula.points_hundredths(&nothing).is_none()));
        }
    }
}
