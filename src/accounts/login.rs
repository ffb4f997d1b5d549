//! Signing in.
//!
//! Known and unknown accounts, right and wrong passwords take the same work and get the same answer; what tells them
//! apart (deactivated, not verified, a second factor) is said to whoever has the password.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, post};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::second_factor::Attempt;
use super::tools::Tools;
use super::{AccountError, Password, Verdict, store};
use crate::audit::{self, Action, Entry};
use crate::links;
use crate::platform::extract::{content_type, parse_json, parse_pairs, read_body};
use crate::platform::rate_limit::Kind;
use crate::platform::{Problem, UserId};
use crate::sessions::{self, CookieLife, Grant, session_answer};

pub fn routes(config: &mut ServiceConfig) {
    config.service(create_session).service(login);
}

/// Who wants to sign in. As a form `username` holds the e-mail; as JSON it may be either, or `email` is given.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Login {
    /// The e-mail or the username.
    username: Option<String>,
    /// Instead of `username`.
    email: Option<String>,
    password: String,
    /// `token` puts the refresh token into the answer as well, for clients without cookies. `cookie` does not; the cookie then
    /// lives as long as its token, where without `grant` it ends with the browser's session.
    grant: Option<Grant>,
    /// The code of the second factor, or a recovery code, where the account has one.
    code: Option<String>,
}

impl FromRequest for Login {
    type Error = Problem;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = content_type(request);
        let body = read_body(request, payload);
        Box::pin(async move {
            let body = body.await?;
            match kind.as_str() {
                "application/json" => parse_json(&body),
                "application/x-www-form-urlencoded" | "" => parse_pairs(&body, "body"),
                _ => Err(Problem::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "body: is neither a form (application/x-www-form-urlencoded) nor JSON (application/json)",
                )),
            }
        })
    }
}

/// Sign in.
///
/// The answer also sets the cookie `refresh_token`. Without `grant` the access token lives for a day, for clients that
/// never refresh.
#[utoipa::path(request_body(content((Login = "application/x-www-form-urlencoded"), (Login = "application/json"))), tag = "sessions",
    responses((status = 200, body = sessions::Token), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem)))]
#[post("/users/login")]
async fn create_session(who: Login, tools: Tools) -> Result<HttpResponse, Problem> {
    let life = match who.grant {
        None => tools.tokens.legacy_access_life(),
        Some(_) => tools.tokens.access_life(),
    };
    sign_in(who, &tools, life).await
}

/// Sign in.
///
/// The answer also sets the cookie `refresh_token`.
#[utoipa::path(request_body(content((Login = "application/json"), (Login = "application/x-www-form-urlencoded"))), tag = "sessions",
    responses((status = 200, body = sessions::Token), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem)))]
#[post("/auth/login")]
async fn login(who: Login, tools: Tools) -> Result<HttpResponse, Problem> {
    let life = tools.tokens.access_life();
    sign_in(who, &tools, life).await
}

async fn sign_in(who: Login, tools: &Tools, life: Duration) -> Result<HttpResponse, Problem> {
    let in_body = who.grant == Some(Grant::Token);
    let cookie = match who.grant {
        Some(Grant::Cookie) => CookieLife::Lasting,
        Some(Grant::Token) | None => CookieLife::OfBrowser,
    };
    let name = who.username.or(who.email).ok_or_else(|| Problem::invalid("username", "is missing"))?;
    let (password, code) = (Password::typed(who.password), who.code);
    tools.limits.paused(Kind::Login, &name, tools.client.address)?;
    tools.limits.account(Kind::Login, &name)?;
    let (user, hash) = match authenticate(tools, &name, password, code).await {
        Ok(shown) => shown,
        Err(error) => {
            if matches!(error, AccountError::WrongCredentials | AccountError::WrongCode) {
                tools.limits.failed(Kind::Login, &name, tools.client.address);
            }
            return Err(error.into());
        }
    };
    tools.limits.succeeded(Kind::Login, &name, tools.client.address);
    let connection = tools.db.connection().await?;
    let transaction = connection.begin().await?;
    let begun = async {
        // While the password was hashed it may have been changed, or the account deactivated: such a login is too late.
        if !store::hold_credentials(&transaction, user, &hash).await? {
            return Err(AccountError::WrongCredentials.into());
        }
        let pair = sessions::begin(&transaction, &tools.tokens, &tools.client, user, life, cookie).await?;
        audit::record(&transaction, &tools.client, Entry::own(user, Action::SignedIn)).await?;
        Ok::<_, Problem>(pair)
    };
    let begun = begun.await;
    Ok(session_answer(transaction.end(begun).await?, in_body, &tools.config))
}

/// Whose e-mail (or username), password and code these are, and the hash that the password was compared with.
async fn authenticate(
    tools: &Tools,
    name: &str,
    password: Password,
    code: Option<String>,
) -> Result<(UserId, String), AccountError> {
    // PostgreSQL knows no text with such a character, and nobody's name has one.
    let found = match name.contains('\0') {
        true => None,
        false => store::find_credentials(&tools.db.connection().await?, name).await?,
    };
    let hash = found.as_ref().and_then(|found| found.password_hash.clone());
    let verdict = tools.hasher.examine(password.clone(), hash.clone()).await.map_err(AccountError::Hashing)?;
    let target = found.as_ref().map(|found| found.id);
    let Some(found) = found.filter(|_| verdict != Verdict::Wrong) else {
        let entry = Entry::refused(target, Action::SignedIn);
        audit::record(&tools.db.connection().await?, &tools.client, entry).await?;
        return Err(AccountError::WrongCredentials);
    };
    if !found.is_active {
        return Err(AccountError::Deactivated);
    }
    if tools.config.requires_verified_email && !found.is_verified {
        // Who has the password may have another link: the first one is good for half an hour.
        let connection = tools.db.connection().await?;
        links::send_verification(&connection, found.id, tools.client.request_id.as_deref()).await?;
        return Err(AccountError::NotVerified);
    }
    Attempt::demand(tools, found.id, code.as_deref()).await?;
    let hash = hash.unwrap_or_default();
    match verdict {
        Verdict::RightButOutdated => Ok((found.id, renew(tools, found.id, password, &hash).await.unwrap_or(hash))),
        _ => Ok((found.id, hash)),
    }
}

/// Hashes a password in today's way, and gives what is stored then. Nobody is kept out when this fails: the next login
/// tries again.
async fn renew(tools: &Tools, user: UserId, password: Password, old: &str) -> Option<String> {
    let renewed: Result<Option<String>, Problem> = async {
        let new = tools.hasher.hash(password).await?;
        let renewed = store::renew_password_hash(&tools.db.connection().await?, user, old, &new).await?;
        Ok((renewed > 0).then_some(new))
    }
    .await;
    renewed.unwrap_or_else(|problem| {
        slog_scope::warn!("a password could not be hashed anew"; "user_id" => user.0.to_string(),
            "error" => problem.cause().map_or_else(|| problem.to_string(), str::to_owned));
        None
    })
}
