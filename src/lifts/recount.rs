//! What follows from a lifter's lifts, made anew after one of them was changed, taken away or judged.
//!
//! A new lift needs no history: it is compared with the best ([`super::record`]). A lift that goes leaves the place to one
//! that nobody remembers, so here all lifts are read.
//!
//! The history of bests names no lift that is gone: with a lift that is deleted or voided its event goes. Whatever was best
//! before has its own event already, and nobody is told of it a second time: not by a removal, nor by a lift that comes back
//! to where it was. A lift that becomes the best by being edited, accepted or restored is an event as a new one would be.

use super::store;
use crate::boards;
use crate::catalogue::Catalogue;
use crate::energy;
use crate::platform::{Connection, DatabaseError, UserId};
use crate::progress;

/// Brings personal bests, their events, what they paid, energy and standings to what the lifts give. The caller holds the lifter's row.
pub async fn recount(db: &Connection, catalogue: &Catalogue, user: UserId) -> Result<(), DatabaseError> {
    store::bests::refresh_personal_bests(db, user).await?;
    store::bests::delete_hollow_events(db, user).await?;
    progress::recount(db, user).await?;
    energy::recompute(db, user).await?;
    boards::recount(db, catalogue, user).await
}
