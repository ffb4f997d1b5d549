//! Lifters who are held until the transaction ends, with all that their lifts are judged against.

use std::collections::HashMap;

use futures_util::future::try_join3;

use super::store::holding::{Asked, HOLDING, Others, Weights, list_bests, lock_lifters};
use super::store::recording::RECORDING;
use super::{Best, LockedLifter, NewLift};
use crate::boards::{self, Standing};
use crate::catalogue::Exercise;
use crate::platform::{Connection, DatabaseError, UserId};
use crate::strength::standards::CoreLift;
use crate::{energy, progress};

/// A lift that was done.
pub struct Done<'a> {
    pub exercise: &'a Exercise,
    pub new: NewLift,
}

/// A lifter who is held.
pub struct Held {
    pub lifter: LockedLifter,
    pub(super) weights: Weights,
    pub(super) bests: Vec<Best>,
    pub(super) standings: Vec<Standing>,
}

impl Held {
    /// The statements of reading and writing, to be prepared before they are sent together.
    pub async fn prepare(db: &Connection) -> Result<(), DatabaseError> {
        db.prepare(&HOLDING).await?;
        db.prepare(&RECORDING).await?;
        db.prepare(&boards::PASSED).await?;
        db.prepare(&boards::WRITING).await?;
        db.prepare(&[boards::LIST_STANDINGS, boards::CIRCLE_RISES, boards::KEEP_RISES]).await?;
        db.prepare(&[energy::SET_ENERGIES, progress::AWARD_LIFTS]).await
    }

    /// Takes hold of a lifter until the transaction ends, waiting for whoever does; none when there is none.
    pub async fn read(db: &Connection, user: UserId, done: &[Done<'_>]) -> Result<Option<Self>, DatabaseError> {
        Ok(Self::read_all(db, &[(user, done)], Others::Wait).await?.remove(&user))
    }

    /// Takes hold of different lifters. Each statement sees what was committed when it begins, so the bests are read as they
    /// are once the lifters are held.
    pub async fn read_all(
        db: &Connection,
        sessions: &[(UserId, &[Done<'_>])],
        others: Others,
    ) -> Result<HashMap<UserId, Self>, DatabaseError> {
        let users: Vec<_> = sessions.iter().map(|(user, _)| *user).collect();
        let asked: Vec<_> = sessions.iter().map(|(user, done)| Asked::to_record(*user, done)).collect();
        let all: Vec<_> = asked.iter().flat_map(|asked| asked.exercises.iter().copied()).collect();
        let (lifters, mut bests, mut standings) = try_join3(
            lock_lifters(db, &asked, others),
            list_bests(db, &users, &all),
            boards::list_standings(db, &users),
        )
        .await?;
        let held = lifters.into_iter().map(|(lifter, weights)| {
            let bests = bests.remove(&lifter.id).unwrap_or_default();
            let standings = standings.remove(&lifter.id).unwrap_or_default();
            (lifter.id, Self { lifter, weights, bests, standings })
        });
        Ok(held.collect())
    }
}

impl<'a> Asked<'a> {
    fn to_record(user: UserId, done: &'a [Done<'_>]) -> Self {
        let mut exercises: Vec<&str> = CoreLift::ALL.map(CoreLift::exercise_id).to_vec();
        exercises.extend(done.iter().map(|done| done.exercise.id.as_str()));
        let at = done.first().and_then(|done| done.new.performed_at);
        Self { user, exercises, at, lifts: done.len() }
    }
}
