//! Where a lifter stands on a list, and what the next place up takes.

use uuid::Uuid;

use super::memory::{List, Memory};
use super::ranks::Tally;
use super::store::pages::Ordered;
use super::store::{lifters, lists};
use crate::platform::{Database, DatabaseError, UserId};
use crate::strength::ScoredAs;

/// Where somebody stands.
#[derive(Debug, Clone, Copy)]
pub struct Standpoint {
    pub value: u32,
    pub tally: Tally,
    /// The least greater value, and the rank of whoever has it.
    pub next: Option<(u32, u32)>,
    /// Whether others may see it where it tells a body weight.
    pub shows_points: bool,
    /// Whose constants scored the lift, where that is known.
    pub sex: Option<ScoredAs>,
}

impl Standpoint {
    pub fn in_memory(memory: &Memory, list: List, user: Uuid) -> Option<Self> {
        let seen = memory.find(user)?;
        let cell = seen.cell(list)?;
        let counts = &memory.counted(list)?.counts;
        let (value, sex) = (cell.value(), cell.sex());
        let next = counts.next_above(value).map(|next| (next, counts.above(next) + 1));
        Some(Self { value, tally: Tally::among(counts, value), next, shows_points: seen.shows_points, sex })
    }

    /// The same as SQL gives it, while the boards are being built.
    pub async fn in_database(db: &Database, list: List, user: Uuid) -> Result<Option<Self>, DatabaseError> {
        let db = db.connection().await?;
        let Some(value) = lists::find_value(&db, list, user).await? else { return Ok(None) };
        let next = match lists::next_above(&db, list, value).await? {
            Some(next) => Some((next, lists::tally(&db, list, next).await?.above + 1)),
            None => None,
        };
        let shows_points = lifters::shows_points(&db, user).await?;
        let tally = lists::tally(&db, list, value).await?;
        let sex = lists::find_mark(&db, list, user).await?.and_then(|(sex, _)| sex);
        Ok(Some(Self { value, tally, next, shows_points, sex }))
    }

    /// On a list that was made; whoever has hidden since is not on it.
    pub async fn among(db: &Database, rows: &[Ordered], user: Uuid) -> Result<Option<Self>, DatabaseError> {
        let Some(row) = rows.iter().find(|row| row.user == user) else { return Ok(None) };
        let shown = lifters::find_shown(&*db.reader().await?, UserId(user)).await?;
        let Some(shown) = shown.filter(|shown| shown.is_listed) else { return Ok(None) };
        let tally = Tally::of_rows(rows, row.value);
        let next = (tally.above as usize).checked_sub(1).map(|place| rows[place].value);
        let next = next.map(|next| (next, Tally::of_rows(rows, next).rank()));
        Ok(Some(Self { value: row.value, tally, next, shows_points: shown.shows_points, sex: None }))
    }
}
