//! One lifter's result, scored by everything we know.

use super::row::{Sex, weight};
use crate::strength::ipf_gl::Day;
use crate::strength::reference::{self, Measured, Standing};
use crate::strength::standards::CoreLift;
use crate::strength::units::from_hundredths;
use crate::strength::{
    AgeClass, Class, Event, Formula, Gear, Performance, age_coefficient, classes::ipf_class, classes::traditional_class,
};

/// What a lifter did at a meet; weights in kilograms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lifter {
    pub sex: Sex,
    pub bodyweight_kg: f64,
    pub event: Event,
    /// One of [`super::row::EQUIPMENT`].
    pub equipment: &'static str,
    pub age: Option<f32>,
    /// None is today.
    pub day: Option<Day>,
    /// Squat, bench press, deadlift.
    pub lifts_kg: [Option<f64>; 3],
    /// None: the sum of the event's lifts that are given.
    pub total_kg: Option<f64>,
}

/// A result with its classes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    lifter: Lifter,
    performance: Performance,
    pub age_class: Option<AgeClass>,
    pub ipf_class: Class,
    pub traditional_class: Class,
}

impl Scored {
    /// `this_year`: whose classes count for a result without a day.
    pub fn of(lifter: Lifter, this_year: i16) -> Self {
        let scored_as = lifter.sex.scored_as();
        let bodyweight_hundredths = weight(lifter.bodyweight_kg);
        let lifts = CoreLift::ALL.into_iter().zip(lifter.lifts_kg).filter(|(lift, _)| lifter.event.has(*lift));
        let sum = lifts.map(|(_, kg)| kg.map_or(0, weight)).sum();
        let age_class = AgeClass::from_age(lifter.age);
        let year = lifter.day.map_or(this_year, |(year, _, _)| year);
        let is_junior = age_class.is_some_and(AgeClass::is_junior);
        Self {
            lifter,
            performance: Performance {
                scored_as,
                bodyweight_hundredths,
                total_hundredths: lifter.total_kg.map_or(sum, weight),
                event: lifter.event,
                gear: Gear::of_equipment(lifter.equipment).unwrap_or(Gear::Classic),
                on: lifter.day,
            },
            age_class,
            ipf_class: ipf_class(bodyweight_hundredths, scored_as, year, is_junior),
            traditional_class: traditional_class(bodyweight_hundredths, scored_as),
        }
    }

    pub fn total_kg(&self) -> Option<f64> {
        let total = self.performance.total_hundredths;
        (total > 0).then(|| from_hundredths(total))
    }

    /// In hundredths.
    pub fn points(&self, formula: Formula) -> Option<u32> {
        formula.points_hundredths(&self.performance)
    }

    pub fn age_coefficient(&self) -> Option<f64> {
        self.lifter.age.and_then(age_coefficient::coefficient)
    }

    /// Where a lift stands among raw competitors near the same body weight, and that in words. None for a lift that
    /// was not given, for a total of another event than full power, and for what was not lifted raw.
    pub fn among_competitors(&self, measured: Measured) -> Option<(Standing, String)> {
        let [squat, bench, deadlift] = self.lifter.lifts_kg;
        let kg = match measured {
            Measured::Squat => squat?,
            Measured::Bench => bench?,
            Measured::Deadlift => deadlift?,
            Measured::Total if self.lifter.event == Event::FullPower => self.total_kg()?,
            Measured::Total => return None,
        };
        if self.lifter.equipment != "Raw" {
            return None;
        }
        let Performance { scored_as, bodyweight_hundredths, .. } = self.performance;
        let standing = reference::competitors(scored_as, measured, weight(kg), Some(bodyweight_hundredths))?;
        let sentence = reference::sentence(&standing, scored_as, Some(self.lifter.bodyweight_kg));
        Some((standing, sentence.into_owned()))
    }
}
