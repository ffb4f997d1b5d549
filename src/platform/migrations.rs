//! The schema: embedded migrations, applied one process at a time.
//!
//! refinery takes no lock, so we do: an advisory one, which dies with its session, and polled, because a blocking
//! wait would itself hold up `CREATE INDEX CONCURRENTLY` elsewhere.

use std::time::Duration;

use refinery::{Migration, Target};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::{DatabaseError, lifecycle};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// "repduel" in hexadecimal; any number that nobody else takes would do.
const LOCK: i64 = 0x0072_6570_6475_656c;

#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    #[error("migration {0} was applied to this database with another content; restore the released file of that name")]
    Changed(String),
    #[error("migration failed, nothing of it was kept: {0}")]
    Failed(String),
    #[error("{0}")]
    TooNew(String),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<tokio_postgres::Error> for MigrationError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error.into())
    }
}

/// One migration and whether this database has it.
#[derive(Debug)]
pub struct Status {
    pub name: String,
    pub applied_on: Option<String>,
}

/// Waits until no other process migrates this database. The lock is held until the client is dropped.
pub async fn lock(client: &Client) -> Result<(), MigrationError> {
    let mut is_waiting = false;
    while !client.query_one("SELECT pg_try_advisory_lock($1)", &[&LOCK]).await?.get::<_, bool>(0) {
        if !is_waiting {
            slog_scope::info!("another process is migrating this database; waiting for it");
            is_waiting = true;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

/// How long a schema change waits for a table that somebody uses, and how often it tries. While it waits, everybody
/// who comes later waits behind it; so it waits shortly and often.
const LOCK_TIMEOUT: &str = "SET lock_timeout = '3s'";
pub const TRIES_WHILE_IN_USE: usize = 40;
pub const PAUSE_WHILE_IN_USE: Duration = Duration::from_millis(500);

/// Applies what is missing and gives the names of what it applied. The caller holds the [`lock`].
pub async fn migrate(client: &mut Client) -> Result<Vec<String>, MigrationError> {
    let applied = applied(client).await?;
    check_unchanged(&applied)?;
    check_floor(client).await?;
    client.batch_execute(LOCK_TIMEOUT).await?;
    let missing = missing(&applied);
    for (number, migration) in missing.iter().enumerate() {
        lifecycle::status(&format!("migrating: {} ({} of {})", file_name(migration), number + 1, missing.len()));
        apply(client, migration).await?;
    }
    Ok(missing.iter().map(file_name).collect())
}

/// Applies one migration, in its transaction.
async fn apply(client: &mut Client, migration: &Migration) -> Result<(), MigrationError> {
    let mut tries = 1;
    loop {
        let runner = embedded::migrations::runner().set_abort_missing(false);
        let error = match runner.set_target(Target::Version(migration.version())).run_async(client).await {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        if tries == TRIES_WHILE_IN_USE || !is_lock_timeout(&error) {
            return Err(MigrationError::Failed(with_causes(&error)));
        }
        slog_scope::warn!("a table is in use: trying again"; "migration" => file_name(migration), "tries" => tries);
        tokio::time::sleep(PAUSE_WHILE_IN_USE).await;
        tries += 1;
    }
}

fn is_lock_timeout(error: &refinery::Error) -> bool {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes
        .filter_map(|cause| cause.downcast_ref::<tokio_postgres::Error>())
        .any(|error| error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE))
}

/// All migrations that this program or this database knows, in order.
pub async fn status(client: &Client) -> Result<Vec<Status>, MigrationError> {
    let applied = applied(client).await?;
    let mut all: Vec<_> = embedded::migrations::runner()
        .get_migrations()
        .iter()
        .map(|migration| Status {
            name: file_name(migration),
            applied_on: applied.iter().find(|row| row.version == migration.version()).map(|row| row.on.clone()),
        })
        .collect();
    let newest = newest_known();
    all.extend(applied.into_iter().filter(|row| row.version > newest).map(|row| Status {
        name: format!("V{}__{} (of a newer release)", row.version, row.name),
        applied_on: Some(row.on),
    }));
    check_unchanged(&self::applied(client).await?)?;
    Ok(all)
}

/// Whether this program can serve from the schema; the message names the command to run.
pub async fn check(client: &Client) -> Result<(), String> {
    let applied = applied(client).await.map_err(|error| error.to_string())?;
    check_unchanged(&applied).map_err(|error| error.to_string())?;
    check_floor(client).await.map_err(|error| error.to_string())?;
    match missing(&applied).len() {
        0 => Ok(()),
        missing => Err(format!(
            "the database's schema is older than this program needs ({missing} migrations are missing); run: repduel migrate"
        )),
    }
}

/// Refuses a schema from which a later release has taken something that this program uses.
async fn check_floor(client: &Client) -> Result<(), MigrationError> {
    let exists = client.query_one("SELECT to_regclass('installation') IS NOT NULL", &[]).await?;
    if !exists.get::<_, bool>(0) {
        return Ok(());
    }
    let floor: i32 = client.query_one("SELECT compatible_from FROM installation", &[]).await?.get(0);
    let newest = newest_known();
    if newest >= floor {
        return Ok(());
    }
    Err(MigrationError::TooNew(format!(
        "the database is of a later release: only programs that know migration V{floor} run on it, and this one knows \
         V{newest}; install a later release, or restore the backup made before the upgrade"
    )))
}

fn missing(applied: &[Applied]) -> Vec<Migration> {
    let all = embedded::migrations::runner().get_migrations().clone();
    let mut missing: Vec<_> =
        all.into_iter().filter(|migration| !applied.iter().any(|row| row.version == migration.version())).collect();
    missing.sort_by_key(Migration::version);
    missing
}

struct Applied {
    version: i32,
    name: String,
    on: String,
    checksum: String,
}

async fn applied(client: &Client) -> Result<Vec<Applied>, MigrationError> {
    let exists = client.query_one("SELECT to_regclass('refinery_schema_history') IS NOT NULL", &[]).await?;
    if !exists.get::<_, bool>(0) {
        return Ok(Vec::new());
    }
    let rows = client
        .query("SELECT version, name, applied_on, checksum FROM refinery_schema_history ORDER BY version", &[])
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Applied { version: row.get(0), name: row.get(1), on: row.get(2), checksum: row.get(3) })
        .collect())
}

fn check_unchanged(applied: &[Applied]) -> Result<(), MigrationError> {
    for migration in embedded::migrations::runner().get_migrations() {
        if applied.iter().any(|row| {
            row.version == migration.version()
                && (row.checksum != migration.checksum().to_string() || row.name != migration.name())
        }) {
            return Err(MigrationError::Changed(file_name(migration)));
        }
    }
    Ok(())
}

fn newest_known() -> i32 {
    embedded::migrations::runner().get_migrations().iter().map(Migration::version).max().unwrap_or_default()
}

fn file_name(migration: &Migration) -> String {
    format!("V{}__{}", migration.version(), migration.name())
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    std::iter::once(error.to_string()).chain(causes.map(ToString::to_string)).collect::<Vec<_>>().join(": ")
}
