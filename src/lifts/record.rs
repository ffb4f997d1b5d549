//! Recording lifts of different lifters, in one transaction with all that follows from them.

use std::collections::HashMap;

use actix_web::web::Data;
use futures_util::future::{try_join, try_join3};

use super::held::{Done, Held};
use super::store::holding::Others;
use super::{LiftError, NewLift, Recorded, Session};
use crate::boards::Live;
use crate::catalogue::Catalogue;
use crate::platform::idempotency::{Repeatable, StoredAnswer};
use crate::platform::{Connection, Database, DatabaseError, UserId};

/// What recording needs beside the lifts.
#[derive(Clone)]
pub struct Recording {
    pub db: Data<Database>,
    pub live: Data<Live>,
    pub catalogue: Data<Catalogue>,
}

/// A lift that somebody sent.
pub struct Sent {
    pub user: UserId,
    pub exercise_id: String,
    pub new: NewLift,
    pub repeatable: Repeatable,
    pub answer: fn(&Recorded, &Catalogue) -> serde_json::Result<String>,
}

/// With several lifters held nobody waits long for anything: not for a guild that somebody else counts.
const HURRY: &str = "SET LOCAL lock_timeout = '500ms'";

pub type Answered = Result<StoredAnswer, LiftError>;

/// Records lifts of different lifters in one transaction: the lifts themselves, personal bests, energies, ranks, history,
/// points and standings. A request that comes again with its key gets the answer that it got. There is no answer for whom
/// nobody could take hold of, and nothing is written for whose request is no longer wanted.
///
/// Two journeys to the database: one takes hold of the lifters and reads, one writes and commits; where somebody is passed
/// a third between them asks for names.
pub async fn record(
    recording: &Recording,
    sent: &[&Sent],
    others: Others,
    is_wanted: &dyn Fn(UserId) -> bool,
) -> Result<HashMap<UserId, Answered>, DatabaseError> {
    let Recording { db, live, catalogue } = recording;
    let db = &db.connection().await?;
    Held::prepare(db).await?;
    db.prepare(&Repeatable::STATEMENTS).await?;
    db.prepare(&[HURRY]).await?;

    let mut answers = HashMap::with_capacity(sent.len());
    let mut done = Vec::with_capacity(sent.len());
    for sent in sent {
        match catalogue.find(&sent.exercise_id) {
            Some(exercise) => done.push((*sent, [Done { exercise, new: sent.new.clone() }])),
            None => drop(answers.insert(sent.user, Err(LiftError::UnknownExercise))),
        }
    }
    let sessions: Vec<_> = done.iter().map(|(sent, done)| (sent.user, done.as_slice())).collect();
    let asked: Vec<_> = done.iter().map(|(sent, _)| (sent.user, &sent.repeatable)).collect();
    let hurrying = async {
        match others {
            Others::Wait => Ok(0),
            Others::LeaveOut => db.execute(HURRY, &[]).await,
        }
    };
    let reading = try_join3(hurrying, Held::read_all(db, &sessions, others), Repeatable::recall_all(db, &asked));
    let (transaction, (_, mut held, mut recalled)) = db.begin_with(reading).await?;

    let (mut new, mut judging) = (Vec::new(), Vec::new());
    for (sent, done) in &done {
        let Some(held) = held.remove(&sent.user) else { continue };
        match sent.repeatable.check(recalled.remove(&sent.user)) {
            Ok(None) => {
                new.push(*sent);
                judging.push((held, done.as_slice()));
            }
            Ok(Some(answer)) => drop(answers.insert(sent.user, Ok(answer))),
            Err(error) => drop(answers.insert(sent.user, Err(error.into()))),
        }
    }
    if new.is_empty() {
        transaction.roll_back().await?;
        return Ok(answers);
    }
    let sessions = Session::judge_all(db, live, catalogue, judging).await?;
    let answer = |sent: &Sent, session| match is_wanted(sent.user) {
        true => answer(sent, session, catalogue),
        false => Err(DatabaseError::Unavailable("the request was given up".into()).into()),
    };
    let made: Vec<_> = new.iter().zip(&sessions).map(|(sent, session)| answer(sent, session)).collect();
    write(db, live, transaction, &new, &sessions, &made).await?;
    answers.extend(new.iter().map(|sent| sent.user).zip(made));
    Ok(answers)
}

/// Writes those that have an answer, and commits.
async fn write(
    db: &Connection,
    live: &Live,
    transaction: crate::platform::Transaction<'_>,
    sent: &[&Sent],
    sessions: &[Session],
    answers: &[Answered],
) -> Result<(), DatabaseError> {
    let answered =
        || sent.iter().zip(sessions).zip(answers).filter_map(|(both, answer)| Some((both, answer.as_ref().ok()?)));
    let sessions: Vec<_> = answered().map(|((_, session), _)| session).collect();
    let repeatable: Vec<_> = answered().map(|((sent, _), answer)| (sent.user, &sent.repeatable, answer)).collect();
    let writing = try_join(Session::write_all(db, &sessions), Repeatable::remember_all(db, &repeatable));
    let (changes, ()) = transaction.commit_with(writing).await?;
    for (session, change) in sessions.iter().zip(changes) {
        session.apply(live, change);
    }
    Ok(())
}

fn answer(sent: &Sent, session: &Session, catalogue: &Catalogue) -> Answered {
    let recorded = Recorded::of(session).ok_or(LiftError::Gone)?;
    let body = (sent.answer)(&recorded, catalogue).map_err(LiftError::Unwritable)?;
    Ok(StoredAnswer { status: 200, body })
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
