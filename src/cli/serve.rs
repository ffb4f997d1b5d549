use std::path::PathBuf;

use clap::Args;

use super::service::{as_service, follow_settings};
use super::{Outcome, begin, connect_to_database};
use crate::app;
use crate::platform::config::Environment;
use crate::platform::listener::Handed;
use crate::platform::machine;
use crate::platform::settings::Sources;

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
        as_service(self.start(sources, handed).await).await
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
