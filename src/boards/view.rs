//! A list as it is asked of: held in memory, or made for a filter.

use std::sync::Arc;

use uuid::Uuid;

use super::filter::Filter;
use super::filtered::Filtered;
use super::live::Live;
use super::memory::List;
use super::ranks::{Tally, tally};
use super::store::pages::{self, From, ListRow, Ordered};
use super::store::{lifters, lists};
use crate::catalogue::Catalogue;
use crate::platform::{Database, DatabaseError};
use crate::strength::ScoredAs;

/// Where a lists of lists come from.
pub struct Sources<'a> {
    pub db: &'a Database,
    pub live: &'a Live,
    pub filtered: &'a Filtered,
    pub catalogue: &'a Catalogue,
}

pub enum View {
    Held(List),
    Made(Arc<Vec<Ordered>>),
}

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

impl View {
    pub async fn of(sources: &Sources<'_>, filter: &Filter) -> Result<Self, DatabaseError> {
        match filter.list() {
            Some(list) => Ok(Self::Held(list)),
            None => Ok(Self::Made(sources.filtered.rows(sources.db, sources.catalogue, filter).await?)),
        }
    }

    /// Changes whenever a page of it may; none where that is not known.
    pub fn version(&self, live: &Live) -> Option<u64> {
        match self {
            Self::Held(list) => live.look().memory()?.counted(*list).map(|counted| counted.version),
            Self::Made(_) => None,
        }
    }

    pub async fn total(&self, sources: &Sources<'_>) -> Result<u32, DatabaseError> {
        Ok(self.tally(sources, 0).await?.total)
    }

    pub async fn tally(&self, sources: &Sources<'_>, value: u32) -> Result<Tally, DatabaseError> {
        match self {
            Self::Held(list) => {
                if let Some(memory) = sources.live.look().memory() {
                    return Ok(Tally::of(memory, *list, value));
                }
                tally(&sources.db.connection().await?, sources.live, *list, value).await
            }
            Self::Made(rows) => {
                let above = rows.partition_point(|row| row.value > value);
                let up_to = rows.partition_point(|row| row.value >= value);
                Ok(Tally { above: above as u32, equal: (up_to - above) as u32, total: rows.len() as u32 })
            }
        }
    }

    /// Where a lifter stands; none on it, or not listed at all.
    pub async fn standpoint(&self, sources: &Sources<'_>, user: Uuid) -> Result<Option<Standpoint>, DatabaseError> {
        match self {
            Self::Held(list) => {
                if let Some(memory) = sources.live.look().memory() {
                    let Some(cell) = memory.cell(user, *list) else { return Ok(None) };
                    let (value, sex) = (cell.value(), cell.sex());
                    let counts = memory.counted(*list).map(|counted| &counted.counts);
                    let next = counts.and_then(|counts| counts.next_above(value));
                    let next = next.map(|next| (next, counts.map_or(0, |counts| counts.above(next)) + 1));
                    let shows_points = memory.find(user).is_some_and(|seen| seen.shows_points);
                    return Ok(Some(Standpoint {
                        value,
                        tally: Tally::of(memory, *list, value),
                        next,
                        shows_points,
                        sex,
                    }));
                }
                self.standpoint_in_database(sources, *list, user).await
            }
            Self::Made(rows) => {
                let Some(row) = rows.iter().find(|row| row.user == user) else { return Ok(None) };
                let tally = self.tally(sources, row.value).await?;
                let next = (tally.above as usize).checked_sub(1).map(|place| rows[place].value);
                let next = next.map(|next| (next, rows.partition_point(|row| row.value > next) as u32 + 1));
                let (value, shows_points) = (row.value, row.shows_points);
                Ok(Some(Standpoint { value, tally, next, shows_points, sex: None }))
            }
        }
    }

    async fn standpoint_in_database(
        &self,
        sources: &Sources<'_>,
        list: List,
        user: Uuid,
    ) -> Result<Option<Standpoint>, DatabaseError> {
        let db = sources.db.connection().await?;
        let Some(value) = lists::find_value(&db, list, user).await? else { return Ok(None) };
        let next = match lists::next_above(&db, list, value).await? {
            Some(next) => Some((next, lists::tally(&db, list, next).await?.above + 1)),
            None => None,
        };
        let shows_points = lifters::shows_points(&db, user).await?;
        let tally = lists::tally(&db, list, value).await?;
        let sex = lists::find_mark(&db, list, user).await?.and_then(|(sex, _)| sex);
        Ok(Some(Standpoint { value, tally, next, shows_points, sex }))
    }

    /// How many are before a lifter, equals included.
    pub async fn place_of(&self, sources: &Sources<'_>, user: Uuid) -> Result<Option<u32>, DatabaseError> {
        match self {
            Self::Held(list) => {
                let Some(stands) = self.standpoint(sources, user).await? else { return Ok(None) };
                let before = lists::count_equals_before(&sources.db.connection().await?, *list, user).await?;
                Ok(Some(stands.tally.above + before as u32))
            }
            Self::Made(rows) => Ok(rows.iter().position(|row| row.user == user).map(|place| place as u32)),
        }
    }

    /// Rows from a place on.
    pub async fn rows(&self, sources: &Sources<'_>, start: Start, limit: usize) -> Result<Vec<ListRow>, DatabaseError> {
        match (self, start) {
            (Self::Held(list), Start::Behind(row)) => {
                pages::list_page(&sources.db.connection().await?, *list, &row, limit).await
            }
            (Self::Held(list), Start::Place(place)) => {
                let known = sources.live.look().memory().map(|memory| {
                    let counts = &memory.counted(*list)?.counts;
                    let value = counts.at(place)?;
                    Some(From::Value { value, skip: i64::from(place - counts.above(value)) })
                });
                let from = match known {
                    Some(Some(from)) => from,
                    Some(None) => return Ok(Vec::new()),
                    None => From::Value { value: i32::MAX as u32, skip: i64::from(place) },
                };
                pages::list_page(&*sources.db.reader().await?, *list, &from, limit).await
            }
            (Self::Made(rows), Start::Place(place)) => {
                let rows = rows.iter().skip(place as usize).take(limit).copied().collect::<Vec<_>>();
                pages::list_rows(&sources.db.connection().await?, &rows).await
            }
            (Self::Made(_), Start::Behind(_)) => Ok(Vec::new()),
        }
    }
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With so many before it.
    Place(u32),
    Behind(From),
}
