//! The routes of the second factor: they ask for the password, or a code, or both, and count who fails.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use super::tools::Tools;
use super::{AccountError, Password, check_password};
use crate::audit::{self, Action, Entry};
use crate::platform::rate_limit::{Kind, RateLimits};
use crate::platform::{Body, Database, Problem, Time, UserId};
use crate::second_factor::{self, SecondFactorError};
use crate::sessions::InPerson;

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(get_second_factor)
        .service(begin_second_factor)
        .service(confirm_second_factor)
        .service(make_recovery_codes)
        .service(remove_second_factor);
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[garde(allow_unvalidated)]
pub struct OwnPassword {
    /// The account's password.
    password: String,
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[garde(allow_unvalidated)]
pub struct OneCode {
    /// What the generator shows now.
    code: String,
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[garde(allow_unvalidated)]
pub struct PasswordAndCode {
    /// The account's password.
    password: String,
    /// What the generator shows now, or a recovery code.
    code: String,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct SecondFactorSetup {
    /// In base 32, for generators that read no pictures.
    secret: String,
    /// `otpauth://totp/…`, to be shown as a QR code.
    uri: String,
}

/// Each is good once, in the place of a code. They are shown here and never again.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct SecondFactorStatus {
    enabled: bool,
    since: Option<Time>,
    recovery_codes_left: i64,
}

/// Whether the own account has a second factor.
#[utoipa::path(security(("bearer" = [])), tag = "sessions",
    responses((status = 200, body = SecondFactorStatus), (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/auth/second-factor")]
async fn get_second_factor(me: InPerson, db: Data<Database>) -> Result<Json<SecondFactorStatus>, Problem> {
    let status = second_factor::status(&*db.reader().await?, me.id).await?;
    Ok(Json(SecondFactorStatus {
        enabled: status.since.is_some(),
        since: status.since.map(Time),
        recovery_codes_left: status.recovery_codes_left,
    }))
}

/// Begin to set up a second factor. It is asked for once it is confirmed; until then this begins anew.
#[utoipa::path(request_body = OwnPassword, security(("bearer" = [])), tag = "sessions",
    responses((status = 201, body = SecondFactorSetup), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
#[post("/auth/second-factor")]
async fn begin_second_factor(me: InPerson, body: Body<OwnPassword>, tools: Tools) -> Result<HttpResponse, Problem> {
    let own = check_password(&tools, me.id, Password::typed(body.0.password)).await?;
    let setup = second_factor::begin(&tools.db.connection().await?, &tools.sealer, me.id, &own.username).await?;
    Ok(HttpResponse::Created().json(SecondFactorSetup { secret: setup.secret, uri: setup.uri }))
}

/// Switch the second factor on with a code of the generator. From now on a login needs one.
#[utoipa::path(request_body = OneCode, security(("bearer" = [])), tag = "sessions",
    responses((status = 200, body = RecoveryCodes), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
#[post("/auth/second-factor/confirm")]
async fn confirm_second_factor(
    me: InPerson,
    body: Body<OneCode>,
    tools: Tools,
) -> Result<Json<RecoveryCodes>, Problem> {
    let attempt = Attempt::begin(&tools.limits, me.id)?;
    let connection = tools.db.connection().await?;
    let transaction = connection.begin().await?;
    let confirmed = second_factor::confirm(&transaction, &tools.sealer, &tools.client, me.id, &body.0.code).await;
    let recovery_codes = attempt.ended(transaction.end(confirmed).await)?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Make new recovery codes; those of before are gone.
#[utoipa::path(request_body = PasswordAndCode, security(("bearer" = [])), tag = "sessions",
    responses((status = 200, body = RecoveryCodes), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
#[post("/auth/second-factor/recovery-codes")]
async fn make_recovery_codes(
    me: InPerson,
    body: Body<PasswordAndCode>,
    tools: Tools,
) -> Result<Json<RecoveryCodes>, Problem> {
    check_password(&tools, me.id, Password::typed(body.0.password)).await?;
    let attempt = Attempt::begin(&tools.limits, me.id)?;
    let connection = tools.db.connection().await?;
    let transaction = connection.begin().await?;
    let renewed = second_factor::renew_codes(&transaction, &tools.sealer, &tools.client, me.id, &body.0.code).await;
    let recovery_codes = attempt.ended(transaction.end(renewed).await)?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Remove the second factor.
#[utoipa::path(request_body = PasswordAndCode, security(("bearer" = [])), tag = "sessions",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
#[delete("/auth/second-factor")]
async fn remove_second_factor(
    me: InPerson,
    body: Body<PasswordAndCode>,
    tools: Tools,
) -> Result<HttpResponse, Problem> {
    check_password(&tools, me.id, Password::typed(body.0.password)).await?;
    let attempt = Attempt::begin(&tools.limits, me.id)?;
    let connection = tools.db.connection().await?;
    let transaction = connection.begin().await?;
    let removed = second_factor::switch_off(&transaction, &tools.sealer, &tools.client, me.id, &body.0.code).await;
    attempt.ended(transaction.end(removed).await)?;
    Ok(HttpResponse::NoContent().finish())
}

/// One try at a code. Wherever it comes from it counts for the account: whoever gets here has its
/// password or a session, and all that is left to guess are six digits.
pub(super) struct Attempt<'a> {
    limits: &'a RateLimits,
    account: String,
}

impl<'a> Attempt<'a> {
    pub(super) fn begin(limits: &'a RateLimits, user: UserId) -> Result<Self, Problem> {
        let account = user.0.to_string();
        limits.paused(Kind::SecondFactor, &account, None)?;
        limits.account(Kind::SecondFactor, &account)?;
        Ok(Self { limits, account })
    }

    /// Lets those pass who have no second factor, or show its code.
    pub(super) async fn demand(tools: &'a Tools, user: UserId, code: Option<&str>) -> Result<(), AccountError> {
        // A request without one is how a client finds out that there is a second factor; nothing has been guessed.
        let attempt = code.map(|_| Self::begin(&tools.limits, user)).transpose().map_err(AccountError::Other)?;
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

    /// Counts a failure; a success ends the count.
    pub(super) fn ended<T>(&self, done: Result<T, SecondFactorError>) -> Result<T, SecondFactorError> {
        match &done {
            Ok(_) => self.limits.succeeded(Kind::SecondFactor, &self.account, None),
            Err(SecondFactorError::WrongCode) => self.limits.failed(Kind::SecondFactor, &self.account, None),
            Err(_) => {}
        }
        done
    }
}
