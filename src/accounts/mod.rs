//! Accounts: who somebody is, how they sign in, what is shown of them.
//!
//! Invariant: an e-mail and a username belong to one account each, without regard to case. Two unique indexes keep
//! it; a look-up before the insert only spares the hashing.

mod api;
mod avatar;
mod body_weights;
pub mod bulk;
mod change;
mod changes;
mod common_passwords;
mod country;
mod deletion;
mod email;
mod export;
mod hashing;
mod login;
mod password;
mod profile;
mod recovery;
mod registration;
mod second_factor;
pub mod smoke;
mod store;
mod tools;
mod username;

use utoipa_actix_web::service_config::ServiceConfig;

pub use changes::Changes;
pub use deletion::{Deleted, Deleter, delete, keep_an_admin, remove_files};
pub use email::Email;
pub use hashing::{Hasher, HashingThreads, Verdict};
pub use password::Password;
pub use profile::UserRead;
pub(crate) use profile::user_columns;
pub use registration::{NewUser, make_account_without_password};
use tools::Tools;
pub use username::Username;

use crate::admission::AdmissionError;
use crate::audit::{self, Action, Entry};
use crate::platform::rate_limit::Kind;
use crate::platform::{Connection, DatabaseError, Problem, UserId};
use crate::sessions::SignedIn;
use crate::strength::ScoredAs;

pub fn routes(config: &mut ServiceConfig) {
    registration::routes(config);
    login::routes(config);
    deletion::routes(config);
    export::routes(config);
    second_factor::routes(config);
    recovery::routes(config);
    avatar::routes(config);
    body_weights::routes(config);
    api::routes(config);
}

#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    // Existing clients look for these words.
    #[error("This email is already in use.")]
    EmailTaken,
    #[error("This username is already taken.")]
    UsernameTaken,
    #[error("The e-mail or the password is wrong.")]
    WrongCredentials,
    #[error("current_password: is needed to change e-mail or password, and is missing or wrong")]
    WrongCurrentPassword,
    #[error("code: the account has a second factor; send its code, or a recovery code")]
    NeedsCode,
    #[error("weight: the consent to keep it was taken back; send weight_consent: true with it")]
    NoConsent,
    #[error("password: is wrong")]
    WrongPassword,
    #[error("password: is needed, since you signed in more than 24 hours ago; send it, or sign in again")]
    NeedsPassword,
    #[error("An API key cannot change e-mail or password; sign in.")]
    NotInPerson,
    #[error("{0}")]
    RefusedPassword(&'static str),
    #[error("This is the last admin; make somebody else an admin first.")]
    LastAdmin,
    #[error("This account has been deactivated.")]
    Deactivated,
    #[error(
        "The code is missing or wrong: this account has a second factor; send its code, or a recovery code, as `code`."
    )]
    WrongCode,
    #[error("Show first that the e-mail address is yours: open the link that was sent to it just now.")]
    NotVerified,
    #[error("No lifter is here under this name or id.")]
    Unknown,
    /// The signed-in user's account went away.
    #[error("the account is gone")]
    Gone,
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    #[error("{0}")]
    Hashing(Problem),
    /// Something else that is said as it is: a limit, a fault of the second factor.
    #[error("{0}")]
    Other(Problem),
    #[error(transparent)]
    Database(DatabaseError),
}

impl From<DatabaseError> for AccountError {
    fn from(error: DatabaseError) -> Self {
        match error.unique_violation() {
            Some("users_email_key") => Self::EmailTaken,
            Some("users_username_key") => Self::UsernameTaken,
            _ => Self::Database(error),
        }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::EmailTaken | AccountError::UsernameTaken => Problem::bad_request(error.to_string()),
            AccountError::WrongCredentials => Problem::unauthorized(error.to_string()),
            AccountError::WrongCode => Problem::unauthorized(error.to_string()).of_kind("/problems/second-factor"),
            AccountError::NotVerified => Problem::forbidden(error.to_string()).of_kind("/problems/unverified-email"),
            AccountError::WrongPassword
            | AccountError::NeedsPassword
            | AccountError::WrongCurrentPassword
            | AccountError::NotInPerson
            | AccountError::Deactivated => Problem::forbidden(error.to_string()),
            AccountError::NeedsCode => Problem::forbidden(error.to_string()).of_kind("/problems/second-factor"),
            AccountError::NoConsent => {
                Problem::invalid("weight", "the consent to keep it was taken back; send weight_consent: true with it")
            }
            AccountError::LastAdmin => Problem::conflict(error.to_string()),
            AccountError::RefusedPassword(why) => Problem::invalid("password", why),
            AccountError::Unknown => Problem::not_found(error.to_string()),
            AccountError::Gone => SignedIn::gone(),
            AccountError::Admission(error) => error.into(),
            AccountError::Hashing(problem) | AccountError::Other(problem) => problem,
            AccountError::Database(error) => error.into(),
        }
    }
}

/// Whether somebody who is signed in also knows the password; gives what else the account signs in with. Whoever holds
/// a token alone must not guess it: tries are limited, and a failure stands in the audit.
async fn check_password(tools: &Tools, user: UserId, typed: Password) -> Result<store::OwnCredentials, AccountError> {
    let (limits, name) = (&tools.limits, user.0.to_string());
    limits.paused(Kind::Password, &name, None).map_err(AccountError::Other)?;
    limits.account(Kind::Password, &name).map_err(AccountError::Other)?;
    let own = store::find_own_credentials(&tools.db.connection().await?, user).await?.ok_or(AccountError::Gone)?;
    if tools.hasher.verify(typed, own.password_hash.clone()).await.map_err(AccountError::Hashing)? {
        limits.succeeded(Kind::Password, &name, None);
        return Ok(own);
    }
    limits.failed(Kind::Password, &name, None);
    let entry = Entry { actor: Some(user), ..Entry::refused(Some(user), Action::PasswordShown) };
    audit::record(&tools.db.connection().await?, &tools.client, entry).await?;
    Err(AccountError::WrongPassword)
}

/// Whether somebody's account is there and not deactivated.
pub async fn is_active(db: &Connection, user: UserId) -> Result<bool, DatabaseError> {
    Ok(store::find_password(db, user).await?.is_some())
}

/// The own profile, with everything.
pub async fn own_profile(db: &Connection, user: UserId, base_url: &str) -> Result<UserRead, AccountError> {
    store::find_user(db, user, Some(user), base_url).await?.ok_or(AccountError::Gone)
}

/// What a visitor may see of a user. Somebody who is hidden is there for themselves alone.
pub async fn public_profile(
    db: &Connection,
    user: UserId,
    visitor: Option<UserId>,
    base_url: &str,
) -> Result<UserRead, AccountError> {
    Ok(store::find_user(db, user, visitor, base_url).await?.ok_or(AccountError::Unknown)?.seen_by(visitor))
}

/// The same of the user of a name, without regard to case.
pub async fn public_profile_by_name(
    db: &Connection,
    name: &str,
    visitor: Option<UserId>,
    base_url: &str,
) -> Result<UserRead, AccountError> {
    Ok(store::find_user_by_name(db, name, visitor, base_url).await?.ok_or(AccountError::Unknown)?.seen_by(visitor))
}

/// How somebody's lifts are scored: as they chose, or as their gender suggests.
pub fn scored_as(chosen: Option<&str>, gender: Option<&str>) -> Option<ScoredAs> {
    chosen.and_then(ScoredAs::parse).or_else(|| gender.and_then(ScoredAs::from_gender))
}
