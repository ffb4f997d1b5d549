//! Deleting an account: everything that is somebody's goes, in one transaction.

use std::path::Path;
use std::time::Duration;

use actix_web::{HttpResponse, delete};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::store::Deleted;
use super::tools::Tools;
use super::{AccountError, Password, check_password, store};
use crate::audit::{self, Action, Entry};
use crate::pictures;
use crate::platform::extract::OptionalBody;
use crate::platform::{Client, Connection, Problem, UserId};
use crate::sessions::{self, InPerson, Tokens};

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
        (status = 429, body = Problem)))]
#[delete("/users/me")]
async fn delete_own_user(me: InPerson, body: OptionalBody<Deletion>, tools: Tools) -> Result<HttpResponse, Problem> {
    match body.0.password {
        Some(password) => {
            let name = me.id.0.to_string();
            tools.limits.paused(&name, tools.client.address)?;
            match check_password(&tools.db, &tools.hasher, me.id, Password::typed(password)).await {
                Err(AccountError::WrongPassword) => {
                    tools.limits.failed(&name, tools.client.address);
                    return Err(AccountError::WrongPassword.into());
                }
                checked => drop(checked?),
            }
        }
        None if sessions::began_within(&*tools.db.reader().await?, me.id, me.session, RECENT).await? => {}
        None => return Err(AccountError::NeedsPassword.into()),
    }
    // Only now: while a password is hashed nobody else has to wait for a connection.
    let connection = tools.db.connection().await?;
    let transaction = connection.begin().await?;
    let Some(deleted) = delete(&transaction, &tools.tokens, &tools.client, None, me.id).await? else {
        transaction.roll_back().await?;
        return Err(AccountError::Gone.into());
    };
    transaction.commit().await?;
    remove_files(&tools.config.static_directory, deleted).await;
    Ok(HttpResponse::NoContent().finish())
}

/// Deletes an account in the caller's transaction; `actor` is the admin who does it to somebody else. None when it was
/// gone already. After the commit the caller [removes the files](remove_files) that are left. Afterwards nobody's name stands in the audit's entry: who is gone is forgotten there as well.
pub async fn delete(
    db: &Connection,
    tokens: &Tokens,
    client: &Client,
    actor: Option<UserId>,
    user: UserId,
) -> Result<Option<Deleted>, AccountError> {
    sessions::shut_out(db, tokens, user).await?;
    audit::forget(db, user).await?;
    let Some(deleted) = store::delete_user(db, user).await? else { return Ok(None) };
    let entry = Entry { actor, target: None, ..Entry::own(user, Action::Deleted) };
    // From where somebody deleted themselves is theirs, and goes with them.
    let client = if actor.is_some() { client.clone() } else { Client { address: None, ..client.clone() } };
    audit::record(db, &client, entry).await?;
    Ok(Some(deleted))
}

/// Removes what a deleted account leaves outside the database. Where the process dies before, a job sweeps it up.
pub async fn remove_files(directory: &Path, deleted: Deleted) {
    if let Some(key) = deleted.avatar {
        pictures::remove(directory, &key).await;
    }
}
