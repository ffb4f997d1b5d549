//! Accounts: who somebody is, how they sign in, what is shown of them.
//!
//! Invariant: an e-mail and a username belong to one account each, without regard to case. Two unique indexes keep
//! it; a look-up before the insert only spares the hashing.

mod api;
pub mod bulk;
mod changes;
mod country;
mod deletion;
mod email;
mod export;
mod login;
mod password;
mod profile;
pub mod smoke;
mod store;
mod username;

use jiff::tz::TimeZone;
use utoipa_actix_web::service_config::ServiceConfig;

pub use changes::Changes;
pub use deletion::delete;
pub use email::Email;
pub use password::{Hasher, HashingThreads, Password};
pub use profile::UserRead;
pub(crate) use profile::user_columns;
pub use username::Username;

use crate::admission::{self, AdmissionError};
use crate::audit::{self, Action, Entry};
use crate::energy;
use crate::links;
use crate::platform::config::Registration;
use crate::platform::{Client, Config, Connection, Database, DatabaseError, Problem, UserId};
use crate::sessions::{self, Credential, SignedIn, Tokens};
use crate::strength::ScoredAs;

pub fn routes(config: &mut ServiceConfig) {
    login::routes(config);
    deletion::routes(config);
    export::routes(config);
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
    #[error("password: is wrong")]
    WrongPassword,
    #[error("password: is needed, since you signed in more than 24 hours ago; send it, or sign in again")]
    NeedsPassword,
    #[error("An API key cannot change e-mail or password; sign in.")]
    NotInPerson,
    #[error("This account has been deactivated.")]
    Deactivated,
    #[error(
        "The code is missing or wrong: this account has a second factor; send its code, or a recovery code, as `code`."
    )]
    WrongCode,
    #[error("Show first that the e-mail address is yours: open the link that was sent to it.")]
    NotVerified,
    #[error("No lifter is here under this name.")]
    Unknown,
    /// The signed-in user's account went away.
    #[error("the account is gone")]
    Gone,
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    #[error("{0}")]
    Hashing(Problem),
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
            AccountError::WrongPassword | AccountError::NeedsPassword => Problem::forbidden(error.to_string()),
            AccountError::WrongCurrentPassword | AccountError::NotInPerson | AccountError::Deactivated => {
                Problem::forbidden(error.to_string())
            }
            AccountError::Unknown => Problem::not_found(error.to_string()),
            AccountError::Gone => SignedIn::gone(),
            AccountError::Admission(error) => error.into(),
            AccountError::Hashing(problem) => problem,
            AccountError::Database(error) => error.into(),
        }
    }
}

/// What a new account is made of.
pub struct NewUser {
    pub email: Email,
    pub username: Username,
    pub display_name: Option<String>,
    pub password: Password,
    /// The code of an invitation.
    pub invite: Option<String>,
}

/// Makes an account.
///
/// Errors: [`AccountError::EmailTaken`] before [`AccountError::UsernameTaken`]; [`AccountError::Admission`] where
/// registration wants an invitation.
pub async fn register(
    db: &Database,
    hasher: &Hasher,
    config: &Config,
    client: &Client,
    new: NewUser,
) -> Result<UserRead, AccountError> {
    let connection = db.connection().await?;
    match store::find_taken(&connection, &new.email, &new.username).await? {
        // Whoever may not come in must not learn who is here.
        Some(_) if config.registration != Registration::Open && new.invite.is_none() => {}
        Some(store::Taken::Email) => return Err(AccountError::EmailTaken),
        Some(store::Taken::Username) => return Err(AccountError::UsernameTaken),
        None => {}
    }
    if new.invite.is_none() {
        admission::admit(&connection, config.registration, None).await?;
    }
    // The connection is given back meanwhile: hashing takes its time.
    drop(connection);
    let hash = hasher.hash(new.password.clone()).await.map_err(AccountError::Hashing)?;
    let connection = db.connection().await?;
    let transaction = connection.begin().await?;
    match write_account(&transaction, config, client, &new, &hash).await {
        Ok(user) => {
            transaction.commit().await?;
            Ok(user)
        }
        Err(refusal) => {
            transaction.roll_back().await?;
            Err(refusal)
        }
    }
}

async fn write_account(
    db: &Connection,
    config: &Config,
    client: &Client,
    new: &NewUser,
    hash: &str,
) -> Result<UserRead, AccountError> {
    admission::admit(db, config.registration, new.invite.as_deref()).await?;
    let user = store::insert_user(db, new, hash, &config.base_url).await?;
    audit::record(db, client, Entry::own(user.id, Action::Registered)).await?;
    if config.mail.is_some() {
        links::send_verification(db, user.id, new.email.as_str(), client.request_id.as_deref()).await?;
    }
    Ok(user)
}

/// What changing a profile needs of the process.
pub struct Changing<'a> {
    pub db: &'a Database,
    pub hasher: &'a Hasher,
    pub tokens: &'a Tokens,
    pub config: &'a Config,
    pub client: &'a Client,
}

/// Changes the own profile and gives it back as it then is. A new password ends all other sessions.
pub async fn change(tools: &Changing<'_>, me: SignedIn, changes: Changes) -> Result<UserRead, AccountError> {
    let mut new_hash = None;
    if changes.needs_password() {
        if !matches!(me.by, Credential::Session(_)) {
            return Err(AccountError::NotInPerson);
        }
        let stored = store::find_password(&tools.db.connection().await?, me.id).await?.ok_or(AccountError::Gone)?;
        let typed = changes.current_password.clone().ok_or(AccountError::WrongCurrentPassword)?;
        if !tools.hasher.verify(typed, stored).await.map_err(AccountError::Hashing)? {
            return Err(AccountError::WrongCurrentPassword);
        }
        if let Some(password) = changes.password.clone() {
            new_hash = Some(tools.hasher.hash(password).await.map_err(AccountError::Hashing)?);
        }
    }
    let db = tools.db.connection().await?;
    let transaction = db.begin().await?;
    match write_changes(&transaction, tools, me, &changes, new_hash).await {
        Ok(profile) => {
            transaction.commit().await?;
            Ok(profile)
        }
        Err(refusal) => {
            transaction.roll_back().await?;
            Err(refusal)
        }
    }
}

async fn write_changes(
    db: &Connection,
    tools: &Changing<'_>,
    me: SignedIn,
    changes: &Changes,
    new_hash: Option<String>,
) -> Result<UserRead, AccountError> {
    let user = me.id;
    let zone = store::update_user(db, user, changes, new_hash).await?.ok_or(AccountError::Gone)?;
    if changes.weight_consent == Some(false) {
        store::erase_body_weights(db, user).await?;
    } else if let Some(weight_kg) = changes.weight_kg {
        let zone = TimeZone::get(&zone).unwrap_or(TimeZone::UTC);
        let today = jiff::Timestamp::now().to_zoned(zone).date();
        // Whoever travels west would have entries of tomorrow, which would be the newest for a day.
        store::delete_body_weights_after(db, user, today).await?;
        store::set_body_weight(db, user, today, weight_kg).await?;
        store::copy_newest_body_weight(db, user).await?;
    }
    if changes.touch_energy() {
        energy::recompute(db, user).await?;
    }
    if changes.password.is_some() {
        let this = match me.by {
            Credential::Session(session) => Some(session),
            Credential::ApiKey { .. } => None,
        };
        sessions::end_all(db, tools.tokens, user, this).await?;
        audit::record(db, tools.client, Entry::own(user, Action::PasswordChanged)).await?;
    }
    if let Some(email) = &changes.email {
        audit::record(db, tools.client, Entry::own(user, Action::EmailChanged)).await?;
        if tools.config.mail.is_some() {
            links::send_verification(db, user, email.as_str(), tools.client.request_id.as_deref()).await?;
        }
    }
    store::find_user(db, user, Some(user), &tools.config.base_url).await?.ok_or(AccountError::Gone)
}

/// Whether somebody's account is there and not deactivated.
pub async fn is_active(db: &Connection, user: UserId) -> Result<bool, DatabaseError> {
    Ok(store::find_password(db, user).await?.is_some())
}

/// Sets a password in the caller's transaction; false when the user is gone or deactivated.
pub async fn set_password(db: &Connection, user: UserId, password_hash: &str) -> Result<bool, DatabaseError> {
    Ok(store::set_password(db, user, password_hash).await? > 0)
}

/// Notes in the caller's transaction that this address is the user's; false when the account has another by now.
pub async fn verify_email(db: &Connection, user: UserId, email: &str) -> Result<bool, DatabaseError> {
    Ok(store::verify_email(db, user, email).await? > 0)
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
    Ok(store::find_user(db, user, visitor, base_url).await?.ok_or(AccountError::Unknown)?.public())
}

/// The same of the user of a name, without regard to case.
pub async fn public_profile_by_name(
    db: &Connection,
    name: &str,
    visitor: Option<UserId>,
    base_url: &str,
) -> Result<UserRead, AccountError> {
    Ok(store::find_user_by_name(db, name, visitor, base_url).await?.ok_or(AccountError::Unknown)?.public())
}

/// How somebody's lifts are scored: as they chose, or as their gender suggests.
pub fn scored_as(chosen: Option<&str>, gender: Option<&str>) -> Option<ScoredAs> {
    chosen.and_then(ScoredAs::parse).or_else(|| gender.and_then(ScoredAs::from_gender))
}
