//! Reading one part of a multipart body, piece by piece.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::web::Payload;
use actix_web::{HttpMessage, HttpRequest};
use futures_util::TryStreamExt;

use super::{LARGEST, PictureError};
use crate::platform::extract::IsReadingBody;

/// So much more is read and thrown away, so that the refusal arrives: who is cut off while sending reads no answer.
const PATIENCE: usize = 1024 * 1024;

/// The bytes of the first part of this name, which must call itself a picture.
pub async fn read_part(request: &HttpRequest, payload: Payload, name: &str) -> Result<Vec<u8>, PictureError> {
    let reading = request.extensions().get::<IsReadingBody>().cloned().unwrap_or_default();
    reading.0.set(true);
    let read = read(Multipart::new(request.headers(), payload), name).await;
    reading.0.set(false);
    read
}

async fn read(mut body: Multipart, name: &str) -> Result<Vec<u8>, PictureError> {
    let (mut found, mut left) = (None, LARGEST + PATIENCE);
    while let Some(mut part) = body.try_next().await.map_err(refuse)? {
        let is_wanted = found.is_none() && part.name() == Some(name);
        let content = read_field(&mut part, &mut left).await?;
        if is_wanted {
            found = Some((is_picture(&part), content));
        }
    }
    match found.ok_or(PictureError::Missing)? {
        (_, content) if content.len() > LARGEST => Err(PictureError::TooLarge),
        (false, _) => Err(PictureError::NoPicture),
        (true, content) => Ok(content),
    }
}

fn is_picture(part: &Field) -> bool {
    part.content_type().is_some_and(|kind| kind.type_() == "image")
}

/// At most one byte more than is allowed is kept: enough to see that it is too much.
async fn read_field(part: &mut Field, left: &mut usize) -> Result<Vec<u8>, PictureError> {
    let mut content = Vec::new();
    while let Some(piece) = part.try_next().await.map_err(refuse)? {
        *left = left.checked_sub(piece.len()).ok_or(PictureError::TooLarge)?;
        let room = (LARGEST + 1).saturating_sub(content.len());
        content.extend_from_slice(&piece[..room.min(piece.len())]);
    }
    Ok(content)
}

fn refuse(error: MultipartError) -> PictureError {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible => PictureError::Missing,
        _ => PictureError::Broken,
    }
}
