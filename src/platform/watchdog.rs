//! Telling systemd that this process still turns: every worker thread has to show that it does. The database has no
//! part in it: a restart would not bring it back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sd_notify::NotifyState;

use super::lifecycle;

/// How often a worker shows that it turns.
const BEAT: Duration = Duration::from_millis(500);

/// The pulse of each worker: when it was last seen, in milliseconds since the start.
#[derive(Clone)]
pub struct Watchdog {
    began: Instant,
    pulses: Arc<Mutex<Vec<Arc<AtomicU64>>>>,
}

impl Default for Watchdog {
    fn default() -> Self {
        Self { began: Instant::now(), pulses: Arc::default() }
    }
}

impl Watchdog {
    /// Takes the pulse of the worker on whose thread it is called.
    pub fn watch_this_worker(&self) {
        let (began, pulse) = (self.began, Arc::new(AtomicU64::new(0)));
        self.pulses.lock().unwrap_or_else(PoisonError::into_inner).push(pulse.clone());
        actix_web::rt::spawn(async move {
            loop {
                pulse.store(milliseconds_since(began), Ordering::Relaxed);
                tokio::time::sleep(BEAT).await;
            }
        });
    }

    /// Tells systemd, as often as it asked for, as long as every worker turns. Without a watchdog it does nothing.
    pub fn start(&self) {
        let Some(limit) = sd_notify::watchdog_enabled() else { return };
        let watchdog = self.clone();
        tokio::spawn(async move {
            loop {
                if watchdog.is_alive(limit / 2) {
                    lifecycle::notify(&[NotifyState::Watchdog]);
                }
                tokio::time::sleep(limit / 4).await;
            }
        });
    }

    fn is_alive(&self, limit: Duration) -> bool {
        let now = milliseconds_since(self.began);
        let pulses = self.pulses.lock().unwrap_or_else(PoisonError::into_inner);
        pulses.iter().all(|pulse| now.saturating_sub(pulse.load(Ordering::Relaxed)) < limit.as_millis() as u64)
    }
}

fn milliseconds_since(began: Instant) -> u64 {
    began.elapsed().as_millis() as u64
}
