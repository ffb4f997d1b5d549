//! Finding the database at the start: the candidates in their order, each for a bounded time.

use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::Client;

use super::dsn::Dsn;
use super::{Shared, connect};
use crate::platform::config::DatabaseConfig;
use crate::platform::{installation, lifecycle};

/// Says whether a database that answers can be served from; the message names the command to run if not.
pub type SchemaCheck =
    for<'a> fn(&'a Client) -> std::pin::Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// Why there is no database to serve from.
#[derive(Debug, thiserror::Error)]
pub enum Missing {
    /// No candidate answers; one may later.
    #[error("{0}")]
    Unreachable(String),
    /// One answers, but its schema does not fit.
    #[error("{0}")]
    Unfit(String),
}

/// Looks for the database once. A missing one is an error when strict; an unfit one always is.
/// Not strict: returns at once, and a task goes on looking until it comes.
pub async fn bootstrap(
    shared: Arc<Shared>,
    config: DatabaseConfig,
    workers: usize,
    check: SchemaCheck,
) -> Result<(), Missing> {
    match find(&config, check).await {
        Ok(dsn) => {
            shared.set_found(&dsn, &config, workers).map_err(|error| Missing::Unreachable(error.to_string()))?;
            slog_scope::info!("found the database"; "database" => dsn.to_string());
            Ok(())
        }
        Err(Missing::Unreachable(reason)) if !config.strict => {
            slog_scope::warn!("starting without a database; looking for it until it comes"; "error" => &reason);
            shared.set_missing(reason);
            tokio::spawn(keep_looking(shared, config, workers, check));
            Ok(())
        }
        Err(missing) => Err(missing),
    }
}

async fn keep_looking(shared: Arc<Shared>, config: DatabaseConfig, workers: usize, check: SchemaCheck) {
    let mut pause = FIRST_PAUSE;
    let mut last = String::new();
    loop {
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
        let reason = match find(&config, check).await {
            Ok(dsn) => match shared.set_found(&dsn, &config, workers) {
                Ok(()) => {
                    slog_scope::info!("the database has come"; "database" => dsn.to_string());
                    lifecycle::status("serving");
                    return;
                }
                Err(error) => error.to_string(),
            },
            Err(missing) => missing.to_string(),
        };
        if reason != last {
            slog_scope::warn!("still no database"; "error" => &reason);
            lifecycle::status(&waiting(&reason));
            last.clone_from(&reason);
        }
        shared.set_missing(reason);
    }
}

/// What `systemctl status` shows meanwhile.
pub fn waiting(reason: &str) -> String {
    format!("serving 503: waiting for the database: {reason}")
}

/// The first candidate that answers and fits.
async fn find(config: &DatabaseConfig, check: SchemaCheck) -> Result<Dsn, Missing> {
    let state = config.state_directory.as_deref();
    let mut reasons = Vec::new();
    for dsn in &config.candidates {
        let connecting = connect(dsn, config.ca_file.as_deref());
        let reason = match tokio::time::timeout(config.bootstrap_timeout, connecting).await {
            Ok(Ok(client)) => {
                installation::check(&client, state).await.map_err(Missing::Unfit)?;
                check(&client).await.map_err(Missing::Unfit)?;
                return Ok(dsn.clone());
            }
            Ok(Err(error)) => {
                if error.is_unknown_here() {
                    let refused = installation::refuse_missing(state);
                    refused.map_err(|refusal| Missing::Unfit(format!("{dsn}: {error}: {refusal}")))?;
                }
                error.to_string()
            }
            Err(_) => format!("no answer in {} s", config.bootstrap_timeout.as_secs()),
        };
        reasons.push(format!("{} ({dsn}): {reason}", dsn.setting));
    }
    Err(Missing::Unreachable(reasons.join("; ")))
}
