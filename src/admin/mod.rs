//! Looking after accounts: roles, deactivation, deletion, and taking lifters off the boards.
//!
//! Invariant: over HTTP the last active admin cannot lose the role or the account: all who try hold the admins' rows.
//! An operator at the command line can.

mod api;
mod moderation;
mod store;

use std::path::Path;

use utoipa_actix_web::service_config::ServiceConfig;

use store::Filter;
pub use store::{Account, find_account};

use crate::accounts::{self, AccountError, Deleter};
use crate::audit::{self, Action, Entry};
use crate::platform::{Client, Connection, DatabaseError, Problem, UserId};
use crate::second_factor;
use crate::sessions::{self, Role, Tokens};

pub fn routes(config: &mut ServiceConfig) {
    api::routes(config);
    moderation::routes(config);
}

#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    #[error("No user has this id.")]
    Unknown,
    #[error("This account has no second factor.")]
    NoSecondFactor,
    #[error("A moderator cannot do this to an admin or to another moderator.")]
    AboveYou,
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Account(AccountError),
}

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Unknown => Problem::not_found(error.to_string()),
            AdminError::NoSecondFactor => Problem::conflict(error.to_string()),
            AdminError::AboveYou => Problem::forbidden(error.to_string()),
            AdminError::Database(error) => error.into(),
            AdminError::Account(error) => error.into(),
        }
    }
}

/// Who does it: an admin over HTTP, or an operator at the command line.
#[derive(Debug, Clone)]
pub struct Actor {
    /// None for an operator.
    pub id: Option<UserId>,
    pub client: Client,
}

impl Actor {
    pub fn operator() -> Self {
        Self { id: None, client: Client::default() }
    }

    async fn record(
        &self,
        db: &Connection,
        target: UserId,
        action: Action,
        detail: Option<&str>,
    ) -> Result<(), DatabaseError> {
        let entry = match self.id {
            Some(_) => Entry { actor: self.id, detail, ..Entry::own(target, action) },
            None => Entry { detail: detail.or(Some("command line")), ..Entry::by_operator(target, action) },
        };
        audit::record(db, &self.client, entry).await
    }
}

/// What is to become of an account; what is none stays.
#[derive(Debug, Default, Clone, Copy)]
pub struct Change {
    pub role: Option<Role>,
    pub is_active: Option<bool>,
}

/// Changes role or activity. Whoever is deactivated is out everywhere within seconds, with all sessions.
pub async fn change(
    db: &Connection,
    tokens: &Tokens,
    actor: &Actor,
    user: UserId,
    change: Change,
) -> Result<(), AdminError> {
    let transaction = db.begin().await?;
    let changed = write_change(&transaction, tokens, actor, user, change).await;
    transaction.end(changed).await
}

async fn write_change(
    db: &Connection,
    tokens: &Tokens,
    actor: &Actor,
    user: UserId,
    change: Change,
) -> Result<(), AdminError> {
    let takes_admin_away = change.role.is_some_and(|role| role != Role::Admin) || change.is_active == Some(false);
    if takes_admin_away && actor.id.is_some() {
        accounts::keep_an_admin(db, user).await.map_err(AdminError::Account)?;
    }
    let before = store::lock_account(db, user).await?.ok_or(AdminError::Unknown)?;
    if let Some(role) = change.role.filter(|role| role.as_str() != before.role) {
        store::set_role(db, user, role.as_str()).await?;
        let detail = format!("{} to {}", before.role, role.as_str());
        actor.record(db, user, Action::RoleChanged, Some(&detail)).await?;
    }
    match change.is_active.filter(|is_active| *is_active != before.is_active) {
        Some(false) => {
            store::set_active(db, user, false).await?;
            sessions::end_all(db, tokens, user, None).await?;
            sessions::shut_out(db, user).await?;
            actor.record(db, user, Action::Deactivated, None).await?;
        }
        Some(true) => {
            store::set_active(db, user, true).await?;
            sessions::let_in(db, user).await?;
            actor.record(db, user, Action::Activated, None).await?;
        }
        None => {}
    }
    Ok(())
}

/// Deletes somebody's account and everything in it.
pub async fn delete(db: &Connection, pictures: &Path, actor: &Actor, user: UserId) -> Result<(), AdminError> {
    let transaction = db.begin().await?;
    let by = actor.id.map_or(Deleter::Operator, Deleter::Admin);
    let deleted = accounts::delete(&transaction, &actor.client, by, user).await;
    let deleted = deleted.map_err(AdminError::Account).and_then(|deleted| deleted.ok_or(AdminError::Unknown));
    accounts::remove_files(pictures, transaction.end(deleted).await?).await;
    Ok(())
}

/// Takes the second factor away from somebody who lost it.
pub async fn remove_second_factor(db: &Connection, actor: &Actor, user: UserId) -> Result<(), AdminError> {
    let transaction = db.begin().await?;
    if !second_factor::remove(&transaction, user).await? {
        transaction.roll_back().await?;
        return Err(AdminError::NoSecondFactor);
    }
    actor.record(&transaction, user, Action::SecondFactorRemoved, None).await?;
    Ok(transaction.commit().await?)
}

/// Takes a lifter off the boards, or puts them back, with a reason.
pub async fn withhold(
    db: &Connection,
    actor: &Actor,
    user: UserId,
    is_withheld: bool,
    reason: &str,
) -> Result<(), AdminError> {
    let transaction = db.begin().await?;
    let withheld = async {
        let is_above = match actor.id {
            Some(moderator) => store::is_as_high(&transaction, user, moderator).await?.ok_or(AdminError::Unknown)?,
            None => false,
        };
        if is_above {
            return Err(AdminError::AboveYou);
        }
        store::set_withheld(&transaction, user, is_withheld).await?;
        let action = if is_withheld { Action::Withheld } else { Action::Shown };
        Ok(actor.record(&transaction, user, action, Some(reason)).await?)
    };
    let withheld = withheld.await;
    transaction.end(withheld).await
}

/// Members by username, from behind the lower-case name `after` on: for an operator.
pub async fn list_accounts(
    db: &Connection,
    begins_with: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Account>, DatabaseError> {
    store::list_accounts(db, &Filter { begins_with, after, ..Filter::default() }, limit).await
}
