//! Indexes that are built concurrently, after the migrations: refinery runs those in transactions, where PostgreSQL
//! does not allow it. Each step may be interrupted at any time and is done again.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use tokio_postgres::Client;

use super::lifecycle;
use super::migrations::MigrationError;

#[derive(Deserialize)]
struct File {
    indexes: BTreeMap<String, String>,
}

/// Names and definitions, as in `migrations/indexes.toml`.
fn wanted() -> Result<BTreeMap<String, String>, MigrationError> {
    let file = toml::from_str::<File>(include_str!("../../migrations/indexes.toml"));
    file.map(|file| file.indexes).map_err(|error| MigrationError::Failed(format!("migrations/indexes.toml: {error}")))
}

/// The names of the indexes that this database lacks, or has only half built.
pub async fn missing(client: &Client) -> Result<Vec<String>, MigrationError> {
    let names: Vec<String> = wanted()?.into_keys().collect();
    let valid = "SELECT c.relname::text FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
                 WHERE i.indisvalid AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY($1)";
    let valid: Vec<String> = client.query(valid, &[&names]).await?.iter().map(|row| row.get(0)).collect();
    Ok(names.into_iter().filter(|name| !valid.contains(name)).collect())
}

/// Builds what is missing. `watcher` is a second connection, which tells how far the first one is.
pub async fn build(client: &Client, watcher: &Client) -> Result<Vec<String>, MigrationError> {
    let (missing, wanted) = (missing(client).await?, wanted()?);
    for name in &missing {
        // Only names and definitions of our own file get into these statements.
        client.batch_execute(&format!("DROP INDEX CONCURRENTLY IF EXISTS {name}")).await?;
        let statement = format!("CREATE INDEX CONCURRENTLY {name} ON {}", wanted[name]);
        let building = client.batch_execute(&statement);
        tokio::select! {
            built = building => built?,
            () = show_progress(watcher, name) => {}
        }
    }
    Ok(missing)
}

/// Tells systemd how far an index is, until it is dropped.
async fn show_progress(watcher: &Client, name: &str) {
    loop {
        let progress = "SELECT phase, blocks_done, blocks_total FROM pg_stat_progress_create_index LIMIT 1";
        let text = match watcher.query_opt(progress, &[]).await {
            Ok(Some(row)) => {
                let (phase, done, total): (String, i64, i64) = (row.get(0), row.get(1), row.get(2));
                format!("building index {name}: {phase}, {}%", done * 100 / total.max(1))
            }
            _ => format!("building index {name}"),
        };
        lifecycle::status(&text);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
