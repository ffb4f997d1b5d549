//! What the commands that run as services have in common: how a start fails, and what SIGHUP reads anew.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use super::{Failure, Outcome, complain};
use crate::platform::logging::Verbosity;
use crate::platform::settings::{Settings, Sources};
use crate::platform::{config, lifecycle, machine};

/// A start that fails under systemd takes this long. A client that waits at the socket starts the service again at
/// once; without the pause that would be a storm.
const PAUSE_AFTER_A_FAILED_START: Duration = Duration::from_secs(4);

/// Tells systemd why a service could not start, and keeps it from trying again at once.
pub(super) async fn as_service(outcome: Outcome) -> Outcome {
    let failure = match outcome {
        Ok(()) => return Ok(()),
        Err(Failure::Settings(mistakes)) => Failure::ServiceSettings(mistakes),
        Err(failure) => failure,
    };
    if lifecycle::is_watched() {
        // Said before the pause: whoever looks meanwhile shall find it.
        let (lines, code) = failure.lines_and_code();
        lifecycle::status(&format!("cannot start: {}", lines.join("; ")));
        lines.iter().for_each(|line| complain(line));
        tokio::time::sleep(PAUSE_AFTER_A_FAILED_START).await;
        return Err(Failure::Reported(code));
    }
    Err(failure)
}

/// Reads how much is to be logged anew at each SIGHUP. A mistake changes nothing.
pub(super) async fn follow_settings(file: PathBuf, verbosity: Arc<Verbosity>) {
    let Ok(mut hang_up) = signal(SignalKind::hangup()) else { return };
    while hang_up.recv().await.is_some() {
        match read_verbosity(&file) {
            Ok((level, requests)) => {
                verbosity.set(level, requests);
                slog_scope::info!("read LOG_LEVEL and LOG_REQUESTS anew"; "level" => level.as_str());
            }
            Err(reason) => slog_scope::error!("LOG_LEVEL and LOG_REQUESTS stay as they are"; "error" => reason),
        }
    }
}

fn read_verbosity(file: &Path) -> Result<(slog::Level, config::LogRequests), String> {
    let environment = machine::read_settings(file)?;
    let settings = Settings::from_sources(Sources { environment, ..Sources::default() });
    config::verbosity(&settings)
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}
