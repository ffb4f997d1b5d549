//! What both programs need: where to connect to, and whom to believe.

pub mod target;
pub mod trust;

/// A failure is shown to whoever runs a check and goes no further.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
