//! The feed: what those whom one follows, and oneself, have done, the newest first.
//!
//! Nothing of it is stored: a page is read from the workouts, personal bests and rises of those who are followed now. So
//! whoever hides, blocks or deletes something is gone from every feed at once.

mod api;
mod cursor;
mod store;

pub use api::routes;
