//! What took long to make is kept for longer: so whatever is asked for takes no more than a tenth of a processor.

use std::time::{Duration, Instant};

use moka::Expiry;

#[derive(Clone)]
pub struct Made<T> {
    pub made: T,
    pub took: Duration,
}

/// Keeps what was made for ten times as long as that took, and at least and at most so long.
pub struct ByEffort {
    pub least: Duration,
    pub most: Duration,
}

impl<K, T> Expiry<K, Made<T>> for ByEffort {
    fn expire_after_create(&self, _: &K, made: &Made<T>, _: Instant) -> Option<Duration> {
        Some((10 * made.took).clamp(self.least, self.most))
    }
}
