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
use crate::platform::extract::{content_type, parse_json, parse_pairs, read_body};
use crate::platform::{Problem, UserId};
use crate::second_factor::{self, SecondFactorError};
use crate::sessions::{self, Grant, session_answer};

pub fn routes(config: &mut ServiceConfig) {
    config.service(create_session).service(login);
}

/// Who wants to sign in. As a form `username` holds the e-mail; as JSON it may be either, or `email` is given.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Login {
    #[serde(alias = "email")]
    username: String,
    password: String,
    /// `token` puts the refresh token into the answer as well, for clients without cookies; `cookie` does not.
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
    tools.limits.paused(&who.username, tools.client.address)?;
    tools.limits.account(&who.username)?;
    let (name, password, code) = (who.username, Password::typed(who.password), who.code);
    let user = match authenticate(tools, &name, password, code).await {
        Ok(user) => user,
        Err(error) => {
            if matches!(error, AccountError::WrongCredentials | AccountError::WrongCode) {
                tools.limits.failed(&name, tools.client.address);
            }
            return Err(error.into());
        }
    };
    tools.limits.succeeded(&name, tools.client.address);
    let connection = tools.db.connection().await?;
    let transaction = connection.begin().await?;
    let pair = sessions::begin(&transaction, &tools.tokens, &tools.client, user, life).await?;
    audit::record(&transaction, &tools.client, Entry::own(user, Action::SignedIn)).await?;
    transaction.commit().await?;
    Ok(session_answer(pair, in_body, &tools.config))
}

/// Whose e-mail (or username), password and code these are.
async fn authenticate(
    tools: &Tools,
    name: &str,
    password: Password,
    code: Option<String>,
) -> Result<UserId, AccountError> {
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
        return Err(AccountError::NotVerified);
    }
    demand_code(tools, found.id, code.as_deref()).await?;
    if let (Verdict::RightButOutdated, Some(old)) = (verdict, hash) {
        renew(tools, found.id, password, &old).await;
    }
    Ok(found.id)
}

/// Lets those pass who have no second factor, or show its code.
async fn demand_code(tools: &Tools, user: UserId, code: Option<&str>) -> Result<(), AccountError> {
    // A login without one is how a client finds out that there is a second factor; nothing has been guessed.
    let attempt = code.map(|_| Attempt::begin(&tools.limits, user)).transpose().map_err(AccountError::Other)?;
    let connection = tools.db.connection().await?;
    let mut shown = second_factor::demand(&connection, &tools.sealer, user, code).await;
    if let Some(attempt) = attempt {
        shown = attempt.ended(shown);
    }
    match shown {
        Ok(()) => Ok(()),
        Err(SecondFactorError::WrongCode) => {
            let entry = Entry { detail: Some("second factor"), ..Entry::refused(Some(user), Action::SignedIn) };
            audit::record(&connection, &tools.client, entry).await?;
            Err(AccountError::WrongCode)
        }
        Err(error) => Err(AccountError::Other(error.into())),
    }
}

/// Hashes a password in today's way. Nobody is kept out when this fails: the next login tries again.
async fn renew(tools: &Tools, user: UserId, password: Password, old: &str) {
    let renewed: Result<(), Problem> = async {
        let new = tools.hasher.hash(password).await?;
        store::renew_password_hash(&tools.db.connection().await?, user, old, &new).await?;
        Ok(())
    }
    .await;
    if let Err(problem) = renewed {
        slog_scope::warn!("a password could not be hashed anew"; "user_id" => user.0.to_string(),
            "error" => problem.cause().map_or_else(|| problem.to_string(), str::to_owned));
    }
}
