//! Answers that rarely change: written once, sent with an `ETag`, and not sent again to whoever has them.

use actix_web::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// A JSON answer with its tag.
#[derive(Debug, Clone)]
pub struct CachedJson {
    body: Bytes,
    etag: String,
}

impl CachedJson {
    pub fn new(value: &impl Serialize) -> serde_json::Result<Self> {
        let body = serde_json::to_vec(value)?;
        let tag: String = Sha256::digest(&body).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { body: body.into(), etag: format!("\"{tag}\"") })
    }

    /// The answer; 304 without a body where the client has it. It may be reused for `max_age` seconds unasked.
    pub fn answer(&self, request: &HttpRequest, max_age: u32) -> HttpResponse {
        let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_known = known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == self.etag);
        let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response
            .insert_header((ETAG, self.etag.as_str()))
            .insert_header((CACHE_CONTROL, format!("public, max-age={max_age}")));
        match is_known {
            true => response.finish(),
            false => response.content_type("application/json").body(self.body.clone()),
        }
    }
}
