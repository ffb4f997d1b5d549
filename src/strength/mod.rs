//! The science of strength: numbers in, numbers out, no input or output.
//!
//! Everything is in kilograms unless a name says otherwise. Each file holds one formula with its source and validity;
//! docs/SCORING.md has them side by side.

pub mod age_class;
pub mod age_coefficient;
pub mod calibration;
pub mod classes;
pub mod dots;
pub mod energy;
pub mod event;
pub mod formula;
pub mod glossbrenner;
pub mod ipf_gl;
pub mod ipf_points;
pub mod ladder;
pub mod one_rep_max;
pub mod reference;
pub mod schwartz_malone;
pub mod shares;
pub mod standards;
pub mod units;
#[cfg(test)]
mod vectors;
pub mod wilks1994;
pub mod wilks2020;

pub use age_class::AgeClass;
pub use calibration::Calibration;
pub use classes::{Class, ClassSet};
pub use event::{Event, Gear};
pub use formula::{Formula, Performance};
pub use ladder::{Progress, Rank};
pub use units::{ScoredAs, Unit};
