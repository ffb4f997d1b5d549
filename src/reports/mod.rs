//! Reports: what lifters tell the moderators of each other.
//!
//! Invariant: of each pair one report is open at most; a partial unique index keeps it. Whoever is reported is told
//! nothing, neither by whom nor that it happened.

mod api;
mod moderation;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::audit::{self, Action, Entry};
use crate::platform::{Client, Connection, DatabaseError, Problem, UserId};
use store::{Closed, Made};

pub fn routes(config: &mut ServiceConfig) {
    api::routes(config);
    moderation::routes(config);
}

/// So many of one lifter's reports may be open.
pub const MOST: i64 = 20;

#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("You cannot report yourself.")]
    Oneself,
    #[error("No lifter has this id.")]
    UnknownLifter,
    #[error("You have reported this lifter already; a moderator reads it.")]
    ReportedAlready,
    #[error("{MOST} reports of yours are open; wait until moderators have read some.")]
    TooMany,
    #[error("No report has this id.")]
    Unknown,
    #[error("A report of yourself is for other moderators to close.")]
    OfYourself,
    #[error("This report is closed already.")]
    ClosedAlready,
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::UnknownLifter | ReportError::Unknown => Problem::not_found(error.to_string()),
            ReportError::OfYourself => Problem::forbidden(error.to_string()),
            ReportError::Oneself | ReportError::ReportedAlready | ReportError::TooMany | ReportError::ClosedAlready => {
                Problem::conflict(error.to_string())
            }
            ReportError::Database(error) => error.into(),
        }
    }
}

/// Reports a lifter to the moderators and gives the report's id.
pub async fn report(
    db: &Connection,
    client: &Client,
    me: UserId,
    user: UserId,
    reason: &str,
    note: Option<&str>,
) -> Result<Uuid, ReportError> {
    if me == user {
        return Err(ReportError::Oneself);
    }
    let transaction = db.begin().await?;
    let id = Uuid::now_v7();
    let reported = async {
        // Two at once come one after the other, so that each is told the right thing.
        store::lock_user(&transaction, me).await?;
        match store::insert_report(&transaction, id, me, user, reason, note, MOST).await? {
            Made::Done => {}
            Made::UnknownLifter => return Err(ReportError::UnknownLifter),
            Made::Already => return Err(ReportError::ReportedAlready),
            Made::TooMany => return Err(ReportError::TooMany),
        }
        // In the own audit alone: whoever is reported reads theirs.
        let entry = Entry { detail: Some(reason), ..Entry::own(me, Action::Reported) };
        audit::record(&transaction, client, entry).await?;
        Ok(id)
    };
    let reported = reported.await;
    transaction.end(reported).await
}

/// Closes a report; whoever made it reads in the own audit what came of it.
pub async fn close(
    db: &Connection,
    client: &Client,
    moderator: UserId,
    id: Uuid,
    outcome: &str,
) -> Result<(), ReportError> {
    let transaction = db.begin().await?;
    let closed = async {
        let reporter = match store::close_report(&transaction, id, moderator, outcome).await? {
            Closed::Done { reporter } => reporter,
            Closed::Unknown => return Err(ReportError::Unknown),
            Closed::OfYourself => return Err(ReportError::OfYourself),
            Closed::Already => return Err(ReportError::ClosedAlready),
        };
        let entry =
            Entry { actor: Some(moderator), detail: Some(outcome), ..Entry::own(reporter, Action::ReportClosed) };
        audit::record(&transaction, client, entry).await?;
        Ok(())
    };
    let closed = closed.await;
    transaction.end(closed).await
}
