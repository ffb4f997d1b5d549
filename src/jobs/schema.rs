//! The queue's own schema: graphile_worker's migrations, applied by `repduel migrate` alone, under our lock.
//!
//! The library would migrate by itself whenever a worker starts. A worker therefore starts only on a schema that has
//! all the migrations that it knows, on which the library finds nothing to do. A later release may have applied more:
//! the library marks those that older programs do not survive as breaking, and a program that does not know one of
//! them refuses the database, as it does where `installation.compatible_from` is beyond it.

use graphile_worker::{DbError, Schema};
use graphile_worker_migrations::GraphileWorkerMigration;
use graphile_worker_migrations::sql::{GRAPHILE_WORKER_MIGRATIONS, MigrationExecuteExt};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::platform::lifecycle;
use crate::platform::migrations::{MigrationError, PAUSE_WHILE_IN_USE, TRIES_WHILE_IN_USE};

/// What a database has of the queue.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    pub newest: i32,
    newest_breaking: i32,
}

/// What is known of the queue's schema, and what a database has of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    pub known: i32,
    pub applied: i32,
}

fn known() -> i32 {
    GRAPHILE_WORKER_MIGRATIONS.iter().map(number).max().unwrap_or_default()
}

fn number(migration: &GraphileWorkerMigration) -> i32 {
    i32::try_from(migration.migration_number()).unwrap_or(i32::MAX)
}

async fn applied(client: &Client) -> Result<Applied, tokio_postgres::Error> {
    let exists = client.query_one("SELECT to_regclass('graphile_worker.migrations') IS NOT NULL", &[]).await?;
    if !exists.get::<_, bool>(0) {
        return Ok(Applied::default());
    }
    let sql =
        "SELECT coalesce(max(id), 0), coalesce(max(id) FILTER (WHERE breaking), 0) FROM graphile_worker.migrations";
    let row = client.query_one(sql, &[]).await?;
    Ok(Applied { newest: row.get(0), newest_breaking: row.get(1) })
}

fn check_floor(applied: Applied) -> Result<(), MigrationError> {
    if applied.newest_breaking <= known() {
        return Ok(());
    }
    Err(MigrationError::TooNew(format!(
        "the queue of the database is of a later release: only programs that know its step {} run on it, and this one \
         knows {}; install a later release, or restore the backup made before the upgrade",
        applied.newest_breaking,
        known()
    )))
}

pub async fn status(client: &Client) -> Result<Status, MigrationError> {
    Ok(Status { known: known(), applied: applied(client).await?.newest })
}

/// Whether this program can add jobs and run them; the message names the command to run.
pub async fn check(client: &Client) -> Result<(), String> {
    let applied = applied(client).await.map_err(|error| error.to_string())?;
    check_floor(applied).map_err(|error| error.to_string())?;
    match applied.newest < known() {
        true => Err(format!(
            "the database's queue is older than this program needs (step {} of {}); run: repduel migrate",
            applied.newest,
            known()
        )),
        false => Ok(()),
    }
}

/// Applies what is missing and gives the numbers of what it applied. The caller holds the lock.
pub async fn migrate(client: &mut Client) -> Result<Vec<i32>, MigrationError> {
    let applied = applied(client).await?;
    check_floor(applied)?;
    let missing: Vec<_> =
        GRAPHILE_WORKER_MIGRATIONS.iter().filter(|migration| number(migration) > applied.newest).collect();
    if applied.newest == 0 {
        // As the library makes them.
        client
            .batch_execute(
                "CREATE SCHEMA IF NOT EXISTS graphile_worker;
                 CREATE TABLE IF NOT EXISTS graphile_worker.migrations (
                     id int PRIMARY KEY, ts timestamptz DEFAULT now() NOT NULL, breaking boolean NOT NULL DEFAULT false)",
            )
            .await?;
    }
    for migration in &missing {
        lifecycle::status(&format!("migrating the queue: step {} of {}", number(migration), known()));
        apply_when_free(client, migration).await?;
    }
    Ok(missing.into_iter().map(number).collect())
}

/// Applies one migration, as soon as nobody holds what it changes: each try waits shortly, by the session's setting.
async fn apply_when_free(client: &mut Client, migration: &GraphileWorkerMigration) -> Result<(), MigrationError> {
    let mut tries = 1;
    while let Err(error) = apply(client, migration).await {
        if tries == TRIES_WHILE_IN_USE || error.code() != Some(SqlState::LOCK_NOT_AVAILABLE.code()) {
            return Err(MigrationError::Failed(format!("the queue's {}: {error}", migration.name())));
        }
        slog_scope::warn!("the queue is in use: trying again"; "migration" => migration.name(), "tries" => tries);
        tokio::time::sleep(PAUSE_WHILE_IN_USE).await;
        tries += 1;
    }
    Ok(())
}

/// Applies one migration, in its transaction.
async fn apply(client: &mut Client, migration: &GraphileWorkerMigration) -> Result<(), DbError> {
    let transaction = client.transaction().await?;
    let sql = "INSERT INTO graphile_worker.migrations (id, breaking) VALUES ($1, $2)";
    transaction.execute(sql, &[&number(migration), &migration.is_breaking()]).await?;
    migration.execute(&transaction, Schema::default()).await?;
    Ok(transaction.commit().await?)
}
