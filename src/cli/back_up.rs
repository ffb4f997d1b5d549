use std::process::Command;

use clap::Args;
use tokio_postgres::config::Host;

use super::{Failure, Outcome, begin};
use crate::platform::database::connect;
use crate::platform::settings::Sources;

/// Write a backup of the database in use to standard output, as pg_restore reads it.
///
/// Runs pg_dump on the first database of the settings that answers, with whatever secret leads to it.
#[derive(Debug, Args)]
pub struct BackUp {}

impl BackUp {
    pub async fn run(self, sources: Sources) -> Outcome {
        let (config, _log) = begin(sources)?;
        let (database, mut reasons) = (&config.database, Vec::new());
        for dsn in &database.candidates {
            let connecting = connect(dsn, database.ca_file.as_deref());
            match tokio::time::timeout(database.bootstrap_timeout, connecting).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => {
                    reasons.push(format!("{dsn}: {error}"));
                    continue;
                }
                Err(_) => {
                    reasons.push(format!("{dsn}: no answer in time"));
                    continue;
                }
            }
            let address = &dsn.config;
            let host = match address.get_hosts().first() {
                Some(Host::Unix(folder)) => folder.to_string_lossy().into_owned(),
                Some(Host::Tcp(name)) => name.clone(),
                None => "/run/postgresql".to_owned(),
            };
            let password = String::from_utf8_lossy(address.get_password().unwrap_or_default()).into_owned();
            let authorities = database.ca_file.as_deref().unwrap_or("/etc/ssl/certs/ca-certificates.crt".as_ref());
            // The command line is everybody's to read, the environment is not.
            let status = Command::new("pg_dump")
                .args(["--format=custom", "--no-password", "--lock-wait-timeout=60s"])
                .env("PGHOST", host)
                .env("PGPORT", address.get_ports().first().copied().unwrap_or(5432).to_string())
                .env("PGUSER", address.get_user().unwrap_or_default())
                .env("PGDATABASE", address.get_dbname().unwrap_or_default())
                .env("PGPASSWORD", password)
                .env("PGSSLMODE", if dsn.verified_tls { "verify-full" } else { "prefer" })
                .env("PGSSLROOTCERT", authorities)
                .current_dir("/")
                .status()
                .map_err(|error| format!("pg_dump: {error}; apt install postgresql-client"))?;
            return match status.success() {
                true => Ok(()),
                false => Err(Failure::Failed(format!("pg_dump of {dsn} failed: its reason is above"))),
            };
        }
        Err(Failure::Unreachable(reasons.join("; ")))
    }
}
