//! The second factor: codes of a generator in the user's hands (TOTP), and recovery codes for when it is lost.
//!
//! Invariant: a code is good once. The statement that takes it decides, so of two who come with one code one gets in.
//! A factor that is not confirmed is being set up, and asked of nobody. This room knows nothing of passwords: its
//! routes are in `accounts`, which asks for both.

mod code;
mod store;

use jiff::Timestamp;

use crate::audit::{self, Action, Entry};
use crate::platform::seal::Sealer;
use crate::platform::{Client, Connection, DatabaseError, Problem, UserId};

/// What secrets are sealed for.
const PURPOSE: &str = "second factor";

#[derive(Debug, thiserror::Error)]
pub enum SecondFactorError {
    #[error("code: is missing or wrong, or has been used; send the newest of the second factor, or a recovery code")]
    WrongCode,
    #[error("There is a second factor already; remove it first.")]
    IsOn,
    #[error("There is no second factor to confirm; begin with POST /auth/second-factor.")]
    NotBegun,
    #[error("There is no second factor.")]
    IsOff,
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("{0}")]
    Fault(Problem),
}

impl From<Problem> for SecondFactorError {
    fn from(problem: Problem) -> Self {
        Self::Fault(problem)
    }
}

impl From<SecondFactorError> for Problem {
    fn from(error: SecondFactorError) -> Self {
        match error {
            // Not 401: whoever gets this is signed in and should stay so.
            SecondFactorError::WrongCode => Problem::forbidden(error.to_string()).of_kind("/problems/second-factor"),
            SecondFactorError::IsOn | SecondFactorError::NotBegun | SecondFactorError::IsOff => {
                Problem::conflict(error.to_string())
            }
            SecondFactorError::Database(error) => error.into(),
            SecondFactorError::Fault(problem) => problem,
        }
    }
}

/// What a code generator needs.
pub struct Setup {
    /// In base 32, to be typed.
    pub secret: String,
    /// The same and the rest as an `otpauth://` address, to be shown as a picture.
    pub uri: String,
}

/// Whether somebody has a second factor.
pub struct Status {
    pub since: Option<Timestamp>,
    pub recovery_codes_left: i64,
}

pub async fn status(db: &Connection, user: UserId) -> Result<Status, DatabaseError> {
    store::find_status(db, user).await
}

/// Begins to set one up. Until it is confirmed each call begins anew.
pub async fn begin(db: &Connection, sealer: &Sealer, user: UserId, name: &str) -> Result<Setup, SecondFactorError> {
    let secret = code::new_secret()?;
    let setup = code::setup(&secret, name)?;
    match store::begin_factor(db, user, &sealer.seal(PURPOSE, user, &secret)?).await? {
        0 => Err(SecondFactorError::IsOn),
        _ => Ok(setup),
    }
}

/// Switches it on with a code of the generator, in the caller's transaction; gives the recovery codes.
pub async fn confirm(
    db: &Connection,
    sealer: &Sealer,
    client: &Client,
    user: UserId,
    typed: &str,
) -> Result<Vec<String>, SecondFactorError> {
    let factor = store::hold_factor(db, user).await?.ok_or(SecondFactorError::NotBegun)?;
    if factor.is_confirmed {
        return Err(SecondFactorError::IsOn);
    }
    let secret = sealer.open(PURPOSE, user, &factor.sealed_secret)?.content;
    let step = code::step_of(&secret, typed)?.ok_or(SecondFactorError::WrongCode)?;
    store::confirm_factor(db, user, step).await?;
    let codes = replace_codes(db, user).await?;
    audit::record(db, client, Entry::own(user, Action::SecondFactorAdded)).await?;
    Ok(codes)
}

/// Lets somebody pass who has no second factor, or shows a code of it, or a recovery code; the code is spent.
///
/// Errors: [`SecondFactorError::WrongCode`], for a missing one as well.
pub async fn demand(
    db: &Connection,
    sealer: &Sealer,
    user: UserId,
    typed: Option<&str>,
) -> Result<(), SecondFactorError> {
    let factor = store::hold_factor(db, user).await?.filter(|factor| factor.is_confirmed);
    let Some(factor) = factor else { return Ok(()) };
    let typed = code::tidy(typed.unwrap_or_default());
    let is_taken = if code::is_of_generator(&typed) {
        let opened = sealer.open(PURPOSE, user, &factor.sealed_secret)?;
        if opened.is_old {
            let sealed = sealer.seal(PURPOSE, user, &opened.content)?;
            store::reseal_factor(db, user, &factor.sealed_secret, &sealed).await?;
        }
        match code::step_of(&opened.content, &typed)? {
            Some(step) => store::take_step(db, user, step).await?,
            None => 0,
        }
    } else {
        store::take_recovery_code(db, user, &code::recovery_hash(user, &typed)).await?
    };
    if is_taken == 1 { Ok(()) } else { Err(SecondFactorError::WrongCode) }
}

/// New recovery codes, in the caller's transaction; those of before are gone.
pub async fn renew_codes(
    db: &Connection,
    sealer: &Sealer,
    client: &Client,
    user: UserId,
    typed: &str,
) -> Result<Vec<String>, SecondFactorError> {
    demand_of_owner(db, sealer, user, typed).await?;
    let codes = replace_codes(db, user).await?;
    audit::record(db, client, Entry::own(user, Action::RecoveryCodesMade)).await?;
    Ok(codes)
}

/// Switches it off, in the caller's transaction.
pub async fn switch_off(
    db: &Connection,
    sealer: &Sealer,
    client: &Client,
    user: UserId,
    typed: &str,
) -> Result<(), SecondFactorError> {
    demand_of_owner(db, sealer, user, typed).await?;
    remove(db, user).await?;
    audit::record(db, client, Entry::own(user, Action::SecondFactorRemoved)).await?;
    Ok(())
}

/// Removes the factor and its recovery codes, in the caller's transaction; false when there was none.
pub async fn remove(db: &Connection, user: UserId) -> Result<bool, DatabaseError> {
    store::delete_recovery_codes(db, user).await?;
    Ok(store::delete_factor(db, user).await? > 0)
}

/// As [`demand`], of somebody who must have one.
async fn demand_of_owner(db: &Connection, sealer: &Sealer, user: UserId, typed: &str) -> Result<(), SecondFactorError> {
    let factor = store::hold_factor(db, user).await?.filter(|factor| factor.is_confirmed);
    factor.ok_or(SecondFactorError::IsOff)?;
    demand(db, sealer, user, Some(typed)).await
}

async fn replace_codes(db: &Connection, user: UserId) -> Result<Vec<String>, SecondFactorError> {
    let codes = code::new_recovery_codes()?;
    let hashes: Vec<_> = codes.iter().map(|code| code::recovery_hash(user, &code::tidy(code))).collect();
    store::delete_recovery_codes(db, user).await?;
    store::insert_recovery_codes(db, user, &hashes).await?;
    Ok(codes)
}
