//! The audit: what was done to accounts, by whom, and how it ended.
//!
//! Invariant: entries are only ever added, in the transaction of what they tell; a trigger refuses the rest. No entry
//! holds a secret, an e-mail or a body weight. It guards against our own mistakes, not against the database's owner.

mod entries;
mod store;

pub use entries::{AuditEntry, list};

use crate::platform::{Client, Connection, DatabaseError, UserId};

/// What was done. The names are part of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Registered,
    SignedIn,
    SignedOut,
    SessionEnded,
    RefreshTokenReused,
    PasswordChanged,
    PasswordReset,
    /// The password was asked for once more.
    PasswordShown,
    ResetLinkMade,
    EmailChanged,
    EmailVerified,
    SecondFactorAdded,
    SecondFactorRemoved,
    RecoveryCodesMade,
    ApiKeyMade,
    ApiKeyRemoved,
    InviteMade,
    InviteRemoved,
    RoleChanged,
    Deactivated,
    Activated,
    Withheld,
    Shown,
    LiftAccepted,
    LiftVoided,
    LiftRestored,
    VoidAnswered,
    Reported,
    ReportClosed,
    Exported,
    Deleted,
}

impl Action {
    /// As it is stored and sent.
    pub fn as_str(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Result {
    Done,
    Refused,
}

/// One entry, before it is written.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// None for somebody unknown and for an operator at the command line.
    pub actor: Option<UserId>,
    pub action: Action,
    /// Whose account it was done to.
    pub target: Option<UserId>,
    pub result: Result,
    /// What else is to be known. Never a secret, an e-mail or a body weight.
    pub detail: Option<&'a str>,
}

impl Entry<'static> {
    /// Something that somebody did to the own account.
    pub fn own(user: UserId, action: Action) -> Self {
        Self { actor: Some(user), action, target: Some(user), result: Result::Done, detail: None }
    }

    /// Something that an operator did at the command line.
    pub fn by_operator(target: UserId, action: Action) -> Self {
        Self { actor: None, action, target: Some(target), result: Result::Done, detail: Some("command line") }
    }

    /// Something that was tried and refused.
    pub fn refused(target: Option<UserId>, action: Action) -> Self {
        Self { actor: None, action, target, result: Result::Refused, detail: None }
    }
}

/// Writes an entry, in whatever transaction `db` has open.
pub async fn record(db: &Connection, client: &Client, entry: Entry<'_>) -> std::result::Result<(), DatabaseError> {
    store::insert_entry(db, client, &entry).await.map(|_| ())
}

/// Takes somebody out of the audit who is being deleted; what was done stays, without them.
pub async fn forget(db: &Connection, user: UserId) -> std::result::Result<(), DatabaseError> {
    store::forget_user(db, user).await.map(|_| ())
}
