//! API keys: by which other programs act for a user, as far as their scope goes.
//!
//! Invariant: what is stored of a key cannot be turned into one; a key that was taken back is refused at once
//! everywhere ([`crate::sessions::Revocations`]).

mod api;
mod store;

pub use api::routes;

use uuid::Uuid;

use crate::audit::{self, Action, Entry};
use crate::platform::{Client, Connection, DatabaseError, Problem, UserId, secret};
use crate::sessions::{self, KEY_PREFIX};

/// A user may have so many.
pub const MOST: i64 = 20;

#[derive(Debug, thiserror::Error)]
pub enum ApiKeyError {
    #[error("You have {MOST} API keys already; remove one first.")]
    TooMany,
    #[error("No API key of yours has this id.")]
    Unknown,
    #[error("{0}")]
    Random(Problem),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<ApiKeyError> for Problem {
    fn from(error: ApiKeyError) -> Self {
        match error {
            ApiKeyError::TooMany => Problem::conflict(error.to_string()),
            ApiKeyError::Unknown => Problem::not_found(error.to_string()),
            ApiKeyError::Random(problem) => problem,
            ApiKeyError::Database(error) => error.into(),
        }
    }
}

/// A key that was just made; its text is told this once.
pub struct MadeKey {
    pub id: Uuid,
    pub text: String,
    pub prefix: String,
}

/// Makes a key for a user.
pub async fn make(
    db: &Connection,
    client: &Client,
    user: UserId,
    name: &str,
    may_write: bool,
) -> Result<MadeKey, ApiKeyError> {
    let id = Uuid::now_v7();
    let text = format!("{KEY_PREFIX}{}", secret::new_code(32).map_err(ApiKeyError::Random)?);
    let prefix = text.chars().take(KEY_PREFIX.len() + 6).collect::<String>();
    let transaction = db.begin().await?;
    // Two at once count one after the other.
    store::lock_user(&transaction, user).await?;
    if store::insert_key(&transaction, id, user, name, &secret::hash(&text), &prefix, may_write, MOST).await? == 0 {
        transaction.roll_back().await?;
        return Err(ApiKeyError::TooMany);
    }
    let entry = Entry { detail: Some(&prefix), ..Entry::own(user, Action::ApiKeyMade) };
    audit::record(&transaction, client, entry).await?;
    transaction.commit().await?;
    Ok(MadeKey { id, text, prefix })
}

/// Takes all keys of a user's back, in the caller's transaction: for whoever gets an account back from somebody else.
pub async fn remove_all(db: &Connection, client: &Client, user: UserId) -> Result<(), DatabaseError> {
    for (id, prefix) in store::delete_keys(db, user).await? {
        sessions::revoke_key(db, id).await?;
        let entry = Entry { detail: Some(&prefix), ..Entry::own(user, Action::ApiKeyRemoved) };
        audit::record(db, client, entry).await?;
    }
    Ok(())
}

/// Takes a key of a user's back.
pub async fn remove(db: &Connection, client: &Client, user: UserId, id: Uuid) -> Result<(), ApiKeyError> {
    let transaction = db.begin().await?;
    let Some(prefix) = store::delete_key(&transaction, user, id).await? else {
        transaction.roll_back().await?;
        return Err(ApiKeyError::Unknown);
    };
    sessions::revoke_key(&transaction, id).await?;
    let entry = Entry { detail: Some(&prefix), ..Entry::own(user, Action::ApiKeyRemoved) };
    audit::record(&transaction, client, entry).await?;
    Ok(transaction.commit().await?)
}
