//! Shares: a routine as it was, under a code that anybody may read it by.
//!
//! Invariant: while a routine does not change, its maker's live share keeps its code. The maker is held while one is looked
//! for and made, so that two at once find the same.

use std::path::Path;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::exercises::{adopt, random_code};
use super::write::{Draft, Making};
use super::{MOST_SHARES, Routine, RoutineError, Share, store};
use crate::pictures;
use crate::platform::idempotency::StoredAnswer;
use crate::platform::{Connection, UserId};

const CODE_LENGTH: usize = 8;
/// Of 36⁸ codes some are taken: one in thousands of millions of tries.
const TRIES: usize = 5;

/// A code as people type it.
///
/// Errors: [`RoutineError::UnknownCode`] where it cannot be one.
pub fn read_code(typed: &str) -> Result<String, RoutineError> {
    let code = typed.trim();
    match !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        true => Ok(code.to_ascii_uppercase()),
        false => Err(RoutineError::UnknownCode),
    }
}

/// Shares an own routine or one of everybody's as it is now.
pub async fn share(db: &Connection, user: UserId, id: Uuid) -> Result<Share, RoutineError> {
    let transaction = db.begin().await?;
    let shared = share_within(&transaction, user, id).await;
    transaction.end(shared).await
}

async fn share_within(db: &Connection, user: UserId, id: Uuid) -> Result<Share, RoutineError> {
    store::lock_user(db, user).await?.ok_or(RoutineError::Gone)?;
    match store::lock_routine(db, user, id).await? {
        None => return Err(RoutineError::Unknown),
        Some(Some(owner)) if owner != user => return Err(RoutineError::NotYours),
        Some(_) => {}
    }
    let routine = store::find_routine(db, user, id).await?.ok_or(RoutineError::Unknown)?;
    let content = content_of(&routine)?;
    if let Some(share) = store::find_own_share(db, user, id, &content).await? {
        return Ok(share);
    }
    if store::count_shares(db, user).await? >= MOST_SHARES {
        return Err(RoutineError::TooManyShares);
    }
    for _ in 0..TRIES {
        let code = random_code(CODE_LENGTH)?;
        if let Some(share) = store::insert_share(db, user, &routine, &content, &code).await? {
            return Ok(share);
        }
    }
    Err(RoutineError::NoCode)
}

/// What tells a routine from itself after a change.
fn content_of(routine: &Routine) -> Result<Vec<u8>, serde_json::Error> {
    let content = serde_json::to_vec(&(&routine.name, &routine.image_key, &routine.items))?;
    Ok(Sha256::digest(content).to_vec())
}

/// Makes a shared routine the user's own, within the plan's limit.
pub async fn import(
    making: Making<'_>,
    code: &str,
    answer: impl FnOnce(&Routine) -> serde_json::Result<String>,
) -> Result<StoredAnswer, RoutineError> {
    let draft = async |db: &Connection| {
        let share = store::find_share(db, code).await?.ok_or(RoutineError::UnknownCode)?;
        // The picture before the share: whoever removes one holds them in this order.
        let image_key = match share.image_key {
            Some(key) if store::hold_upload(db, &key).await? => Some(key),
            _ => None,
        };
        if !store::hold_share(db, code).await? {
            return Err(RoutineError::UnknownCode);
        }
        let mut items = share.items;
        adopt(db, making.catalogue, making.user, &mut items).await?;
        Ok(Draft { name: share.name, image_key, items })
    };
    making.make(draft, answer).await
}

/// Ends the user's shares of a routine.
pub async fn revoke_all(db: &Connection, uploads: &Path, user: UserId, routine: Uuid) -> Result<(), RoutineError> {
    let revoked = store::revoke_shares_of_routine(db, user, routine).await?;
    free(db, uploads, revoked, RoutineError::NotShared).await
}

/// Ends one of the user's shares.
pub async fn revoke(db: &Connection, uploads: &Path, user: UserId, code: &str) -> Result<(), RoutineError> {
    let revoked = store::revoke_share(db, user, code).await?;
    free(db, uploads, revoked, RoutineError::NotYourCode).await
}

async fn free(
    db: &Connection,
    uploads: &Path,
    revoked: Vec<Option<String>>,
    if_none: RoutineError,
) -> Result<(), RoutineError> {
    if revoked.is_empty() {
        return Err(if_none);
    }
    let images: Vec<_> = revoked.into_iter().flatten().collect();
    pictures::free(db, uploads, &images).await;
    Ok(())
}
