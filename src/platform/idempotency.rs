//! A write that is sent twice happens once: `Idempotency-Key`.
//!
//! The answer is stored beside the work, in its transaction. The caller holds a lock on the user, so two requests
//! with one key come one after the other.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Connection, DatabaseError, Problem, UserId};

const LONGEST: usize = 255;

/// The key of a request, when it has one.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(Option<String>);

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get("idempotency-key");
        let key = match header.map(|value| value.to_str().map(str::trim)) {
            None => Ok(Self(None)),
            Some(Ok(key)) if (1..=LONGEST).contains(&key.len()) => Ok(Self(Some(key.to_owned()))),
            Some(_) => {
                Err(Problem::invalid("Idempotency-Key", format!("must be 1 to {LONGEST} visible ASCII characters")))
            }
        };
        std::future::ready(key)
    }
}

/// What was answered before.
pub struct StoredAnswer {
    pub status: u16,
    pub body: String,
}

impl From<StoredAnswer> for HttpResponse {
    fn from(answer: StoredAnswer) -> Self {
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
        HttpResponse::build(status).content_type("application/json").body(answer.body)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum IdempotencyError {
    #[error("this Idempotency-Key was used with another request; take a new key for a new request")]
    Reused,
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<IdempotencyError> for Problem {
    fn from(error: IdempotencyError) -> Self {
        match error {
            IdempotencyError::Reused => Problem::conflict(error.to_string()),
            IdempotencyError::Database(error) => error.into(),
        }
    }
}

/// The hash by which a repeated request is told from another one with the same key.
pub fn hash_request(route: &str, request: &impl Serialize) -> Vec<u8> {
    let mut hash = Sha256::new_with_prefix(route.as_bytes());
    hash.update(serde_json::to_vec(request).unwrap_or_default());
    hash.finalize().to_vec()
}

impl IdempotencyKey {
    /// The answer that this key got before, if it did.
    pub async fn recall(
        &self,
        db: &Connection,
        user: UserId,
        request_hash: &[u8],
    ) -> Result<Option<StoredAnswer>, IdempotencyError> {
        let Some(key) = &self.0 else { return Ok(None) };
        let row = db
            .query_opt(
                "SELECT request_hash, status, answer FROM idempotency_keys WHERE user_id = $1 AND key = $2",
                &[&user.0, key],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        if row.get::<_, &[u8]>(0) != request_hash {
            return Err(IdempotencyError::Reused);
        }
        Ok(Some(StoredAnswer { status: row.get::<_, i16>(1) as u16, body: row.get(2) }))
    }

    /// Stores the answer of this request under its key.
    pub async fn remember(
        &self,
        db: &Connection,
        user: UserId,
        request_hash: &[u8],
        status: u16,
        body: &str,
    ) -> Result<(), DatabaseError> {
        let Some(key) = &self.0 else { return Ok(()) };
        db.execute(
            "INSERT INTO idempotency_keys (user_id, key, request_hash, status, answer) VALUES ($1, $2, $3, $4, $5)",
            &[&user.0, key, &request_hash, &(status as i16), &body],
        )
        .await?;
        Ok(())
    }
}
