use clap::Args;

use super::{Failure, Outcome, begin, connect_to_database};
use crate::app;
use crate::platform::config::Environment;
use crate::platform::listener::Handed;

/// Serve the API until SIGTERM or SIGINT.
///
/// Listens on the sockets that systemd hands over, or on API_HOST with API_PORT and OPS_PORT.
#[derive(Debug, Args)]
pub struct Serve {
    /// Bring the database up to date first (for development).
    #[arg(long)]
    auto_migrate: bool,
}

impl Serve {
    pub async fn run(self, handed: Handed) -> Outcome {
        let (config, _log) = begin()?;
        if config.made_up_keys && config.environment != Environment::Production {
            slog_scope::warn!("no signing keys are set: made up some for this process; all sessions end with it");
        }
        if self.auto_migrate {
            let mut client = connect_to_database(&config).await?;
            let migrated = app::migrate(&mut client).await?;
            if !migrated.migrations.is_empty() {
                slog_scope::info!("migrated"; "migrations" => migrated.migrations.join(", "));
            }
        }
        let listeners = handed.into_listeners(&config)?;
        let served = app::serve(config, listeners).await;
        served.map_err(|error| {
            slog_scope::crit!("cannot serve"; "error" => error.to_string());
            Failure::from(error)
        })
    }
}
