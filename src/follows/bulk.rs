//! Made-up edges between made-up members.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};
use uuid::Uuid;

use crate::platform::bulk::Copy;

/// So many of the first are known to many.
const KNOWN: usize = 50;

/// Lets each of these members follow up to six others: near ones, and the first few, whom many know.
pub async fn insert(db: &Client, members: &[Uuid], today: Timestamp) -> Result<u64, Error> {
    let types = [Type::UUID, Type::UUID, Type::TIMESTAMPTZ];
    let mut copy = Copy::into(db, "follows (follower_id, followee_id, created_at)", &types).await?;
    for (place, member) in members.iter().enumerate() {
        let at = today - SignedDuration::from_hours((place % 2000) as i64);
        for other in followed(place, members.len()) {
            copy.row(&[member, &members[other], &at]).await?;
        }
    }
    copy.finish().await
}

/// The places of those whom the member of a place follows.
fn followed(place: usize, number: usize) -> BTreeSet<usize> {
    let near = (1..=4).map(|step| (step, (place + step * step * 7) % number));
    let known = (5..=6).map(|step| (step, (place * 31 + step) % number.min(KNOWN)));
    let chosen = near.chain(known).filter(|(step, other)| !(place + step).is_multiple_of(3) && *other != place);
    chosen.map(|(_, other)| other).collect()
}
