//! Which database this host belongs to: one id, in the database and in a file of this host.
//!
//! The file is written when the first database is met. A database with another id, or with none, is a mistake that
//! must not be served from: an empty cluster that an upgrade of PostgreSQL left in the old one's place, a restored
//! copy of another installation.

use std::io::{self, Write};
use std::path::Path;

use tokio_postgres::Client;
use uuid::Uuid;

/// Refuses a database that is not this host's own. `state` is none where nothing is installed.
pub async fn check(client: &Client, state: Option<&Path>) -> Result<(), String> {
    let Some(file) = state.map(|state| state.join("installation-id")) else { return Ok(()) };
    match (read(&file)?, id(client).await?) {
        (None, None) => Ok(()),
        (None, Some(id)) => write(&file, id).map_err(|error| format!("{}: {error}", file.display())),
        (Some(known), Some(id)) if known == id => Ok(()),
        (Some(known), found) => Err(refusal(&file, known, found)),
    }
}

/// The same for a database whose role or whose very database is missing: none can have been set up there.
pub fn refuse_missing(state: Option<&Path>) -> Result<(), String> {
    let Some(file) = state.map(|state| state.join("installation-id")) else { return Ok(()) };
    read(&file)?.map_or(Ok(()), |known| Err(refusal(&file, known, None)))
}

fn refusal(file: &Path, known: Uuid, found: Option<Uuid>) -> String {
    let found = found.map_or("it has none".to_owned(), |found| format!("it is {found}"));
    format!(
        "this is not the database that I was set up with: its id should be {known}, {found}. Bring the right one back, \
         or, if this one is meant, run: rm {} && systemctl start repduel-setup repduel-migrate",
        file.display()
    )
}

async fn id(client: &Client) -> Result<Option<Uuid>, String> {
    let exists = client.query_one("SELECT to_regclass('installation') IS NOT NULL", &[]).await;
    if !exists.map_err(|error| error.to_string())?.get::<_, bool>(0) {
        return Ok(None);
    }
    let row = client.query_opt("SELECT id FROM installation", &[]).await.map_err(|error| error.to_string())?;
    Ok(row.map(|row| row.get(0)))
}

fn read(file: &Path) -> Result<Option<Uuid>, String> {
    match std::fs::read_to_string(file) {
        Ok(text) => match text.trim().parse() {
            Ok(id) => Ok(Some(id)),
            Err(_) => Err(format!("{}: holds no id", file.display())),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", file.display())),
    }
}

/// Whole or not at all, whatever happens to the machine meanwhile.
fn write(file: &Path, id: Uuid) -> io::Result<()> {
    let new = file.with_extension("new");
    let mut open = std::fs::File::create(&new)?;
    writeln!(open, "{id}")?;
    open.sync_all()?;
    std::fs::rename(&new, file)
}
