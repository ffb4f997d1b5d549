//! Pictures that nothing names any more: uploaded and never used, replaced where the removal was interrupted, and those of
//! people who are gone. Both sides are looked through, since either may be left over: the files, and what is noted of them.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::jobs::JobError;
use crate::pictures;
use crate::platform::database::Pooled;

/// Below the folder of uploads.
const FOLDERS: [&str; 2] = ["avatars", "routines"];
/// A younger one may belong to a change that is just being made.
const YOUNGEST: Duration = Duration::from_secs(86_400);
/// How many names the database is asked about at once.
const BATCH: usize = 1_000;

/// Removes them and gives the number of files. Other files in the folders are none of ours.
pub async fn sweep(database: &Pooled, uploads: &Path) -> Result<u64, JobError> {
    let mut removed = 0;
    for folder in FOLDERS {
        let place = uploads.join(folder);
        let broken = |error: io::Error| JobError::Failed(format!("{}: {error}", place.display()));
        let names = list_old(&place).map_err(broken)?;
        for names in names.chunks(BATCH) {
            let keys: Vec<_> = names.iter().map(|name| format!("{folder}/{name}")).collect();
            removed += pictures::sweep(&database.connection().await?, uploads, &keys).await?;
        }
    }
    Ok(removed + sweep_notes(database, uploads).await?)
}

/// A note may have lost its file, or the file may be younger than it.
async fn sweep_notes(database: &Pooled, uploads: &Path) -> Result<u64, JobError> {
    let (mut removed, mut last) = (0, String::new());
    loop {
        let db = database.connection().await?;
        let keys = pictures::list_old_uploads(&db, &last, BATCH as i64).await?;
        let Some(key) = keys.last() else { return Ok(removed) };
        last.clone_from(key);
        removed += pictures::sweep(&db, uploads, &keys).await?;
    }
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
