//! Points of results: a whole meet's from its file, or one lifter's.
//!
//! All of the science is in [`crate::strength`]; nothing is stored, nobody has to be signed in, and a file is scored
//! without settings or a database.

mod api;
pub mod lifter;
mod one_rep_max;
pub mod output;
pub mod places;
pub mod row;
pub mod sheet;

pub use api::routes;
pub use output::Format;
pub use places::{By, Divisions};
pub use sheet::{Asked, Sheet, SheetError};
