//! From whatever was uploaded to what is shown: decoded, turned upright, made small, encoded anew.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult, Limits};

use super::PictureError;

/// Pixels a side.
const LONGEST_SIDE: u32 = 512;
const MOST_PIXELS: u64 = 25_000_000;
/// What one decoded picture may take, in bytes: all that is allowed with four bytes a pixel.
pub const MOST_MEMORY: u64 = 128 * 1024 * 1024;
const JPEG_QUALITY: u8 = 85;

/// A picture as it is kept.
pub struct Rendered {
    pub content: Vec<u8>,
    pub extension: &'static str,
}

pub fn render(upload: &[u8]) -> Result<Rendered, PictureError> {
    let mut picture = decode(upload)?;
    if picture.width().max(picture.height()) > LONGEST_SIDE {
        picture = picture.resize(LONGEST_SIDE, LONGEST_SIDE, FilterType::Triangle);
    }
    encode(&picture).map_err(|error| PictureError::Fault(error.to_string()))
}

fn decode(upload: &[u8]) -> Result<DynamicImage, PictureError> {
    let unreadable = |_| PictureError::Unreadable;
    let mut reader =
        ImageReader::new(Cursor::new(upload)).with_guessed_format().map_err(|_| PictureError::Unreadable)?;
    let known = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];
    if !reader.format().is_some_and(|format| known.contains(&format)) {
        return Err(PictureError::Unreadable);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    // Only the head has been read so far: a bomb is found out before it goes off.
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(PictureError::TooManyPixels);
    }
    let orientation = decoder.orientation().map_err(unreadable)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// JPEG has no transparency; what needs it becomes a WebP.
fn encode(picture: &DynamicImage) -> ImageResult<Rendered> {
    let mut content = Vec::new();
    if picture.color().has_alpha() {
        let pixels = picture.to_rgba8();
        if pixels.pixels().any(|pixel| pixel.0[3] < u8::MAX) {
            pixels.write_with_encoder(WebPEncoder::new_lossless(&mut content))?;
            return Ok(Rendered { content, extension: "webp" });
        }
    }
    picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut content, JPEG_QUALITY))?;
    Ok(Rendered { content, extension: "jpg" })
}
