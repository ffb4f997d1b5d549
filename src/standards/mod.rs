//! What a lifter of a body weight must lift for each rank. All of it is in [`crate::strength::standards`]; nothing
//! is stored.

mod api;
mod ladder;

pub use api::routes;
