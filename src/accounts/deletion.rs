//! Deleting an account: everything that is somebody's goes, in one transaction.

use actix_web::web::Data;
use actix_web::{HttpResponse, delete};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{AccountError, Hasher, Password, store};
use crate::audit::{self, Action, Entry};
use crate::platform::extract::OptionalBody;
use crate::platform::rate_limit::RateLimits;
use crate::platform::{Client, Connection, Database, Problem, UserId};
use crate::sessions::{self, InPerson, Tokens};

pub fn routes(config: &mut ServiceConfig) {
    config.service(delete_own_user);
}

/// A login that began within so many hours says who somebody is as well as a password: existing clients send none.
const RECENT_LOGIN_HOURS: f64 = 24.0;

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
async fn delete_own_user(
    me: InPerson,
    body: OptionalBody<Deletion>,
    client: Client,
    db: Data<Database>,
    hasher: Data<Hasher>,
    tokens: Data<Tokens>,
    limits: Data<RateLimits>,
) -> Result<HttpResponse, Problem> {
    let connection = db.connection().await?;
    match body.0.password {
        Some(password) => {
            let name = me.id.0.to_string();
            limits.paused(&name, client.address)?;
            let stored = store::find_password(&connection, me.id).await?.ok_or(AccountError::Gone)?;
            if !hasher.verify(Password::typed(password), stored).await? {
                limits.failed(&name, client.address);
                return Err(AccountError::WrongPassword.into());
            }
        }
        None if sessions::began_within(&connection, me.id, me.session, RECENT_LOGIN_HOURS).await? => {}
        None => return Err(AccountError::NeedsPassword.into()),
    }
    let transaction = connection.begin().await?;
    if !delete(&transaction, &tokens, &client, None, me.id).await? {
        transaction.roll_back().await?;
        return Err(AccountError::Gone.into());
    }
    transaction.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Deletes an account in the caller's transaction; `actor` is the admin who does it to somebody else. False when it
/// was gone already. Afterwards nobody's name stands in the audit's entry: who is gone is forgotten there as well.
pub async fn delete(
    db: &Connection,
    tokens: &Tokens,
    client: &Client,
    actor: Option<UserId>,
    user: UserId,
) -> Result<bool, AccountError> {
    sessions::shut_out(db, tokens, user).await?;
    audit::forget(db, user).await?;
    if store::delete_user(db, user).await? == 0 {
        return Ok(false);
    }
    let entry = Entry { actor, target: None, ..Entry::own(user, Action::Deleted) };
    // From where somebody deleted themselves is theirs, and goes with them.
    let client = if actor.is_some() { client.clone() } else { Client { address: None, ..client.clone() } };
    audit::record(db, &client, entry).await?;
    Ok(true)
}
