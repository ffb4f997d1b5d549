//! The boards of a running process: the memory, and its being kept equal to the database.
//!
//! Each change of a lifter's standings has a number, taken while the lifter's row is held: so of two changes of one lifter
//! the one with the greater number is the later, whichever is heard of first. A process that made a change applies it at
//! once; what others made it reads every [`feed::PAUSE`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::cell::cells;
use super::memory::Memory;
use super::standing::Standing;
use super::store::{LifterRow, Shown};
use crate::platform::UserId;

/// How long a request waits for the boards to have heard of what it did.
const PATIENCE: Duration = Duration::from_secs(1);
/// So many changes are remembered, to tell a late one from a new one: minutes of the heaviest load.
const REMEMBERED: usize = 200_000;

#[derive(Default)]
struct Kept {
    /// None until it has been built, and while it is being built anew.
    memory: Option<Memory>,
    /// The number of the last change of each lifter that changed lately.
    known: HashMap<Uuid, i64>,
}

pub struct Live {
    kept: RwLock<Kept>,
    pub(super) wake: Notify,
    began: AtomicU64,
    done: watch::Sender<u64>,
    since: Instant,
    /// When the feed was last read to its end, in milliseconds since then.
    read_at: AtomicU64,
    pub(super) drift: AtomicU64,
    pub(super) builds: AtomicU64,
    pub(super) build_ms: AtomicU64,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            kept: RwLock::default(),
            wake: Notify::new(),
            began: AtomicU64::new(0),
            done: watch::Sender::new(0),
            since: Instant::now(),
            read_at: AtomicU64::new(0),
            drift: AtomicU64::new(0),
            builds: AtomicU64::new(0),
            build_ms: AtomicU64::new(0),
        }
    }
}

/// The memory, while somebody looks at it.
pub struct Look<'a>(RwLockReadGuard<'a, Kept>);

impl Look<'_> {
    /// None while it is being built.
    pub fn memory(&self) -> Option<&Memory> {
        self.0.memory.as_ref()
    }
}

impl Live {
    pub fn look(&self) -> Look<'_> {
        Look(self.kept.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn kept(&self) -> RwLockWriteGuard<'_, Kept> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a change that this process has just committed.
    pub fn apply(&self, user: UserId, change: i64, shown: Shown, standings: &[Standing]) {
        self.enter([(change, LifterRow { user: user.0, shown, cells: cells(standings) })]);
    }

    /// Enters what was read; what is older than what is known is left.
    pub(super) fn enter(&self, changes: impl IntoIterator<Item = (i64, LifterRow)>) {
        let mut kept = self.kept();
        let Kept { memory, known } = &mut *kept;
        for (change, lifter) in changes {
            let last = known.entry(lifter.user).or_insert(change);
            if *last > change {
                continue;
            }
            *last = change;
            if let Some(memory) = memory {
                let listed: &[_] = if lifter.shown.is_listed { &lifter.cells } else { &[] };
                memory.set(lifter.user, listed, lifter.shown.shows_points);
            }
        }
        if known.len() > REMEMBERED {
            let newest = known.values().max().copied().unwrap_or(0);
            known.retain(|_, change| *change > newest - REMEMBERED as i64 / 2);
        }
    }

    /// Puts a memory that was just read in the place of the one before. What was applied meanwhile comes again with the feed.
    pub(super) fn replace(&self, memory: Option<Memory>) {
        let mut kept = self.kept();
        kept.known.clear();
        kept.memory = memory;
    }

    /// Waits until everything that has been committed by now stands on the boards of this process. Without a database
    /// to be heard from it gives up after a second: the boards catch up when there is one.
    pub async fn catch_up(&self) {
        let mut done = self.done.subscribe();
        let reading = self.began.load(Ordering::Acquire);
        self.wake.notify_one();
        let _ = tokio::time::timeout(PATIENCE, done.wait_for(|number| *number > reading)).await;
    }

    pub(super) fn begin_reading(&self) -> u64 {
        self.began.fetch_add(1, Ordering::AcqRel) + 1
    }

    pub(super) fn end_reading(&self, number: u64) {
        self.read_at.store(self.since.elapsed().as_millis() as u64, Ordering::Relaxed);
        self.done.send_replace(number);
    }

    /// Seconds since the feed was last read to its end.
    pub fn lag(&self) -> f64 {
        let now = self.since.elapsed().as_millis() as u64;
        now.saturating_sub(self.read_at.load(Ordering::Relaxed)) as f64 / 1000.0
    }
}
