//! Boards: where everybody stands, exactly and at once.
//!
//! Truth is PostgreSQL: `lifts` and `users.energy`. From them follow the `standings` ([`standing`]), written in the same
//! transaction by whoever changes a lift or an energy and holds the lifter's row. Every process holds them in memory
//! ([`memory`]) as counts ([`counting`]) and keeps that equal to the database ([`feed`]): a rank is a sum of counts.

mod api;
mod arena;
pub mod bulk;
mod cell;
pub mod check;
pub mod counting;
mod curve;
mod feed;
mod figures;
mod filter;
mod filtered;
mod live;
mod memory;
pub mod qualify;
mod ranks;
pub mod rises;
mod scope;
mod standing;
mod standpoint;
mod store;
mod view;

pub use api::{at_once, at_once_for_strangers, first_route, routes};
pub use feed::follow;
pub use figures::BoardFigures;
pub use live::Live;
pub use memory::List;
pub use qualify::{BoardLift, Doubt};
pub use ranks::{RankChange, Ranks};
pub use scope::{Basis, Board, Scope};
pub use standing::{Candidate, Standing};
pub use store::passing::PASSED;
pub use store::rises::{CIRCLE_RISES, KEEP_RISES, Rise, keep_rises};
pub use store::writing::{WRITING, write};
pub use store::{LIST_STANDINGS, Shown, list_standings, list_standings_of};
pub use view::{Boards, Kept};

use crate::catalogue::Catalogue;
use crate::platform::{Connection, DatabaseError, UserId};
use standing::stand;

/// With what a lifter stands and will stand, while the lifter's row is held.
pub struct Plan {
    pub user: UserId,
    pub shown: Shown,
    pub old: Vec<Standing>,
    pub new: Vec<Standing>,
}

/// What is to become of the energy's standing.
#[derive(Debug, Clone, Copy)]
pub enum Energy {
    Stays,
    Becomes(Option<Candidate>),
}

impl Plan {
    /// One more lift, or another energy, or both.
    pub fn with(
        user: UserId,
        shown: Shown,
        old: Vec<Standing>,
        lift: impl IntoIterator<Item = Candidate>,
        energy: Energy,
    ) -> Self {
        let stays = |candidate: &Candidate| candidate.board != Board::ENERGY || matches!(energy, Energy::Stays);
        let before = old.iter().filter_map(Standing::candidate).filter(stays);
        let energy = match energy {
            Energy::Becomes(energy) => energy.map(|energy| dated(&old, energy)),
            Energy::Stays => None,
        };
        let new = stand(before.chain(lift).chain(energy));
        Self { user, shown, old, new }
    }

    /// All lifts anew; the energy stays as it is.
    fn anew(user: UserId, shown: Shown, old: Vec<Standing>, lifts: impl IntoIterator<Item = Candidate>) -> Self {
        let energy = old.iter().filter(|standing| standing.board == Board::ENERGY).filter_map(Standing::candidate);
        let new = stand(lifts.into_iter().chain(energy));
        Self { user, shown, old, new }
    }

    /// Writes what differs and gives the change's number; none where nothing does.
    pub async fn write(&self, db: &Connection) -> Result<Option<i64>, DatabaseError> {
        Ok(store::writing::write(db, &[self]).await?.into_iter().next().flatten())
    }
}

/// An energy that is the same as before is as old as before.
fn dated(old: &[Standing], mut energy: Candidate) -> Candidate {
    if let Some(known) = old.iter().find(|known| known.board == Board::ENERGY && known.mark.value == energy.mark.value)
    {
        energy.mark.at = known.mark.at;
    }
    energy
}

/// Takes hold of a lifter until the transaction ends, with what the lifter stands; none when there is none.
pub async fn hold(db: &Connection, user: UserId) -> Result<Option<(Shown, Vec<Standing>)>, DatabaseError> {
    let Some(shown) = store::lock_user(db, user).await? else { return Ok(None) };
    Ok(Some((shown, list_standings_of(db, user).await?)))
}

/// Makes an energy stand; the caller holds the lifter's row.
pub async fn set_energy(db: &Connection, user: UserId, energy: Option<Candidate>) -> Result<(), DatabaseError> {
    let Some((shown, old)) = hold(db, user).await? else { return Ok(()) };
    Plan::with(user, shown, old, None, Energy::Becomes(energy)).write(db).await.map(|_| ())
}

/// Makes a lifter stand with all lifts that may stand, after some were changed, taken away or judged. The caller holds the
/// lifter's row.
pub async fn recount(db: &Connection, catalogue: &Catalogue, user: UserId) -> Result<(), DatabaseError> {
    let Some((shown, old)) = hold(db, user).await? else { return Ok(()) };
    let lifts = store::truth::list_candidates(db, catalogue, user).await?;
    Plan::anew(user, shown, old, lifts).write(db).await.map(|_| ())
}

/// The energy of whoever has `offset` others before them, and how many of those have the same; behind everybody who has
/// any energy, 0 and how many of those. None while the boards are being built.
pub fn energy_at(live: &Live, offset: i64) -> Option<(u32, u32)> {
    let list = List { board: Board::ENERGY, basis: Basis::Single, scope: Scope::All };
    let look = live.look();
    let counts = &look.memory()?.counted(list)?.counts;
    let place = u32::try_from(offset).unwrap_or(u32::MAX);
    // Behind them are those who have none yet.
    let behind = || (0, place - counts.total());
    Some(counts.at(place).map_or_else(behind, |value| (value, place - counts.above(value))))
}

/// Takes somebody who is being deleted out of what is kept of others.
pub async fn forget(db: &Connection, user: UserId) -> Result<(), DatabaseError> {
    store::rises::forget_passed(db, user).await.map(|_| ())
}
