//! Energy: one number for every lifter, kept equal to what their best lifts and their profile give.
//!
//! Invariant: `users.energy` and `users.rank` are what [`crate::strength::energy`] gives for the personal bests in
//! squat, bench press and deadlift, the body weight, the unit and the scoring of that user. Whoever changes one of
//! these calls [`recompute`] in the same transaction, while holding the user's row.

mod api;
pub mod bulk;
mod store;

pub use api::{EnergyCuts, routes};
pub use store::SET_ENERGIES;

use jiff::Timestamp;
use uuid::Uuid;

use crate::boards::{self, Candidate};
use crate::platform::{Connection, DatabaseError, UserId};
use crate::strength::energy::{self, Energy, Lifter};

/// Brings a user's energy up to date and, if it changed, notes that in the history. The caller holds the user's row.
pub async fn recompute(db: &Connection, user: UserId) -> Result<(), DatabaseError> {
    let Some((lifter, birth_year)) = store::find_lifter(db, user).await? else { return Ok(()) };
    let energy = energy::energy(&lifter);
    set(db, &[(user, energy)]).await?;
    boards::set_energy(db, user, standing(energy, &lifter, birth_year)).await
}

/// What of some lifters' energies differs from what their bests give.
pub async fn check(db: &Connection, users: &[Uuid]) -> Result<Vec<(Uuid, String)>, DatabaseError> {
    let kept = store::list_energies(db, users).await?;
    let wrong = kept.into_iter().filter_map(|(user, kept, rank, lifter)| {
        let right = energy::energy(&lifter);
        let differs = kept != right.value || rank != right.rank_name();
        let why = format!("has energy {kept} ({rank}), should have {} ({})", right.value, right.rank_name());
        differs.then_some((user, why))
    });
    Ok(wrong.collect())
}

/// With what an energy stands on its board.
pub fn standing(energy: Energy, lifter: &Lifter, birth_year: Option<i16>) -> Option<Candidate> {
    boards::qualify::energy(energy.value, lifter.scored_as, lifter.bodyweight_kg, birth_year, Timestamp::now())
}

/// Writes energies that the caller computed from what it has just read under the users' locks.
pub async fn set(db: &Connection, energies: &[(UserId, Energy)]) -> Result<(), DatabaseError> {
    match energies {
        [] => Ok(()),
        energies => store::set_energies(db, energies).await.map(|_| ()),
    }
}
