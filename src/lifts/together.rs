//! Lifts that come at the same time are recorded together.
//!
//! A transaction costs as much for one lift as for several: so while one is under way, the lifts that come meanwhile wait for
//! the next. Whoever comes alone waits for nobody. One that fails takes no other with it: PostgreSQL has undone all of them,
//! and each is recorded by itself.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use actix_web::web::Data;
use tokio::sync::oneshot;

use super::LiftError;
use super::record::{Answered, Recording, Sent, record};
use super::store::holding::Others;
use crate::platform::DatabaseError;
use crate::platform::idempotency::StoredAnswer;

/// So many are recorded in one transaction.
const MOST: usize = 32;

/// The lifts that wait on a worker.
pub struct Together {
    recording: Recording,
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
    let (outcome, decided) = oneshot::channel();
    together.waiting.borrow_mut().push_back(Waiting { sent, outcome });
    if !together.is_recording.replace(true) {
        actix_web::rt::spawn(Turns(together.clone()).run());
    }
    match decided.await {
        Ok(Outcome::Answered(answered)) => answered,
        // Here it may wait for whoever holds the lifter: nobody waits behind it, and it ends with its request.
        Ok(Outcome::ByItself(sent)) => {
            let mut answers = record(&together.recording, &[&sent], Others::Wait).await?;
            answers.remove(&sent.user).unwrap_or(Err(LiftError::Gone))
        }
        Err(_) => Err(DatabaseError::Unavailable("recording was broken off".into()).into()),
    }
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
            record_together(&self.0.recording, together).await;
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
    pub fn of_worker(recording: Recording) -> Self {
        Self { recording, waiting: RefCell::default(), is_recording: Cell::default() }
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

async fn record_together(recording: &Recording, together: Vec<Waiting>) {
    let sent: Vec<_> = together.iter().map(|waiting| &waiting.sent).collect();
    let mut answers = HashMap::new();
    match record(recording, &sent, Others::LeaveOut).await {
        Ok(recorded) => answers = recorded,
        Err(error) if together.len() > 1 && error.is_of_a_statement() => {}
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
