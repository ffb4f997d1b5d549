//! Lifts that come at the same time are recorded together.
//!
//! A transaction costs as much for one lift as for several: so while one is under way, the lifts that come meanwhile wait for
//! the next. Whoever comes alone waits for nobody. One that fails takes no other with it: PostgreSQL has undone all of them,
//! and each is recorded by itself.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use futures_util::FutureExt;
use tokio::sync::oneshot;

use super::LiftError;
use super::record::{Answered, Recording, Sent, record};
use super::store::holding::Others;
use crate::platform::idempotency::StoredAnswer;
use crate::platform::{DatabaseError, UserId};

/// So many are recorded in one transaction.
const MOST: usize = 32;

/// The lifts that wait on a worker.
pub struct Together {
    recording: Recording,
    /// As long as a request may take.
    time_limit: Duration,
    waiting: RefCell<VecDeque<Waiting>>,
    is_recording: Cell<bool>,
}

struct Waiting {
    sent: Sent,
    outcome: oneshot::Sender<Outcome>,
}

enum Outcome {
    Answered(Answered),
    /// Not recorded: somebody else holds the lifter, or another's lift was refused.
    ByItself(Sent),
}

/// Records a lift, alone or with others that come at the same time.
pub async fn record_lift(together: &Data<Together>, sent: Sent) -> Result<StoredAnswer, LiftError> {
    // While the boards are built, the database is asked for every place: then others would wait for it.
    if together.recording.live.look().memory().is_none() {
        return record_by_itself(&together.recording, &sent).await;
    }
    let (outcome, decided) = oneshot::channel();
    together.waiting.borrow_mut().push_back(Waiting { sent, outcome });
    if !together.is_recording.replace(true) {
        actix_web::rt::spawn(Turns(together.clone()).run());
    }
    match decided.await {
        Ok(Outcome::Answered(answered)) => answered,
        // Here it may wait for whoever holds the lifter: nobody waits behind it, and it ends with its request.
        Ok(Outcome::ByItself(sent)) => record_by_itself(&together.recording, &sent).await,
        Err(_) => Err(DatabaseError::Unavailable("recording was broken off".into()).into()),
    }
}

async fn record_by_itself(recording: &Recording, sent: &Sent) -> Answered {
    let mut answers = record(recording, &[sent], Others::Wait, &|_| true).await?;
    answers.remove(&sent.user).unwrap_or(Err(LiftError::Gone))
}

/// One transaction after the other, for as long as lifts wait.
struct Turns(Data<Together>);

impl Turns {
    async fn run(self) {
        loop {
            let together = self.0.take();
            if together.is_empty() {
                return;
            }
            // A panic is told to those of its turn alone.
            let _ = AssertUnwindSafe(record_together(&self.0, together)).catch_unwind().await;
        }
    }
}

/// However it ended.
impl Drop for Turns {
    fn drop(&mut self) {
        self.0.is_recording.set(false);
    }
}

impl Together {
    /// To be called on the worker's own thread.
    pub fn of_worker(recording: Recording, time_limit: Duration) -> Self {
        Self { recording, time_limit, waiting: RefCell::default(), is_recording: Cell::default() }
    }

    /// Those that waited longest, of each lifter one. Whose request was given up meanwhile is forgotten.
    fn take(&self) -> Vec<Waiting> {
        let mut waiting = self.waiting.borrow_mut();
        let (mut taken, mut left, mut lifters) = (Vec::new(), VecDeque::new(), HashSet::new());
        for next in waiting.drain(..).filter(|waiting| !waiting.outcome.is_closed()) {
            match taken.len() < MOST && lifters.insert(next.sent.user) {
                true => taken.push(next),
                false => left.push_back(next),
            }
        }
        *waiting = left;
        taken
    }
}

async fn record_together(Together { recording, time_limit, .. }: &Together, together: Vec<Waiting>) {
    let sent: Vec<_> = together.iter().map(|waiting| &waiting.sent).collect();
    let is_wanted = |user: UserId| together.iter().any(|one| one.sent.user == user && !one.outcome.is_closed());
    let recording = record(recording, &sent, Others::LeaveOut, &is_wanted);
    // A connection that is dead says so after minutes.
    let recorded = tokio::time::timeout(*time_limit, recording).await;
    let mut answers = HashMap::new();
    match recorded.unwrap_or_else(|_| Err(DatabaseError::Unavailable("no answer in time".into()))) {
        Ok(recorded) => answers = recorded,
        Err(error) if error.is_of_a_statement() => {}
        Err(error) => {
            let error = Arc::new(error);
            let failed = |sent: &&Sent| (sent.user, Err(DatabaseError::from(error.clone()).into()));
            answers.extend(sent.iter().map(failed));
        }
    }
    for Waiting { sent, outcome } in together {
        let _ = outcome.send(match answers.remove(&sent.user) {
            Some(answered) => Outcome::Answered(answered),
            None => Outcome::ByItself(sent),
        });
    }
}
