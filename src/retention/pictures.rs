//! Pictures that lost their user: replaced ones whose removal was interrupted, and those of people who are gone.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::store;
use crate::jobs::JobError;
use crate::platform::database::Pooled;

/// Below the folder of uploads.
const FOLDER: &str = "avatars";
/// A younger one may belong to a change that is just being made.
const YOUNGEST: Duration = Duration::from_secs(86_400);
/// How many names the database is asked about at once.
const BATCH: usize = 1_000;

/// Removes them and gives their number. Other files in the folder are none of ours.
pub async fn sweep(database: &Pooled, uploads: &Path) -> Result<u64, JobError> {
    let folder = uploads.join(FOLDER);
    let broken = |error: io::Error| JobError::Failed(format!("{}: {error}", folder.display()));
    let names = list_old(&folder).map_err(broken)?;
    let mut removed = 0;
    for names in names.chunks(BATCH) {
        let keys: Vec<_> = names.iter().map(|name| format!("{FOLDER}/{name}")).collect();
        let kept = store::list_pictures_in_use(&database.connection().await?, &keys).await?;
        for (name, _) in names.iter().zip(&keys).filter(|(_, key)| !kept.contains(key)) {
            match fs::remove_file(folder.join(name)) {
                Ok(()) => removed += 1,
                // Somebody was quicker.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(broken(error)),
            }
        }
    }
    Ok(removed)
}

/// The names of old pictures.
fn list_old(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_old = |made: SystemTime| made.elapsed().is_ok_and(|age| age > YOUNGEST);
        // One that has gone meanwhile is nobody's any more.
        let Ok(about) = entry.metadata() else { continue };
        if is_picture(&name) && about.is_file() && is_old(about.modified()?) {
            names.push(name);
        }
    }
    Ok(names)
}

/// `<32 hexadecimal digits>.<extension>`, or with a dot before it while it was written.
fn is_picture(name: &str) -> bool {
    name.trim_start_matches('.').split_once('.').is_some_and(|(stem, extension)| {
        stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit()) && !extension.is_empty()
    })
}
