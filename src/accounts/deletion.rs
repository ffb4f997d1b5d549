//! Deleting an account: everything that is somebody's goes, in one transaction.

use std::path::Path;
use std::time::Duration;

use actix_web::{HttpResponse, delete};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::tools::Tools;
use super::{AccountError, Password, check_password, store};
use crate::audit::{self, Action, Entry};
use crate::platform::extract::OptionalBody;
use crate::platform::{Client, Connection, Problem, UserId};
use crate::sessions::{self, InPerson};
use crate::{boards, links, pictures};

pub fn routes(config: &mut ServiceConfig) {
    config.service(delete_own_user);
}

/// A login no older than this says who somebody is as well as a password: existing clients send none.
const RECENT: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Default, Deserialize, garde::Validate, utoipa::ToSchema)]
#[garde(allow_unvalidated)]
pub struct Deletion {
    /// Needed where the session began more than 24 hours ago.
    password: Option<String>,
}

/// Delete the own account and everything that is in it. It cannot be undone.
#[utoipa::path(request_body = Option<Deletion>, security(("bearer" = [])), tag = "accounts",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 429, body = Problem)))]
#[delete("/users/me")]
async fn delete_own_user(me: InPerson, body: OptionalBody<Deletion>, tools: Tools) -> Result<HttpResponse, Problem> {
    match body.0.password {
        Some(password) => drop(check_password(&tools, me.id, Password::typed(password)).await?),
        None if sessions::began_within(&*tools.db.reader().await?, me.id, me.session, RECENT).await? => {}
        None => return Err(AccountError::NeedsPassword.into()),
    }
    // Only now: while a password is hashed nobody else has to wait for a connection.
    let connection = tools.db.connection().await?;
    let transaction = connection.begin().await?;
    let deleted = delete(&transaction, &tools.client, Deleter::Owner, me.id).await;
    let deleted = deleted.and_then(|deleted| deleted.ok_or(AccountError::Gone));
    let deleted = transaction.end(deleted).await?;
    tools.live.catch_up().await;
    remove_files(&tools.config.static_directory, deleted).await;
    Ok(HttpResponse::NoContent().finish())
}

/// Who deletes an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleter {
    Owner,
    Admin(UserId),
    /// At the command line, where the last admin may go as well.
    Operator,
}

/// Deletes an account in the caller's transaction; none when it was gone already. After the commit the caller
/// [removes the files](remove_files) that are left. Afterwards nobody's name stands in the audit's entry: who is gone is
/// forgotten there as well.
///
/// Errors: [`AccountError::LastAdmin`].
pub async fn delete(
    db: &Connection,
    client: &Client,
    by: Deleter,
    user: UserId,
) -> Result<Option<Deleted>, AccountError> {
    if by != Deleter::Operator {
        keep_an_admin(db, user).await?;
    }
    sessions::shut_out(db, user).await?;
    let uploaded = pictures::list_uploads(db, user).await?;
    // First of what others write too: whoever is at work on the account is waited for, and then finds it gone.
    let Some(deleted) = store::delete_user(db, user).await? else { return Ok(None) };
    let uploaded: Vec<_> = uploaded.into_iter().chain(deleted.avatar).collect();
    let pictures = pictures::release(db, &uploaded).await?;
    audit::forget(db, user).await?;
    boards::forget(db, user).await?;
    links::forget(db, user, deleted.email.as_deref()).await?;
    let actor = match by {
        Deleter::Admin(admin) => Some(admin),
        Deleter::Owner | Deleter::Operator => None,
    };
    let entry = Entry { actor, target: None, ..Entry::own(user, Action::Deleted) };
    // From where somebody deleted themselves is theirs, and goes with them.
    let client = if actor.is_some() { client.clone() } else { Client { address: None, ..client.clone() } };
    audit::record(db, &client, entry).await?;
    Ok(Some(Deleted { pictures }))
}

/// Refuses what would leave nobody who is an admin. The admins' rows are held, so that two cannot remove each other.
pub async fn keep_an_admin(db: &Connection, user: UserId) -> Result<(), AccountError> {
    match store::lock_admins(db).await?.as_slice() {
        [last] if *last == user => Err(AccountError::LastAdmin),
        _ => Ok(()),
    }
}

/// What a deleted account leaves outside the database.
pub struct Deleted {
    /// The keys of pictures that nobody else's routines name.
    pictures: Vec<String>,
}

/// Removes what a deleted account leaves outside the database. Where the process dies before, a job sweeps it up.
pub async fn remove_files(directory: &Path, deleted: Deleted) {
    pictures::remove_files(directory, &deleted.pictures).await;
}
