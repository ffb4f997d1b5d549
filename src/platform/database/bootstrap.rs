//! Finding the database at the start: the candidates in their order, each for a bounded time.

use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::Client;

use super::dsn::Dsn;
use super::{DatabaseError, Shared, connect};
use crate::platform::config::DatabaseConfig;

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
                    return;
                }
                Err(error) => error.to_string(),
            },
            Err(missing) => missing.to_string(),
        };
        if reason != last {
            slog_scope::warn!("still no database"; "error" => &reason);
            last.clone_from(&reason);
        }
        shared.set_missing(reason);
    }
}

/// The first candidate that answers and fits.
async fn find(config: &DatabaseConfig, check: SchemaCheck) -> Result<Dsn, Missing> {
    let mut reasons = Vec::new();
    for dsn in &config.candidates {
        match connect_in_time(dsn, config).await {
            Ok(client) => return check(&client).await.map(|()| dsn.clone()).map_err(Missing::Unfit),
            Err(reason) => reasons.push(format!("{} ({dsn}): {reason}", dsn.setting)),
        }
    }
    Err(Missing::Unreachable(reasons.join("; ")))
}

async fn connect_in_time(dsn: &Dsn, config: &DatabaseConfig) -> Result<Client, String> {
    let connecting = connect(dsn, config.ca_file.as_deref());
    match tokio::time::timeout(config.bootstrap_timeout, connecting).await {
        Ok(connected) => connected.map_err(|error: DatabaseError| error.to_string()),
        Err(_) => Err(format!("no answer in {} s", config.bootstrap_timeout.as_secs())),
    }
}
