//! What moderators make of lifts, and what lifters say to it.
//!
//! A lift waits while something [speaks against it](crate::boards::Doubt) and no moderator has accepted it; a moderator voids
//! any lift, with a reason, and restores it. Nobody judges own lifts. Whoever wants to do what has been done already is refused:
//! two moderators at one lift learn of each other, and no reason is lost. The lifter answers a voiding once; a restored
//! lift is as if it had never been voided, so that it waits again where it waited before, and could be voided and answered
//! anew. All of it stands in the audit.

mod api;
mod store;
mod wire;

pub use api::routes;

use jiff::Timestamp;

use super::store::bests::insert_event_of_best;
use super::{Lift, LiftError, Moment, recount};
use crate::audit::{self, Action, Entry};
use crate::catalogue::Catalogue;
use crate::platform::{Client, Connection, UserId};
use crate::progress;

/// A lift that waits, or that a moderator judged.
pub struct JudgedLift {
    pub lift: Lift,
    pub moment: Moment,
    pub username: String,
    pub evidence_url: Option<String>,
    pub accepted_at: Option<Timestamp>,
    pub voided_at: Option<Timestamp>,
    pub void_reason: Option<String>,
    pub void_answer: Option<String>,
    pub answered_at: Option<Timestamp>,
}

impl JudgedLift {
    fn waits(&self) -> bool {
        self.moment.doubt.is_some() && self.accepted_at.is_none() && self.voided_at.is_none()
    }
}

/// What a moderator makes of a lift.
#[derive(Debug, Clone)]
pub enum Verdict {
    Accept { reason: Option<String> },
    Void { reason: String },
    Restore { reason: String },
}

/// The moderator, and from where.
pub struct Judge {
    pub id: UserId,
    pub client: Client,
}

/// Accepts, voids or restores a lift, with all that follows from it.
///
/// Errors: [`LiftError::Unknown`]; [`LiftError::OwnLift`]; [`LiftError::NotWaiting`], [`LiftError::VoidedAlready`] and
/// [`LiftError::NotVoided`] where there is nothing to do.
pub async fn judge(
    db: &Connection,
    catalogue: &Catalogue,
    judge: &Judge,
    lift: i32,
    verdict: &Verdict,
) -> Result<(), LiftError> {
    let transaction = db.begin().await?;
    let judged = write_verdict(&transaction, catalogue, judge, lift, verdict).await;
    transaction.end(judged).await
}

async fn write_verdict(
    db: &Connection,
    catalogue: &Catalogue,
    judge: &Judge,
    id: i32,
    verdict: &Verdict,
) -> Result<(), LiftError> {
    // The lift will name the moderator: one who is being deleted meanwhile is waited for here, before anything is held.
    store::hold_moderator(db, judge.id).await?;
    let lifter = store::lock_lifter_of(db, id).await?.ok_or(LiftError::Unknown)?;
    if lifter == judge.id {
        return Err(LiftError::OwnLift);
    }
    let judged = store::find_lift(db, lifter, id).await?.ok_or(LiftError::Unknown)?;
    let (action, reason) = match verdict {
        Verdict::Accept { .. } if !judged.waits() => return Err(LiftError::NotWaiting),
        Verdict::Void { .. } if judged.voided_at.is_some() => return Err(LiftError::VoidedAlready),
        Verdict::Restore { .. } if judged.voided_at.is_none() => return Err(LiftError::NotVoided),
        Verdict::Accept { reason } => {
            store::accept_lift(db, id, judge.id).await?;
            (Action::LiftAccepted, reason.as_deref())
        }
        Verdict::Void { reason } => {
            store::void_lift(db, id, judge.id, reason).await?;
            (Action::LiftVoided, Some(reason.as_str()))
        }
        Verdict::Restore { reason } => {
            store::restore_lift(db, id).await?;
            (Action::LiftRestored, Some(reason.as_str()))
        }
    };
    recount(db, catalogue, lifter).await?;
    insert_event_of_best(db, id).await?;
    progress::recount(db, lifter).await?;
    let detail = reason.map_or_else(|| format!("lift {id}"), |reason| format!("lift {id}: {reason}"));
    let entry = Entry { actor: Some(judge.id), detail: Some(&detail), ..Entry::own(lifter, action) };
    Ok(audit::record(db, &judge.client, entry).await?)
}

/// Keeps what a lifter says to an own lift being voided. The text stands beside the lift and not in the audit, so that it
/// goes with the lift.
///
/// Errors: [`LiftError::NothingToAnswer`]; [`LiftError::Answered`] the second time.
pub async fn answer(db: &Connection, client: &Client, user: UserId, lift: i32, text: &str) -> Result<(), LiftError> {
    let transaction = db.begin().await?;
    let answered = async {
        // Held first, as by whoever judges.
        if store::lock_lifter_of(&transaction, lift).await? != Some(user) {
            return Err(LiftError::NothingToAnswer);
        }
        let judged = store::find_lift(&transaction, user, lift).await?.filter(|judged| judged.voided_at.is_some());
        if judged.ok_or(LiftError::NothingToAnswer)?.answered_at.is_some() {
            return Err(LiftError::Answered);
        }
        store::answer_lift(&transaction, lift, text).await?;
        let detail = format!("lift {lift}");
        let entry = Entry { detail: Some(&detail), ..Entry::own(user, Action::VoidAnswered) };
        Ok(audit::record(&transaction, client, entry).await?)
    };
    let answered = answered.await;
    transaction.end(answered).await
}
