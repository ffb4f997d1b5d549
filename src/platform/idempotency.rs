//! A write that is sent twice happens once: `Idempotency-Key`.
//!
//! The answer is stored beside the work, in its transaction. The caller holds a lock on the user, so two requests
//! with one key come one after the other.

use std::collections::HashMap;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio_postgres::Row;

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

/// An answer as it is stored and sent.
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
}

impl From<IdempotencyError> for Problem {
    fn from(error: IdempotencyError) -> Self {
        Problem::conflict(error.to_string())
    }
}

/// A request that may come again: its key, if it has one, and what tells it from another with the same key.
pub struct Repeatable {
    key: Option<String>,
    request_hash: Vec<u8>,
}

const RECALL: &str = "SELECT request_hash, status, answer, user_id FROM idempotency_keys
     WHERE (user_id, key) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))";
const REMEMBER: &str = "INSERT INTO idempotency_keys (user_id, key, request_hash, status, answer)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::smallint[], $5::text[])";

impl Repeatable {
    pub const STATEMENTS: [&str; 2] = [RECALL, REMEMBER];

    pub fn new(key: IdempotencyKey, route: &str, request: &impl Serialize) -> Self {
        let request_hash = match key.0 {
            Some(_) => {
                let mut hash = Sha256::new_with_prefix(route.as_bytes());
                hash.update(serde_json::to_vec(request).unwrap_or_default());
                hash.finalize().to_vec()
            }
            None => Vec::new(),
        };
        Self { key: key.0, request_hash }
    }

    /// The statements to prepare; none where there is no key.
    pub fn statements(&self) -> &'static [&'static str] {
        if self.key.is_some() { &Self::STATEMENTS } else { &[] }
    }

    /// What this key was used for before; see [`Repeatable::check`].
    pub async fn recall(&self, db: &Connection, user: UserId) -> Result<Option<Row>, DatabaseError> {
        Ok(Self::recall_all(db, &[(user, self)]).await?.remove(&user))
    }

    /// The same of requests of different users.
    pub async fn recall_all(db: &Connection, asked: &[(UserId, &Self)]) -> Result<HashMap<UserId, Row>, DatabaseError> {
        let keyed = asked.iter().filter_map(|(user, repeatable)| Some((user.0, repeatable.key.as_deref()?)));
        let (users, keys): (Vec<_>, Vec<_>) = keyed.unzip();
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = db.query(RECALL, &[&users, &keys]).await?;
        Ok(rows.into_iter().map(|row| (UserId(row.get(3)), row)).collect())
    }

    /// The answer that the same request got before, if it did.
    pub fn check(&self, recalled: Option<Row>) -> Result<Option<StoredAnswer>, IdempotencyError> {
        match recalled {
            None => Ok(None),
            Some(row) if row.get::<_, &[u8]>(0) != self.request_hash => Err(IdempotencyError::Reused),
            Some(row) => Ok(Some(StoredAnswer { status: row.get::<_, i16>(1) as u16, body: row.get(2) })),
        }
    }

    /// Stores the answer under the key.
    pub async fn remember(&self, db: &Connection, user: UserId, answer: &StoredAnswer) -> Result<(), DatabaseError> {
        Self::remember_all(db, &[(user, self, answer)]).await
    }

    /// The same of requests of different users.
    pub async fn remember_all(
        db: &Connection,
        answered: &[(UserId, &Self, &StoredAnswer)],
    ) -> Result<(), DatabaseError> {
        let (mut users, mut keys, mut hashes, mut statuses, mut answers) = (vec![], vec![], vec![], vec![], vec![]);
        for (user, repeatable, answer) in answered {
            if let Some(key) = &repeatable.key {
                users.push(user.0);
                keys.push(key);
                hashes.push(&repeatable.request_hash);
                statuses.push(answer.status as i16);
                answers.push(&answer.body);
            }
        }
        if !keys.is_empty() {
            db.execute(REMEMBER, &[&users, &keys, &hashes, &statuses, &answers]).await?;
        }
        Ok(())
    }
}
