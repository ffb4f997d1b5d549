//! The subcommands. Exit codes: 0 done, 1 failed, 2 the command line or the settings are wrong.

mod check_config;
mod load_meets;
mod load_synthetic;
mod measure_hashing;
mod migrate;
mod serve;

use std::fmt;
use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio_postgres::Client;

use crate::platform::Config;
use crate::platform::database::{DatabaseError, connect};
use crate::platform::listener::Handed;
use crate::platform::logging;
use crate::platform::settings::{Mistake, Settings};
use crate::platform::version;

/// A strength-training competition on your own server.
///
/// Settings come from the environment and from credential files; `repduel check-config` shows them all.
#[derive(Debug, Parser)]
#[command(name = "repduel", version = version::LONG, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Migrate(migrate::Migrate),
    CheckConfig(check_config::CheckConfig),
    LoadMeets(load_meets::LoadMeets),
    LoadSynthetic(load_synthetic::LoadSynthetic),
    MeasureHashing(measure_hashing::MeasureHashing),
}

/// Why a command did not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The settings are wrong: exit code 2.
    Settings(Vec<Mistake>),
    /// Anything else: exit code 1.
    Failed(String),
}

impl<E: fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string())
    }
}

type Outcome = Result<(), Failure>;

impl Cli {
    pub fn run(self, handed: Handed) -> ExitCode {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return report(Failure::Failed(format!("no runtime could be started: {error}"))),
        };
        let outcome = runtime.block_on(async {
            match self.command {
                Command::Serve(command) => command.run(handed).await,
                Command::Migrate(command) => command.run().await,
                Command::CheckConfig(command) => command.run(),
                Command::LoadMeets(command) => command.run().await,
                Command::LoadSynthetic(command) => command.run().await,
                Command::MeasureHashing(command) => command.run().await,
            }
        });
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => report(failure),
        }
    }
}

fn report(failure: Failure) -> ExitCode {
    let (lines, code) = match failure {
        Failure::Settings(mistakes) => (mistakes.iter().map(ToString::to_string).collect::<Vec<_>>(), 2),
        Failure::Failed(reason) => (vec![reason], 1),
    };
    for line in lines {
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(std::io::stderr(), "repduel: {line}");
    }
    ExitCode::from(code)
}

/// The settings with their types.
fn config() -> Result<Config, Failure> {
    Config::from_settings(&Settings::read()).map_err(Failure::Settings)
}

/// The settings and the log of a command.
fn begin() -> Result<(Config, logging::LogGuard), Failure> {
    let config = config()?;
    let guard = logging::open(config.log_level, config.log_format);
    Ok((config, guard))
}

/// A connection to the first database that answers, for a command that works on it.
async fn connect_to_database(config: &Config) -> Result<Client, Failure> {
    let mut reasons = Vec::new();
    for dsn in &config.database.candidates {
        let connecting = connect(dsn, config.database.ca_file.as_deref());
        match tokio::time::timeout(config.database.bootstrap_timeout, connecting).await {
            Ok(Ok(client)) => return Ok(client),
            Ok(Err(error)) => reasons.push(format!("{} ({dsn}): {error}", dsn.setting)),
            Err(_) => reasons.push(format!("{} ({dsn}): no answer in time", dsn.setting)),
        }
    }
    Err(Failure::Failed(reasons.join("; ")))
}

/// As [`connect_to_database`], for commands that need the current schema.
async fn connect_to_current_database(config: &Config) -> Result<Client, Failure> {
    let client = connect_to_database(config).await?;
    crate::platform::migrations::check(&client).await.map_err(Failure::Failed)?;
    Ok(client)
}

impl From<DatabaseError> for String {
    fn from(error: DatabaseError) -> Self {
        error.to_string()
    }
}
