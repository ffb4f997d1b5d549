//! The science of strength: numbers in, numbers out, no input or output.
//!
//! Everything is in kilograms unless a name says otherwise. Each file holds one formula with its source and validity.

pub mod age_class;
pub mod calibration;
pub mod classes;
pub mod dots;
pub mod energy;
pub mod ladder;
pub mod one_rep_max;
pub mod standards;
pub mod units;

pub use age_class::AgeClass;
pub use calibration::Calibration;
pub use classes::{Class, ClassSet};
pub use ladder::{Progress, Rank};
pub use units::{ScoredAs, Unit};
