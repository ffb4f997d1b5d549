//! The routes of the second factor: they ask for the password, or a code, or both, and count who fails.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{AccountError, Hasher, Password, check_password};
use crate::platform::database::Transaction;
use crate::platform::rate_limit::RateLimits;
use crate::platform::seal::Sealer;
use crate::platform::{Body, Client, Database, Problem, Time, UserId};
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
async fn begin_second_factor(
    me: InPerson,
    body: Body<OwnPassword>,
    db: Data<Database>,
    hasher: Data<Hasher>,
    sealer: Data<Sealer>,
    limits: Data<RateLimits>,
) -> Result<HttpResponse, Problem> {
    let attempt = Attempt::begin(&limits, me.id)?;
    let own = attempt.tried(check_password(&db, &hasher, me.id, Password::typed(body.0.password)).await)?;
    let setup = second_factor::begin(&db.connection().await?, &sealer, me.id, &own.username).await?;
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
    client: Client,
    db: Data<Database>,
    sealer: Data<Sealer>,
    limits: Data<RateLimits>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let attempt = Attempt::begin(&limits, me.id)?;
    let connection = db.connection().await?;
    let transaction = connection.begin().await?;
    let confirmed = second_factor::confirm(&transaction, &sealer, &client, me.id, &body.0.code).await;
    let recovery_codes = attempt.ended(settle(transaction, confirmed).await)?;
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
    client: Client,
    db: Data<Database>,
    hasher: Data<Hasher>,
    sealer: Data<Sealer>,
    limits: Data<RateLimits>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let attempt = Attempt::begin(&limits, me.id)?;
    attempt.tried(check_password(&db, &hasher, me.id, Password::typed(body.0.password)).await)?;
    let connection = db.connection().await?;
    let transaction = connection.begin().await?;
    let renewed = second_factor::renew_codes(&transaction, &sealer, &client, me.id, &body.0.code).await;
    let recovery_codes = attempt.ended(settle(transaction, renewed).await)?;
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
    client: Client,
    db: Data<Database>,
    hasher: Data<Hasher>,
    sealer: Data<Sealer>,
    limits: Data<RateLimits>,
) -> Result<HttpResponse, Problem> {
    let attempt = Attempt::begin(&limits, me.id)?;
    attempt.tried(check_password(&db, &hasher, me.id, Password::typed(body.0.password)).await)?;
    let connection = db.connection().await?;
    let transaction = connection.begin().await?;
    let removed = second_factor::switch_off(&transaction, &sealer, &client, me.id, &body.0.code).await;
    attempt.ended(settle(transaction, removed).await)?;
    Ok(HttpResponse::NoContent().finish())
}

async fn settle<T>(transaction: Transaction<'_>, done: Result<T, SecondFactorError>) -> Result<T, SecondFactorError> {
    match &done {
        Ok(_) => transaction.commit().await?,
        Err(_) => transaction.roll_back().await?,
    }
    done
}

/// One try at a code or password. Wherever it comes from it counts for the account: whoever gets here has its
/// password or a session, and all that is left to guess are six digits.
pub(super) struct Attempt<'a> {
    limits: &'a RateLimits,
    account: String,
}

impl<'a> Attempt<'a> {
    pub(super) fn begin(limits: &'a RateLimits, user: UserId) -> Result<Self, Problem> {
        let account = format!("second factor of {}", user.0);
        limits.paused(&account, None)?;
        limits.account(&account)?;
        Ok(Self { limits, account })
    }

    /// Counts a failure. A right password wipes nothing out: the code is still to be guessed.
    pub(super) fn tried<T, E: IsWrong>(&self, done: Result<T, E>) -> Result<T, E> {
        if done.as_ref().is_err_and(IsWrong::is_wrong) {
            self.limits.failed(&self.account, None);
        }
        done
    }

    /// Counts a failure; a success ends the count.
    pub(super) fn ended<T, E: IsWrong>(&self, done: Result<T, E>) -> Result<T, E> {
        if done.is_ok() {
            self.limits.succeeded(&self.account, None);
        }
        self.tried(done)
    }
}

/// Whether an error may be that of somebody who guesses.
pub(super) trait IsWrong {
    fn is_wrong(&self) -> bool;
}

impl IsWrong for AccountError {
    fn is_wrong(&self) -> bool {
        matches!(self, Self::WrongPassword)
    }
}

impl IsWrong for SecondFactorError {
    fn is_wrong(&self) -> bool {
        matches!(self, Self::WrongCode)
    }
}
