//! The subcommands. Exit codes: 0 done, 1 failed, 2 the command line or the settings are wrong (78 where `serve` or
//! `worker` finds the latter), 75 no database can be reached.

mod back_up;
mod check_boards;
mod check_config;
mod documents;
mod encrypt_credentials;
mod jobs;
mod load_meets;
mod load_synthetic;
mod measure_hashing;
mod migrate;
mod points;
mod recompute;
mod reset_link;
mod rotate_keys;
mod seal_anew;
mod serve;
mod service;
mod setup;
mod site;
mod smoke;
mod smoke_account;
mod user;
mod worker;

use std::fmt;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use tokio_postgres::Client;

use crate::platform::database::dsn::Dsn;
use crate::platform::database::{DatabaseError, Shared, connect};
use crate::platform::listener::Handed;
use crate::platform::settings::{Mistake, Settings, Sources};
use crate::platform::{Config, Database};
use crate::platform::{logging, machine, version};

/// A strength-training competition on your own server.
///
/// Settings come from the environment and from credential files; `repduel check-config` shows them all. On a machine
/// that the package is installed on, run commands with sudo: they read the service's settings and become its user.
#[derive(Debug, Parser)]
#[command(name = "repduel", version = version::LONG, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Worker(worker::Worker),
    Migrate(migrate::Migrate),
    Jobs(jobs::Jobs),
    ResetLink(reset_link::ResetLink),
    CheckBoards(check_boards::CheckBoards),
    Recompute(recompute::Recompute),
    CheckConfig(check_config::CheckConfig),
    Setup(setup::Setup),
    Site(site::Site),
    EncryptCredentials(encrypt_credentials::EncryptCredentials),
    RotateKeys(rotate_keys::RotateKeys),
    #[command(hide = true)]
    SealAnew(seal_anew::SealAnew),
    User(user::User),
    BackUp(back_up::BackUp),
    SmokeAccount(smoke_account::SmokeAccount),
    Smoke(smoke::Smoke),
    Points(points::Points),
    LoadMeets(load_meets::LoadMeets),
    LoadSynthetic(load_synthetic::LoadSynthetic),
    MeasureHashing(measure_hashing::MeasureHashing),
    #[command(hide = true)]
    Documents(documents::Documents),
}

/// Why a command did not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The settings are wrong: exit code 2.
    Settings(Vec<Mistake>),
    /// What the command was given cannot be used: exit code 2.
    Usage(String),
    /// The settings of a service are wrong: exit code 78, as systemd knows it.
    ServiceSettings(Vec<Mistake>),
    /// No database can be reached, which may pass: exit code 75.
    Unreachable(String),
    /// Anything else: exit code 1.
    Failed(String),
    /// Something that has been told already; with its exit code.
    Reported(u8),
}

impl<E: fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string())
    }
}

type Outcome = Result<(), Failure>;

impl Cli {
    pub fn run(self, handed: Handed) -> ExitCode {
        match self.command.run(handed) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => report(&failure),
        }
    }
}

impl Command {
    fn run(self, handed: Handed) -> Outcome {
        // Those that work on the machine stay root and need no runtime; scoring a meet needs no settings either.
        match self {
            Self::Setup(command) => return command.run(),
            Self::Site(command) => return command.run(),
            Self::EncryptCredentials(command) => return command.run(),
            Self::RotateKeys(command) => return command.run(),
            Self::Documents(command) => return command.run(),
            Self::Points(command) => return command.run(),
            _ => {}
        }
        // Before any thread: each thread has its own user.
        let sources = match self {
            Self::Smoke(_) => Sources::default(),
            _ => machine::sources()?,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("no runtime could be started: {error}"))?;
        runtime.block_on(async {
            match self {
                Self::Serve(command) => command.run(sources, handed).await,
                Self::Worker(command) => command.run(sources).await,
                Self::Migrate(command) => command.run(sources).await,
                Self::Jobs(command) => command.run(sources).await,
                Self::ResetLink(command) => command.run(sources).await,
                Self::CheckBoards(command) => command.run(sources).await,
                Self::Recompute(command) => command.run(sources).await,
                Self::CheckConfig(command) => command.run(sources),
                Self::BackUp(command) => command.run(sources).await,
                Self::SmokeAccount(command) => command.run(sources).await,
                Self::Smoke(command) => command.run().await,
                Self::LoadMeets(command) => command.run(sources).await,
                Self::LoadSynthetic(command) => command.run(sources).await,
                Self::MeasureHashing(command) => command.run(sources).await,
                Self::User(command) => command.run(sources).await,
                Self::SealAnew(command) => command.run(sources).await,
                Self::Setup(_)
                | Self::Site(_)
                | Self::EncryptCredentials(_)
                | Self::RotateKeys(_)
                | Self::Documents(_)
                | Self::Points(_) => Ok(()),
            }
        })
    }
}

impl Failure {
    fn lines_and_code(&self) -> (Vec<String>, u8) {
        match self {
            Self::Settings(mistakes) => (lines(mistakes), 2),
            Self::ServiceSettings(mistakes) => (lines(mistakes), 78),
            Self::Unreachable(reason) => (vec![reason.clone()], 75),
            Self::Usage(reason) => (vec![reason.clone()], 2),
            Self::Failed(reason) => (vec![reason.clone()], 1),
            Self::Reported(code) => (Vec::new(), *code),
        }
    }
}

fn report(failure: &Failure) -> ExitCode {
    let (lines, code) = failure.lines_and_code();
    lines.iter().for_each(|line| complain(line));
    ExitCode::from(code)
}

fn lines(mistakes: &[Mistake]) -> Vec<String> {
    mistakes.iter().map(ToString::to_string).collect()
}

/// Says what is wrong. In the journal it stands as an error.
fn complain(line: &str) {
    let priority = if logging::is_in_journal() { "<3>" } else { "" };
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{priority}repduel: {line}");
}

/// The settings with their types.
fn config(sources: Sources) -> Result<Config, Failure> {
    Config::from_settings(&Settings::from_sources(sources)).map_err(Failure::Settings)
}

/// The settings and the log of a command.
fn begin(sources: Sources) -> Result<(Config, logging::LogGuard), Failure> {
    let config = config(sources)?;
    let guard = logging::open(config.log_level, config.log_requests, config.log_format);
    Ok((config, guard))
}

/// A connection to the first database that answers, for a command that works on it.
async fn connect_to_database(config: &Config) -> Result<Client, String> {
    find_database(config).await.map(|(client, _)| client)
}

/// As [`connect_to_database`], with its address.
async fn find_database(config: &Config) -> Result<(Client, &Dsn), String> {
    let mut reasons = Vec::new();
    for dsn in &config.database.candidates {
        let connecting = connect(dsn, config.database.ca_file.as_deref());
        match tokio::time::timeout(config.database.bootstrap_timeout, connecting).await {
            Ok(Ok(client)) => return Ok((client, dsn)),
            Ok(Err(error)) => reasons.push(format!("{} ({dsn}): {error}", dsn.setting)),
            Err(_) => reasons.push(format!("{} ({dsn}): no answer in time", dsn.setting)),
        }
    }
    Err(reasons.join("; "))
}

/// As [`connect_to_database`], for commands that need the current schema.
async fn connect_to_current_database(config: &Config) -> Result<Client, Failure> {
    let client = connect_to_database(config).await.map_err(Failure::Unreachable)?;
    crate::platform::migrations::check(&client).await.map_err(Failure::Failed)?;
    Ok(client)
}

/// The database as the features know it, for commands that follow the rules of the service.
async fn open_database(config: &Config) -> Result<Database, Failure> {
    Ok(Database::of_worker(open_shared(config).await?))
}

/// As [`open_database`], for commands that need more than one way to it.
async fn open_shared(config: &Config) -> Result<Arc<Shared>, Failure> {
    let (client, dsn) = find_database(config).await.map_err(Failure::Unreachable)?;
    crate::platform::migrations::check(&client).await.map_err(Failure::Failed)?;
    crate::jobs::schema::check(&client).await.map_err(Failure::Failed)?;
    let shared = Arc::new(Shared::default());
    shared.set_found(dsn, &config.database, 1)?;
    Ok(shared)
}

impl From<DatabaseError> for String {
    fn from(error: DatabaseError) -> Self {
        error.to_string()
    }
}
