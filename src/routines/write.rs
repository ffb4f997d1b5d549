//! Making, replacing and deleting routines, each in one transaction.

use std::path::Path;

use uuid::Uuid;

use super::items::{RoutineCreate, RoutineUpdate};
use super::{Item, MOST, MOST_FREE, Routine, RoutineError, exercises, image, store};
use crate::catalogue::Catalogue;
use crate::pictures;
use crate::platform::idempotency::{Repeatable, StoredAnswer};
use crate::platform::{Config, Connection, UserId};

/// What whoever makes a routine brings along.
pub struct Making<'a> {
    pub db: &'a Connection,
    pub catalogue: &'a Catalogue,
    pub repeatable: &'a Repeatable,
    pub user: UserId,
}

impl Making<'_> {
    /// Makes a routine of what `draft` gives. The user is held from before the routines are counted, so that no two at once
    /// pass the limit; `draft` is asked after, in the same transaction.
    pub async fn make(
        &self,
        draft: impl AsyncFnOnce(&Connection) -> Result<Draft, RoutineError>,
        answer: impl FnOnce(&Routine) -> serde_json::Result<String>,
    ) -> Result<StoredAnswer, RoutineError> {
        let transaction = self.db.begin().await?;
        let made = self.make_within(&transaction, draft, answer).await;
        transaction.end(made).await
    }

    async fn make_within(
        &self,
        db: &Connection,
        draft: impl AsyncFnOnce(&Connection) -> Result<Draft, RoutineError>,
        answer: impl FnOnce(&Routine) -> serde_json::Result<String>,
    ) -> Result<StoredAnswer, RoutineError> {
        let level = store::lock_user(db, self.user).await?.ok_or(RoutineError::Gone)?;
        if let Some(answer) = self.repeatable.check(self.repeatable.recall(db, self.user).await?)? {
            return Ok(answer);
        }
        let draft = draft(db).await?;
        match store::count_routines(db, self.user).await? {
            count if count >= MOST_FREE && level == "free" => return Err(RoutineError::FreePlanIsFull),
            count if count >= MOST => return Err(RoutineError::TooMany),
            _ => {}
        }
        let id = Uuid::now_v7();
        store::insert_routine(db, id, self.user, &draft.name, draft.image_key.as_deref()).await?;
        store::insert_items(db, id, &draft.items).await?;
        let routine = store::find_routine(db, self.user, id).await?.ok_or(RoutineError::Unknown)?;
        let answer = StoredAnswer { status: 201, body: answer(&routine)? };
        self.repeatable.remember(db, self.user, &answer).await?;
        Ok(answer)
    }
}

/// A routine that is about to be made.
pub struct Draft {
    pub name: String,
    pub image_key: Option<String>,
    pub items: Vec<Item>,
}

/// A new routine of the user's own. Sent again with its key, it is made once.
pub async fn create(
    making: Making<'_>,
    config: &Config,
    new: &RoutineCreate,
    answer: impl FnOnce(&Routine) -> serde_json::Result<String>,
) -> Result<StoredAnswer, RoutineError> {
    let image_key = image::key_of(config, new.image_url.as_deref())?;
    let draft = async |db: &Connection| {
        image::hold(db, making.user, image_key.as_deref()).await?;
        let items = exercises::resolve(db, making.catalogue, making.user, &new.scenarios).await?;
        Ok(Draft { name: new.name.trim().to_owned(), image_key: image_key.clone(), items })
    };
    making.make(draft, answer).await
}

/// Replaces an own routine. A picture that nothing names any more goes.
pub async fn replace(
    db: &Connection,
    catalogue: &Catalogue,
    config: &Config,
    user: UserId,
    id: Uuid,
    update: &RoutineUpdate,
) -> Result<Routine, RoutineError> {
    let image_key = update.image_url.as_ref().map(|url| image::key_of(config, url.as_deref())).transpose()?;
    let transaction = db.begin().await?;
    let replaced = replace_within(&transaction, catalogue, user, id, update, &image_key).await;
    let (routine, before) = transaction.end(replaced).await?;
    let left: Vec<_> = before.into_iter().filter(|before| routine.image_key.as_ref() != Some(before)).collect();
    pictures::free(db, &config.static_directory, &left).await;
    Ok(routine)
}

async fn replace_within(
    db: &Connection,
    catalogue: &Catalogue,
    user: UserId,
    id: Uuid,
    update: &RoutineUpdate,
    image_key: &Option<Option<String>>,
) -> Result<(Routine, Option<String>), RoutineError> {
    lock_own(db, user, id).await?;
    image::hold(db, user, image_key.as_ref().and_then(Option::as_deref)).await?;
    let image_key = image_key.as_ref().map(Option::as_deref);
    let before = store::update_routine(db, id, update.name.trim(), image_key).await?;
    if let Some(sent) = &update.scenarios {
        let items = exercises::resolve(db, catalogue, user, sent).await?;
        store::delete_items(db, id).await?;
        store::insert_items(db, id, &items).await?;
    }
    let routine = store::find_routine(db, user, id).await?.ok_or(RoutineError::Unknown)?;
    Ok((routine, before))
}

/// Deletes an own routine. Workouts that were logged with it stay, and so do shares.
pub async fn delete(db: &Connection, uploads: &Path, user: UserId, id: Uuid) -> Result<(), RoutineError> {
    let transaction = db.begin().await?;
    let deleted = delete_within(&transaction, user, id).await;
    let image_key = transaction.end(deleted).await?;
    pictures::free(db, uploads, image_key.as_slice()).await;
    Ok(())
}

async fn delete_within(db: &Connection, user: UserId, id: Uuid) -> Result<Option<String>, RoutineError> {
    lock_own(db, user, id).await?;
    Ok(store::delete_routine(db, id).await?)
}

/// Takes hold of a routine of the user's until the transaction ends.
async fn lock_own(db: &Connection, user: UserId, id: Uuid) -> Result<(), RoutineError> {
    match store::lock_routine(db, user, id).await? {
        Some(Some(owner)) if owner == user => Ok(()),
        Some(_) => Err(RoutineError::NotYours),
        None => Err(RoutineError::Unknown),
    }
}
