//! Changing the own profile, in one transaction with all that follows from it.

use jiff::tz::TimeZone;

use super::second_factor::Attempt;
use super::tools::Tools;
use super::{AccountError, Changes, Email, UserRead, Username, check_password, is_active, store};
use crate::audit::{self, Action, Entry};
use crate::links::{self, Purpose};
use crate::platform::Connection;
use crate::sessions::{self, Credential, SignedIn};
use crate::{boards, energy, pictures};

/// Changes the own profile and gives it back as it then is. A new password ends all other sessions.
pub async fn change(tools: &Tools, me: SignedIn, changes: Changes) -> Result<UserRead, AccountError> {
    let mut hashes = store::Hashes::default();
    if changes.needs_password() {
        if !matches!(me.by, Credential::Session(_)) {
            return Err(AccountError::NotInPerson);
        }
        let typed = changes.current_password.clone().ok_or(AccountError::WrongCurrentPassword)?;
        let own = check_password(tools, me.id, typed).await.map_err(|error| match error {
            AccountError::WrongPassword => AccountError::WrongCurrentPassword,
            error => error,
        })?;
        // Whoever has a second factor is asked for it wherever the password is.
        let shown = Attempt::demand(tools, me.id, changes.code.as_deref()).await;
        shown.map_err(|error| match error {
            AccountError::WrongCode => AccountError::NeedsCode,
            error => error,
        })?;
        if let Some(password) = changes.password.clone() {
            let names = [Some(own.username.as_str()), own.email.as_deref()];
            let new_names =
                [changes.username.as_ref().map(Username::as_str), changes.email.as_ref().map(Email::as_str)];
            let names: Vec<_> = names.into_iter().chain(new_names).flatten().collect();
            let password = password.unless_named(&names).map_err(AccountError::RefusedPassword)?;
            hashes.new = Some(tools.hasher.hash(password).await.map_err(AccountError::Hashing)?);
        }
        hashes.old = own.password_hash;
    }
    let db = tools.db.connection().await?;
    let transaction = db.begin().await?;
    let changed = write_changes(&transaction, tools, me, &changes, hashes).await;
    let changed = transaction.end(changed).await?;
    tools.live.catch_up().await;
    // Last: until now the profile might still have named it.
    pictures::free(&db, &tools.config.static_directory, changed.removed_avatar.as_slice()).await;
    Ok(changed.profile)
}

/// The own profile after a change.
struct Changed {
    profile: UserRead,
    /// The key of a picture that is shown no more.
    removed_avatar: Option<String>,
}

async fn write_changes(
    db: &Connection,
    tools: &Tools,
    me: SignedIn,
    changes: &Changes,
    hashes: store::Hashes,
) -> Result<Changed, AccountError> {
    let user = me.id;
    let updated = store::update_user(db, user, changes, &hashes).await?;
    let Some(store::Updated { zone, avatar_before, keeps_no_weight }) = updated else {
        // Of many changes with one old password the first wins; for the others it is the wrong one by then.
        let is_there = hashes.old.is_some() && is_active(db, user).await?;
        return Err(if is_there { AccountError::WrongCurrentPassword } else { AccountError::Gone });
    };
    if keeps_no_weight && changes.weight_kg.flatten().is_some() {
        return Err(AccountError::NoConsent);
    }
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
    // Lifts whose body weight is gone have no points and no class any more.
    if changes.weight_consent == Some(false) {
        boards::recount(db, &tools.catalogue, user).await?;
    }
    if changes.password.is_some() {
        let this = match me.by {
            Credential::Session(session) => Some(session),
            Credential::ApiKey { .. } => None,
        };
        sessions::end_all(db, &tools.tokens, user, this).await?;
        links::end_others(db, user, Purpose::ResetPassword).await?;
        audit::record(db, &tools.client, Entry::own(user, Action::PasswordChanged)).await?;
    }
    if changes.email.is_some() {
        audit::record(db, &tools.client, Entry::own(user, Action::EmailChanged)).await?;
        if tools.config.mail.is_some() {
            links::send_verification(db, user, tools.client.request_id.as_deref()).await?;
        }
    }
    let profile = store::find_user(db, user, Some(user), &tools.config.base_url).await?.ok_or(AccountError::Gone)?;
    Ok(Changed { profile, removed_avatar: avatar_before.filter(|_| changes.removes_avatar) })
}
