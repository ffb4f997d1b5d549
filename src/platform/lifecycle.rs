//! Coming up and going down without losing a request.
//!
//! Going down: the listeners are paused, so that new connections wait in the socket for the next process; answers
//! say `Connection: close`; when nothing is in flight any more, at least a quarter of a second later and a tenth after
//! the last request came, the server stops. Stopping at once would drop connections that were accepted but not yet read.
//! On a busy machine those may take longer to be read: as long as our own turns come late, nothing counts as quiet.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};

const LEAST_DRAIN: Duration = Duration::from_millis(250);
/// How long no request may have come.
const QUIET: Duration = Duration::from_millis(100);
const TURN: Duration = Duration::from_millis(10);
/// A turn that took this long says that threads wait for a processor, and so may whoever accepts or reads.
const LATE_TURN: Duration = Duration::from_millis(30);
/// How long late turns may put off the end.
const LONGEST_WAIT_FOR_TURNS: Duration = Duration::from_secs(2);
/// Longer than a request may take.
const LONGEST_DRAIN: Duration = Duration::from_secs(32);

/// Whether the process is going down and how many requests are in hand.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle(Arc<State>);

#[derive(Debug, Default)]
struct State {
    is_draining: AtomicBool,
    in_flight: AtomicUsize,
    /// How many requests have come while the process is going down.
    late: AtomicU64,
}

/// Counts a request until it is dropped.
pub struct InFlight(Arc<State>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lifecycle {
    pub fn request_begins(&self) -> InFlight {
        self.0.in_flight.fetch_add(1, Ordering::Relaxed);
        if self.is_draining() {
            self.0.late.fetch_add(1, Ordering::Relaxed);
        }
        InFlight(self.0.clone())
    }

    pub fn is_draining(&self) -> bool {
        self.0.is_draining.load(Ordering::Relaxed)
    }

    /// Waits for SIGTERM or SIGINT, then drains the servers and stops them.
    pub async fn stop_on_signal(&self, servers: Vec<ServerHandle>) -> std::io::Result<()> {
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        slog_scope::info!("stopping: answering what has been asked"; "signal" => name);
        notify(&[NotifyState::Stopping, NotifyState::Status("answering what has been asked")]);
        self.0.is_draining.store(true, Ordering::Relaxed);
        for server in &servers {
            server.pause().await;
        }
        self.wait_until_quiet().await;
        for server in &servers {
            server.stop(true).await;
        }
        Ok(())
    }

    /// Until what has been asked is answered and nobody asks any more.
    async fn wait_until_quiet(&self) {
        let began = Instant::now();
        let (mut late, mut last) = (0, began);
        loop {
            let turn = Instant::now();
            tokio::time::sleep(TURN).await;
            let is_late = turn.elapsed() >= LATE_TURN && began.elapsed() < LONGEST_WAIT_FOR_TURNS;
            let (now, in_flight) = (self.0.late.load(Ordering::Relaxed), self.0.in_flight.load(Ordering::Relaxed));
            if now != late || in_flight > 0 || is_late {
                (late, last) = (now, Instant::now());
            }
            if began.elapsed() >= LONGEST_DRAIN || (began.elapsed() >= LEAST_DRAIN && last.elapsed() >= QUIET) {
                return;
            }
        }
    }
}

/// Tells systemd that the service accepts requests.
pub fn ready(text: &str) {
    notify(&[NotifyState::Ready, NotifyState::Status(text)]);
}

/// Tells systemd what the process is at; `systemctl status` shows it.
pub fn status(text: &str) {
    notify(&[NotifyState::Status(text)]);
}

/// Whether systemd started this process and waits to be told.
pub fn is_watched() -> bool {
    std::env::var_os("NOTIFY_SOCKET").is_some()
}

/// Without systemd there is nobody to tell; that is no fault.
pub(crate) fn notify(states: &[NotifyState]) {
    if let Err(error) = sd_notify::notify(states) {
        slog_scope::warn!("systemd could not be told"; "error" => error.to_string());
    }
}
