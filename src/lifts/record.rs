//! Recording a lift, in one transaction with all that follows from it.

use futures_util::future::try_join;

use super::{Done, Held, LiftError, NewLift, Recorded, Session};
use crate::boards::Live;
use crate::catalogue::{Catalogue, Exercise};
use crate::platform::idempotency::{Repeatable, StoredAnswer};
use crate::platform::{Connection, UserId};

/// What recording needs beside the lift.
pub struct Recording<'a> {
    pub db: &'a Connection,
    pub live: &'a Live,
    pub catalogue: &'a Catalogue,
    pub repeatable: &'a Repeatable,
}

/// Records a lift in one transaction: the lift itself, personal best, energy, rank, history, points and standings. A
/// request that comes again with its key gets the answer that it got.
///
/// Two journeys to the database: one takes hold of the lifter and reads, one writes and commits; where somebody is passed
/// a third between them asks for names.
pub async fn record_lift(
    Recording { db, live, catalogue, repeatable }: Recording<'_>,
    user: UserId,
    exercise: &Exercise,
    new: &NewLift,
    answer: impl FnOnce(&Recorded) -> serde_json::Result<String>,
) -> Result<StoredAnswer, LiftError> {
    Held::prepare(db).await?;
    db.prepare(repeatable.statements()).await?;
    let done = [Done { exercise, new: new.clone() }];
    let reading = try_join(Held::read(db, user, &done), repeatable.recall(db, user));
    let (transaction, (held, recalled)) = db.begin_with(reading).await?;
    let Some(held) = held else {
        transaction.roll_back().await?;
        return Err(LiftError::Gone);
    };
    match repeatable.check(recalled) {
        Ok(None) => {}
        decided => {
            transaction.roll_back().await?;
            return decided?.ok_or(LiftError::Gone);
        }
    }

    let session = Session::judge(db, live, catalogue, held, &done).await?;
    let recorded = Recorded::of(&session).ok_or(LiftError::Gone)?;
    let answer = StoredAnswer { status: 200, body: answer(&recorded).map_err(LiftError::Unwritable)? };
    let writing = try_join(session.write(db), repeatable.remember(db, user, &answer));
    let (change, ()) = transaction.commit_with(writing).await?;
    session.apply(live, change);
    Ok(answer)
}

impl Recorded {
    /// Of a session of one.
    fn of(session: &Session) -> Option<Self> {
        let judged = session.lifts.first()?.clone();
        Some(Self {
            lift: judged.lift,
            is_personal_best: judged.rises,
            previous_best: judged.previous_best,
            ranks: session.ranks().to_vec(),
            waits: judged.moment.doubt,
        })
    }
}
