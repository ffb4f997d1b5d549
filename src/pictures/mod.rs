//! Pictures that members upload: read, made small and harmless, and kept as files below `STATIC_STORAGE_DIR`.
//!
//! Invariant: what lies there was encoded by us: no metadata, no format but JPEG and WebP, at most 512 pixels a side.
//! A file appears whole or not at all, and under a random name, so that it may be cached for ever. Each is noted in
//! `uploads` before it is written, so that all of somebody's together stay below [`MOST_OF_ONE`]. Callers remember a
//! picture by its key, such as `avatars/<32 digits>.jpg`; one that nothing names any more is [freed](free).
//!
//! Whoever names a picture in a table holds its row of `uploads`, and whoever removes one holds it too, and then looks
//! who names it: so no picture goes that somebody is just about to name.

mod address;
mod file;
mod kept;
mod render;
mod store;
mod upload;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::StatusCode;
use actix_web::web;
use tokio::sync::Semaphore;

use crate::platform::{Database, DatabaseError, Problem, UserId};
use crate::sessions::SignedIn;

pub use address::{is_key, key_of, url_of};
pub use file::remove_files;
pub use kept::{free, list_old_uploads, list_uploads, release, sweep};
pub use upload::read_part;

/// The largest file that is taken, in bytes.
pub const LARGEST: usize = 10 * 1024 * 1024;
/// All pictures that somebody keeps, in bytes.
pub const MOST_OF_ONE: i64 = 50 * 1024 * 1024;
/// Each holds its file in memory while it comes in.
const UPLOADS_AT_ONCE: usize = 16;
/// So that nobody takes all of them.
const UPLOADS_OF_ONE: usize = 8;
/// Each may need [`render::MOST_MEMORY`].
const RENDERED_AT_ONCE: usize = 2;

#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("must be smaller: a picture may have 10 MiB")]
    TooLarge,
    #[error("is missing: send the picture as multipart/form-data in a part of this name")]
    Missing,
    #[error("must be a picture: its part has no Content-Type that begins with image/")]
    NoPicture,
    #[error("must be a JPEG, PNG or WebP picture, and whole")]
    Unreadable,
    #[error("has too many pixels: a picture may have 25 megapixels")]
    TooManyPixels,
    #[error("did not arrive whole")]
    Broken,
    #[error("Too many pictures are coming in at this moment; try again in a few seconds.")]
    Busy,
    #[error("Your pictures take 50 MiB already, which is all that there is room for; remove one first.")]
    NoRoom,
    #[error("the account is gone")]
    Gone,
    #[error("{0}")]
    Fault(String),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl PictureError {
    /// As an answer; `part` is the name of the part that the picture came in.
    pub fn of_part(self, part: &str) -> Problem {
        let detail = format!("{part}: {self}");
        match self {
            Self::TooLarge => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail),
            Self::Missing => Problem::invalid(part, self.to_string()),
            Self::NoPicture | Self::Unreadable | Self::TooManyPixels | Self::Broken => Problem::bad_request(detail),
            Self::Busy => Problem::unavailable(self.to_string(), 3),
            Self::NoRoom => Problem::conflict(self.to_string()),
            Self::Gone => SignedIn::gone(),
            Self::Fault(cause) => Problem::internal(cause),
            Self::Database(error) => error.into(),
        }
    }
}

/// Shares the machine among those who upload.
pub struct Studio {
    /// Whose pictures are coming in.
    uploads: Arc<Mutex<Vec<UserId>>>,
    rendering: Semaphore,
}

/// One of the uploads that may come in at once.
pub struct Place {
    uploads: Arc<Mutex<Vec<UserId>>>,
    user: UserId,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = uploads.iter().position(|user| *user == self.user) {
            uploads.swap_remove(place);
        }
    }
}

impl Default for Studio {
    fn default() -> Self {
        Self { uploads: Arc::default(), rendering: Semaphore::new(RENDERED_AT_ONCE) }
    }
}

impl Studio {
    /// To be held from before a picture is read until it is kept.
    pub fn place(&self, user: UserId) -> Result<Place, PictureError> {
        let mut uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = uploads.iter().filter(|other| **other == user).count();
        if uploads.len() >= UPLOADS_AT_ONCE || of_one >= UPLOADS_OF_ONE {
            return Err(PictureError::Busy);
        }
        uploads.push(user);
        Ok(Place { uploads: self.uploads.clone(), user })
    }

    /// Makes a picture small and harmless and keeps it as a user's; gives its key. It is the user's at once, and goes
    /// after a day when nothing names it by then.
    pub async fn keep(
        &self,
        db: &Database,
        directory: &Path,
        folder: &'static str,
        user: UserId,
        upload: Vec<u8>,
    ) -> Result<String, PictureError> {
        let fault = |error: &dyn std::fmt::Display| PictureError::Fault(error.to_string());
        let turn = self.rendering.acquire().await.map_err(|error| fault(&error))?;
        // A decoder that panics was given no picture.
        let render =
            move || std::panic::catch_unwind(|| render::render(&upload)).unwrap_or(Err(PictureError::Unreadable));
        let rendered = web::block(render).await.map_err(|error| fault(&error))??;
        drop(turn);
        let key = file::new_key(folder, &rendered).map_err(|error| fault(&error))?;
        // Not before: while a picture is rendered nobody else has to wait for a connection.
        kept::note(&db.connection().await?, user, &key, rendered.content.len()).await?;
        let (place, written_key) = (directory.to_owned(), key.clone());
        let written = web::block(move || file::write(&place, &written_key, &rendered)).await;
        if let Err(error) = written.map_err(std::io::Error::other).flatten() {
            free(&db.connection().await?, directory, std::slice::from_ref(&key)).await;
            return Err(fault(&error));
        }
        Ok(key)
    }
}
