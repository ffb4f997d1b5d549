//! Accounts: who somebody is, how they sign in, what is shown of them.
//!
//! Invariant: an e-mail and a username belong to one account each, without regard to case. Two unique indexes keep
//! it; a look-up before the insert only spares the hashing.

mod api;
mod avatar;
pub mod bulk;
mod changes;
mod common_passwords;
mod country;
mod email;
mod hashing;
mod login;
mod password;
mod profile;
mod second_factor;
pub mod smoke;
mod store;
mod username;

use jiff::tz::TimeZone;
use utoipa_actix_web::service_config::ServiceConfig;

pub use changes::Changes;
pub use email::Email;
pub use hashing::{Hasher, HashingThreads, Verdict};
pub use password::Password;
pub use profile::UserRead;
pub(crate) use profile::user_columns;
pub use username::Username;

use crate::energy;
use crate::platform::{Connection, DatabaseError, Problem, UserId};
use crate::sessions::SignedIn;
use crate::strength::ScoredAs;

pub fn routes(config: &mut ServiceConfig) {
    login::routes(config);
    second_factor::routes(config);
    avatar::routes(config);
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
    #[error("{0}")]
    RefusedPassword(&'static str),
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
            AccountError::WrongCurrentPassword | AccountError::WrongPassword | AccountError::Deactivated => {
                Problem::forbidden(error.to_string())
            }
            AccountError::RefusedPassword(why) => Problem::invalid("password", why),
            AccountError::Unknown => Problem::not_found(error.to_string()),
            AccountError::Gone => SignedIn::gone(),
            AccountError::Hashing(problem) | AccountError::Other(problem) => problem,
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
}

/// Makes an account.
///
/// Errors: [`AccountError::EmailTaken`] before [`AccountError::UsernameTaken`].
pub async fn register(
    db: &crate::platform::Database,
    hasher: &Hasher,
    base_url: &str,
    new: NewUser,
) -> Result<UserRead, AccountError> {
    match store::find_taken(&db.connection().await?, &new.email, &new.username).await? {
        Some(store::Taken::Email) => return Err(AccountError::EmailTaken),
        Some(store::Taken::Username) => return Err(AccountError::UsernameTaken),
        None => {}
    }
    // The connection is given back meanwhile: hashing takes its time.
    let hash = hasher.hash(new.password.clone()).await.map_err(AccountError::Hashing)?;
    Ok(store::insert_user(&db.connection().await?, &new, &hash, base_url).await?)
}

/// The own profile after a change.
pub struct Changed {
    pub profile: UserRead,
    /// The key of a picture that is shown no more.
    pub removed_avatar: Option<String>,
}

/// Changes the own profile and gives it back as it then is.
pub async fn change(
    db: &crate::platform::Database,
    hasher: &Hasher,
    base_url: &str,
    user: UserId,
    changes: Changes,
) -> Result<Changed, AccountError> {
    let mut hashes = store::Hashes::default();
    if changes.needs_password() {
        let typed = changes.current_password.clone().ok_or(AccountError::WrongCurrentPassword)?;
        let own = check_password(db, hasher, user, typed).await.map_err(|error| match error {
            AccountError::WrongPassword => AccountError::WrongCurrentPassword,
            error => error,
        })?;
        if let Some(password) = changes.password.clone() {
            let names = [Some(own.username.as_str()), own.email.as_deref()];
            let new_names =
                [changes.username.as_ref().map(Username::as_str), changes.email.as_ref().map(Email::as_str)];
            let names: Vec<_> = names.into_iter().chain(new_names).flatten().collect();
            let password = password.unless_named(&names).map_err(AccountError::RefusedPassword)?;
            hashes.new = Some(hasher.hash(password).await.map_err(AccountError::Hashing)?);
        }
        hashes.old = own.password_hash;
    }
    let db = db.connection().await?;
    let transaction = db.begin().await?;
    match write_changes(&transaction, base_url, user, &changes, hashes).await {
        Ok(changed) => {
            transaction.commit().await?;
            Ok(changed)
        }
        Err(refusal) => {
            transaction.roll_back().await?;
            Err(refusal)
        }
    }
}

async fn write_changes(
    db: &Connection,
    base_url: &str,
    user: UserId,
    changes: &Changes,
    hashes: store::Hashes,
) -> Result<Changed, AccountError> {
    let Some(store::Updated { zone, avatar_before }) = store::update_user(db, user, changes, &hashes).await? else {
        // Of many changes with one old password the first wins; for the others it is the wrong one by then.
        let is_there = hashes.old.is_some() && is_active(db, user).await?;
        return Err(if is_there { AccountError::WrongCurrentPassword } else { AccountError::Gone });
    };
    if let Some(weight_kg) = changes.weight_kg {
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
    let profile = store::find_user(db, user, base_url).await?.ok_or(AccountError::Gone)?;
    Ok(Changed { profile, removed_avatar: avatar_before.filter(|_| changes.removes_avatar) })
}

/// Whether somebody who is signed in also knows the password; gives what else the account signs in with.
async fn check_password(
    db: &crate::platform::Database,
    hasher: &Hasher,
    user: UserId,
    typed: Password,
) -> Result<store::OwnCredentials, AccountError> {
    let own = store::find_own_credentials(&db.connection().await?, user).await?.ok_or(AccountError::Gone)?;
    match hasher.verify(typed, own.password_hash.clone()).await.map_err(AccountError::Hashing)? {
        true => Ok(own),
        false => Err(AccountError::WrongPassword),
    }
}

/// Whether somebody's account is there and not deactivated.
pub async fn is_active(db: &Connection, user: UserId) -> Result<bool, DatabaseError> {
    Ok(store::find_password(db, user).await?.is_some())
}

/// The own profile, with everything.
pub async fn own_profile(db: &Connection, user: UserId, base_url: &str) -> Result<UserRead, AccountError> {
    store::find_user(db, user, base_url).await?.ok_or(AccountError::Gone)
}

/// What everybody may see of a user.
pub async fn public_profile(db: &Connection, user: UserId, base_url: &str) -> Result<UserRead, AccountError> {
    Ok(store::find_user(db, user, base_url).await?.ok_or(AccountError::Unknown)?.public())
}

/// What everybody may see of the user of a name, without regard to case.
pub async fn public_profile_by_name(db: &Connection, name: &str, base_url: &str) -> Result<UserRead, AccountError> {
    Ok(store::find_user_by_name(db, name, base_url).await?.ok_or(AccountError::Unknown)?.public())
}

/// How somebody's lifts are scored: as they chose, or as their gender suggests.
pub fn scored_as(chosen: Option<&str>, gender: Option<&str>) -> Option<ScoredAs> {
    chosen.and_then(ScoredAs::parse).or_else(|| gender.and_then(ScoredAs::from_gender))
}
