use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{LinkError, store};
use crate::accounts::{Email, Hasher, Password};
use crate::platform::rate_limit::RateLimits;
use crate::platform::{Body, Client, Config, Database, Problem};
use crate::sessions::{SignedIn, Tokens};

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
    limits.account(email.as_str())?;
    super::send_reset(&db.connection().await?, &email, client.request_id.as_deref()).await?;
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

/// Set the password with the token of a link. It works once; all sessions end.
#[utoipa::path(request_body = NewPassword, tag = "sessions",
    responses((status = 204), (status = 400, body = Problem), (status = 422, body = Problem)))]
#[post("/auth/reset-password")]
async fn reset_password(
    body: Body<NewPassword>,
    client: Client,
    db: Data<Database>,
    hasher: Data<Hasher>,
    tokens: Data<Tokens>,
) -> Result<HttpResponse, Problem> {
    let password = Password::parse(body.0.password).map_err(|problem| Problem::invalid("password", problem))?;
    super::reset_password(&db, &hasher, &tokens, &client, &body.0.token, password).await?;
    Ok(HttpResponse::NoContent().finish())
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
    super::verify_email(&db, &client, &body.0.token).await?;
    Ok(HttpResponse::NoContent().finish())
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
    limits.account(&me.id.0.to_string())?;
    let connection = db.connection().await?;
    if let Some(email) = store::find_unverified_address(&connection, me.id).await? {
        super::send_verification(&connection, me.id, &email, client.request_id.as_deref()).await?;
    }
    Ok(HttpResponse::Accepted().finish())
}
