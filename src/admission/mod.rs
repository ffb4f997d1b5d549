//! Admission: who may register, and the links by which members invite.
//!
//! Invariant: an invite lets in as many as it says, however many come at once: each takes a use in the transaction
//! that makes the account.

mod api;
mod store;

pub use api::routes;

use jiff::Timestamp;
use uuid::Uuid;

use crate::audit::{self, Action, Entry};
use crate::platform::config::Registration;
use crate::platform::{Client, Connection, DatabaseError, Problem, UserId, secret};
use crate::sessions::Role;

#[derive(Debug, thiserror::Error)]
pub enum AdmissionError {
    #[error("Registration is by invitation: ask a member for a link, and send its code as `invite`.")]
    NeedsInvite,
    #[error("Registration is closed: ask the admin of this server for a link, and send its code as `invite`.")]
    Closed,
    #[error("The invitation is not valid (any more): its time is over, or it has been used.")]
    SpentInvite,
    #[error("While registration is closed, only admins invite.")]
    AdminsInvite,
    #[error("No invitation of yours has this id.")]
    Unknown,
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("{0}")]
    Code(Problem),
}

impl From<AdmissionError> for Problem {
    fn from(error: AdmissionError) -> Self {
        match error {
            AdmissionError::NeedsInvite
            | AdmissionError::Closed
            | AdmissionError::SpentInvite
            | AdmissionError::AdminsInvite => Problem::forbidden(error.to_string()),
            AdmissionError::Unknown => Problem::not_found(error.to_string()),
            AdmissionError::Database(error) => error.into(),
            AdmissionError::Code(problem) => problem,
        }
    }
}

/// Lets somebody register, in the transaction that makes the account; takes a use of the invite where one is needed.
pub async fn admit(db: &Connection, registration: Registration, invite: Option<&str>) -> Result<(), AdmissionError> {
    match (registration, invite) {
        (Registration::Open, _) => Ok(()),
        (Registration::Invite, None) => Err(AdmissionError::NeedsInvite),
        (Registration::Closed, None) => Err(AdmissionError::Closed),
        (_, Some(code)) => match store::use_invite(db, &secret::hash(code)).await? {
            true => Ok(()),
            false => Err(AdmissionError::SpentInvite),
        },
    }
}

/// Refuses, before any work is done and anything is told, whoever [`admit`] would refuse.
pub async fn check(db: &Connection, registration: Registration, invite: Option<&str>) -> Result<(), AdmissionError> {
    match (registration, invite) {
        (Registration::Open, _) => Ok(()),
        (Registration::Invite, None) => Err(AdmissionError::NeedsInvite),
        (Registration::Closed, None) => Err(AdmissionError::Closed),
        (_, Some(code)) => match store::is_good(db, &secret::hash(code)).await? {
            true => Ok(()),
            false => Err(AdmissionError::SpentInvite),
        },
    }
}

/// What an invite is to be.
pub struct NewInvite {
    pub note: Option<String>,
    pub uses: i32,
    pub days: i32,
}

/// An invite and its code, which is told this once.
pub struct MadeInvite {
    pub id: Uuid,
    pub code: String,
    pub expires_at: Timestamp,
}

/// Makes an invite.
pub async fn invite(
    db: &Connection,
    client: &Client,
    registration: Registration,
    member: UserId,
    role: Role,
    new: &NewInvite,
) -> Result<MadeInvite, AdmissionError> {
    if registration == Registration::Closed && role < Role::Admin {
        return Err(AdmissionError::AdminsInvite);
    }
    let code = secret::new_code(18).map_err(AdmissionError::Code)?;
    let id = Uuid::now_v7();
    let transaction = db.begin().await?;
    let expires_at = store::insert_invite(&transaction, id, &secret::hash(&code), member, new).await?;
    audit::record(&transaction, client, Entry::own(member, Action::InviteMade)).await?;
    transaction.commit().await?;
    Ok(MadeInvite { id, code, expires_at })
}

/// Takes an own invite back.
pub async fn withdraw(db: &Connection, client: &Client, member: UserId, id: Uuid) -> Result<(), AdmissionError> {
    let transaction = db.begin().await?;
    if store::delete_invite(&transaction, member, id).await? == 0 {
        transaction.roll_back().await?;
        return Err(AdmissionError::Unknown);
    }
    audit::record(&transaction, client, Entry::own(member, Action::InviteRemoved)).await?;
    Ok(transaction.commit().await?)
}
