use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::{Failure, Outcome, begin, complain, connect_to_database};
use crate::app;
use crate::platform::config::{self, Environment};
use crate::platform::listener::Handed;
use crate::platform::logging::Verbosity;
use crate::platform::settings::{Settings, Sources};
use crate::platform::{lifecycle, machine};

/// A start that fails under systemd takes this long. A client that waits at the socket starts the service again at
/// once; without the pause that would be a storm.
const PAUSE_AFTER_A_FAILED_START: Duration = Duration::from_secs(4);

/// Serve the API until SIGTERM or SIGINT.
///
/// Listens on the sockets that systemd hands over, or on API_HOST with API_PORT and OPS_PORT. SIGHUP reads LOG_LEVEL
/// and LOG_REQUESTS anew. Exits with 78 when the settings are wrong.
#[derive(Debug, Args)]
pub struct Serve {
    /// Bring the database up to date first (for development).
    #[arg(long)]
    auto_migrate: bool,
    /// What SIGHUP reads anew.
    #[arg(long, value_name = "FILE", default_value = machine::SETTINGS)]
    settings_file: PathBuf,
}

impl Serve {
    pub async fn run(self, sources: Sources, handed: Handed) -> Outcome {
        let failure = match self.start(sources, handed).await {
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

    async fn start(self, sources: Sources, handed: Handed) -> Outcome {
        let (config, log) = begin(sources)?;
        if config.made_up_keys && config.environment != Environment::Production {
            slog_scope::warn!("no keys are set: made up some for this process; all sessions end with it");
        }
        for warning in &config.warnings {
            slog_scope::warn!("{}", warning);
        }
        if self.auto_migrate {
            let mut client = connect_to_database(&config).await?;
            let watcher = connect_to_database(&config).await?;
            let migrated = app::migrate(&mut client, &watcher, config.database.state_directory.as_deref()).await?;
            if !migrated.migrations.is_empty() {
                slog_scope::info!("migrated"; "migrations" => migrated.migrations.join(", "));
            }
        }
        let listeners = handed.into_listeners(&config)?;
        tokio::spawn(follow_settings(self.settings_file, log.verbosity.clone()));
        Ok(app::serve(config, listeners, log.verbosity.clone()).await?)
    }
}

/// Reads how much is to be logged anew at each SIGHUP. A mistake changes nothing.
async fn follow_settings(file: PathBuf, verbosity: Arc<Verbosity>) {
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
