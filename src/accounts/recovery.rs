//! Forgotten passwords and addresses to be verified, by links for one use.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{AccountError, Email, Hasher, Password, store};
use crate::api_keys;
use crate::audit::{self, Action, Entry};
use crate::links::{self, LinkError, Purpose};
use crate::platform::rate_limit::{Kind, RateLimits};
use crate::platform::{Body, Client, Config, Connection, Database, Problem};
use crate::sessions::{self, SignedIn, Tokens};

pub fn routes(config: &mut ServiceConfig) {
    config.service(forgot_password).service(reset_password).service(verify_email).service(send_verification);
}

/// Who has forgotten the password.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[garde(allow_unvalidated)]
pub struct ForgottenPassword {
    email: String,
}

/// Have a link mailed with which the password can be set anew. The answer is the same whether anybody has the address.
#[utoipa::path(request_body = ForgottenPassword, tag = "sessions",
    responses((status = 202), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
#[post("/auth/forgot-password")]
async fn forgot_password(
    body: Body<ForgottenPassword>,
    client: Client,
    db: Data<Database>,
    limits: Data<RateLimits>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let email = Email::parse(&body.0.email).map_err(|problem| Problem::invalid("email", problem))?;
    if config.mail.is_none() {
        return Err(LinkError::NoMail.into());
    }
    limits.account(Kind::Reset, email.as_str())?;
    links::send_reset(&db.connection().await?, email.as_str(), client.request_id.as_deref()).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// A link's token and the password to set.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[garde(allow_unvalidated)]
pub struct NewPassword {
    /// What stands behind `#token=` in the link.
    token: String,
    /// 8 to 256 characters.
    password: String,
}

/// Set the password with the token of a link. It works once; all sessions end, and all API keys are taken back.
#[utoipa::path(request_body = NewPassword, tag = "sessions",
    responses((status = 204), (status = 400, body = Problem), (status = 422, body = Problem)))]
#[post("/auth/reset-password")]
async fn reset_password(
    body: Body<NewPassword>,
    client: Client,
    db: Data<Database>,
    hasher: Data<Hasher>,
    tokens: Data<Tokens>,
    limits: Data<RateLimits>,
) -> Result<HttpResponse, Problem> {
    let password = Password::parse(body.0.password).map_err(|problem| Problem::invalid("password", problem))?;
    let token = &body.0.token;
    // Spares the hashing; who is right is decided below.
    let owner = links::find_owner(&*db.reader().await?, token, Purpose::ResetPassword).await?;
    let owner = owner.ok_or(LinkError::Useless)?;
    let own = store::find_own_credentials(&*db.reader().await?, owner).await?.ok_or(LinkError::Useless)?;
    let names: Vec<_> = [Some(own.username.as_str()), own.email.as_deref()].into_iter().flatten().collect();
    let password = password.unless_named(&names).map_err(AccountError::RefusedPassword)?;
    let hash = hasher.hash(password).await?;
    let connection = db.connection().await?;
    let transaction = connection.begin().await?;
    let set = set_password(&transaction, &tokens, &client, token, &hash).await;
    transaction.end(set).await?;
    // Whoever has just set the password is not the one who failed.
    for name in names {
        limits.succeeded(Kind::Login, name, client.address);
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Uses the link up and sets the password. All sessions end and all API keys are taken back: whoever had the account
/// until now has it no longer. Where the link came by mail, the address is verified too.
async fn set_password(
    db: &Connection,
    tokens: &Tokens,
    client: &Client,
    token: &str,
    hash: &str,
) -> Result<(), Problem> {
    let used = links::take(db, token, Purpose::ResetPassword).await?;
    if store::set_password(db, used.user, hash).await? == 0 {
        return Err(LinkError::Useless.into());
    }
    if let Some(email) = &used.email {
        store::verify_email(db, used.user, email).await?;
    }
    links::end_others(db, used.user, Purpose::ResetPassword).await?;
    sessions::end_all(db, tokens, used.user, None).await?;
    api_keys::remove_all(db, client, used.user).await?;
    Ok(audit::record(db, client, Entry::own(used.user, Action::PasswordReset)).await?)
}

/// A link's token.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[garde(allow_unvalidated)]
pub struct VerifiedEmail {
    /// What stands behind `#token=` in the link.
    token: String,
}

/// Show with the token of a link that the e-mail address is one's own. It works once.
#[utoipa::path(request_body = VerifiedEmail, tag = "sessions",
    responses((status = 204), (status = 400, body = Problem), (status = 422, body = Problem)))]
#[post("/auth/verify-email")]
async fn verify_email(body: Body<VerifiedEmail>, client: Client, db: Data<Database>) -> Result<HttpResponse, Problem> {
    let connection = db.connection().await?;
    let transaction = connection.begin().await?;
    let shown = show_address(&transaction, &client, &body.0.token).await;
    transaction.end(shown).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Uses the link up and notes that its address is the user's, unless the account has another one by now.
async fn show_address(db: &Connection, client: &Client, token: &str) -> Result<(), Problem> {
    let used = links::take(db, token, Purpose::VerifyEmail).await?;
    let email = used.email.ok_or(LinkError::Useless)?;
    if store::verify_email(db, used.user, &email).await? == 0 {
        return Err(LinkError::Useless.into());
    }
    Ok(audit::record(db, client, Entry::own(used.user, Action::EmailVerified)).await?)
}

/// Have a link mailed that shows that the own e-mail address is one's own. Nothing is sent when that has been shown.
#[utoipa::path(security(("bearer" = [])), tag = "sessions",
    responses((status = 202), (status = 401, body = Problem), (status = 409, body = Problem), (status = 429, body = Problem)))]
#[post("/auth/send-verification")]
async fn send_verification(
    me: SignedIn,
    client: Client,
    db: Data<Database>,
    limits: Data<RateLimits>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    if config.mail.is_none() {
        return Err(LinkError::NoMail.into());
    }
    limits.account(Kind::Verification, &me.id.0.to_string())?;
    let connection = db.connection().await?;
    links::send_verification(&connection, me.id, client.request_id.as_deref()).await?;
    Ok(HttpResponse::Accepted().finish())
}
