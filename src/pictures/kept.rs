//! What is kept of whom, and until when.

use std::path::Path;

use super::{MOST_OF_ONE, PictureError, remove_files, store};
use crate::platform::{Connection, DatabaseError, UserId};

pub use store::{list_old_uploads, list_uploads};

/// Notes a picture that is about to be written, unless its user keeps too much already. The user is held meanwhile, so
/// that of many at once each sees what those before took.
pub async fn note(db: &Connection, user: UserId, key: &str, bytes: usize) -> Result<(), PictureError> {
    let bytes = i32::try_from(bytes).map_err(|_| PictureError::TooLarge)?;
    let transaction = db.begin().await?;
    let noted = match store::lock_user(&transaction, user).await? {
        0 => Err(PictureError::Gone),
        _ => match store::insert_upload(&transaction, user, key, bytes, MOST_OF_ONE).await? {
            0 => Err(PictureError::NoRoom),
            _ => Ok(()),
        },
    };
    transaction.end(noted).await
}

/// Forgets, in the caller's transaction, those of these pictures that nothing names. Gives their keys; after the commit
/// the caller [removes their files](remove_files).
pub async fn release(db: &Connection, keys: &[String]) -> Result<Vec<String>, DatabaseError> {
    store::lock_uploads(db, keys).await?;
    let (avatars, others): (Vec<_>, Vec<_>) = keys.iter().cloned().partition(|key| key.starts_with("avatars/"));
    let named = store::list_named(db, &avatars, &others).await?;
    let unnamed: Vec<_> = keys.iter().filter(|key| !named.contains(key)).cloned().collect();
    store::delete_uploads(db, &unnamed).await?;
    Ok(unnamed)
}

/// Removes those of these pictures that nothing names any more, with their files. What took the name away has happened,
/// so that this cannot is only told of: it is [swept](sweep) up later.
pub async fn free(db: &Connection, directory: &Path, keys: &[String]) {
    if keys.is_empty() {
        return;
    }
    if let Err(error) = sweep(db, directory, keys).await {
        slog_scope::warn!("pictures could not be removed"; "keys" => keys.join(" "), "error" => error.to_string());
    }
}

/// As [`free`], for whoever does nothing else. Gives how many files there were.
pub async fn sweep(db: &Connection, directory: &Path, keys: &[String]) -> Result<u64, DatabaseError> {
    let transaction = db.begin().await?;
    let released = release(&transaction, keys).await;
    let released = transaction.end(released).await?;
    Ok(remove_files(directory, &released).await)
}
