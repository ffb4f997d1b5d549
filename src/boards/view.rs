//! A list as it is asked of: held in memory, or made for a filter.

use std::sync::Arc;

use actix_web::web::Data;
use uuid::Uuid;

use super::api::PageCache;
use super::filter::Filter;
use super::filtered::Filtered;
use super::live::Live;
use super::memory::{List, Memory};
use super::ranks::{Tally, tally};
use super::store::pages::{self, After, From, ListRow, Mark, Ordered};
use super::store::{lifters, lists};
use crate::catalogue::Catalogue;
use crate::platform::cuts::{Cuts, EVERY};
use crate::platform::{Database, DatabaseError};
use crate::strength::ScoredAs;

/// The boards as a handler asks them.
pub struct Boards {
    pub db: Data<Database>,
    pub live: Data<Live>,
    pub catalogue: Data<Catalogue>,
    pub kept: Arc<Kept>,
}

/// What was asked for lately.
#[derive(Default)]
pub struct Kept {
    pub pages: PageCache,
    filtered: Filtered,
    cuts: Cuts<(List, u32), Mark>,
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

impl Boards {
    /// Where the row begins that has so many equals of its value before it.
    async fn from(&self, list: List, value: u32, skip: u32) -> Result<From, DatabaseError> {
        let marks = async { pages::list_cuts(&*self.db.reader().await?, list, value, EVERY).await };
        Ok(match self.kept.cuts.find((list, value), skip, marks).await? {
            Some((mark, skip)) => From { after: After::Row(mark), skip: i64::from(skip) },
            None => From { after: After::Greater(value), skip: i64::from(skip) },
        })
    }
}

impl Standpoint {
    fn in_memory(memory: &Memory, list: List, user: Uuid) -> Option<Self> {
        let seen = memory.find(user)?;
        let cell = seen.cell(list)?;
        let counts = &memory.counted(list)?.counts;
        let (value, sex) = (cell.value(), cell.sex());
        let next = counts.next_above(value).map(|next| (next, counts.above(next) + 1));
        Some(Self { value, tally: Tally::among(counts, value), next, shows_points: seen.shows_points, sex })
    }
}

impl View {
    pub async fn of(boards: &Boards, filter: &Filter) -> Result<Self, DatabaseError> {
        match filter.list() {
            Some(list) => Ok(Self::Held(list)),
            None => {
                let made = Box::pin(boards.kept.filtered.rows(&boards.db, &boards.catalogue, filter));
                Ok(Self::Made(made.await?))
            }
        }
    }

    /// Changes whenever a page of it may; none where that is not known.
    pub fn version(&self, boards: &Boards) -> Option<u64> {
        match self {
            Self::Held(list) => boards.live.look().memory()?.counted(*list).map(|counted| counted.version),
            Self::Made(_) => None,
        }
    }

    pub async fn total(&self, boards: &Boards) -> Result<u32, DatabaseError> {
        Ok(self.tally(boards, 0).await?.total)
    }

    pub async fn tally(&self, boards: &Boards, value: u32) -> Result<Tally, DatabaseError> {
        match self {
            Self::Held(list) => {
                if let Some(memory) = boards.live.look().memory() {
                    return Ok(Tally::of(memory, *list, value));
                }
                tally(&boards.db.connection().await?, &boards.live, *list, value).await
            }
            Self::Made(rows) => {
                let above = rows.partition_point(|row| row.value > value);
                let up_to = rows.partition_point(|row| row.value >= value);
                Ok(Tally { above: above as u32, equal: (up_to - above) as u32, total: rows.len() as u32 })
            }
        }
    }

    /// Where a lifter stands; none on it, or not listed at all.
    pub async fn standpoint(&self, boards: &Boards, user: Uuid) -> Result<Option<Standpoint>, DatabaseError> {
        match self {
            Self::Held(list) => {
                if let Some(memory) = boards.live.look().memory() {
                    return Ok(Standpoint::in_memory(memory, *list, user));
                }
                // Boxed: it is seldom, and would make every request as large as itself.
                Box::pin(self.standpoint_in_database(boards, *list, user)).await
            }
            Self::Made(rows) => {
                let Some(row) = rows.iter().find(|row| row.user == user) else { return Ok(None) };
                let tally = self.tally(boards, row.value).await?;
                let next = (tally.above as usize).checked_sub(1).map(|place| rows[place].value);
                let next = next.map(|next| (next, rows.partition_point(|row| row.value > next) as u32 + 1));
                let (value, shows_points) = (row.value, row.shows_points);
                Ok(Some(Standpoint { value, tally, next, shows_points, sex: None }))
            }
        }
    }

    async fn standpoint_in_database(
        &self,
        boards: &Boards,
        list: List,
        user: Uuid,
    ) -> Result<Option<Standpoint>, DatabaseError> {
        let db = boards.db.connection().await?;
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
    pub async fn place_of(&self, boards: &Boards, user: Uuid) -> Result<Option<u32>, DatabaseError> {
        match self {
            Self::Held(list) => {
                let Some(stands) = self.standpoint(boards, user).await? else { return Ok(None) };
                let before = lists::count_equals_before(&boards.db.connection().await?, *list, user).await?;
                Ok(Some(stands.tally.above + before as u32))
            }
            Self::Made(rows) => Ok(rows.iter().position(|row| row.user == user).map(|place| place as u32)),
        }
    }

    /// Rows from a place on.
    pub async fn rows(&self, boards: &Boards, start: Start, limit: usize) -> Result<Vec<ListRow>, DatabaseError> {
        match (self, start) {
            (Self::Held(list), Start::Behind(row)) => {
                let from = From { after: After::Row(row), skip: 0 };
                pages::list_page(&boards.db.connection().await?, *list, &from, limit).await
            }
            (Self::Held(list), Start::Place(place)) => {
                let known = boards.live.look().memory().map(|memory| {
                    let counts = &memory.counted(*list)?.counts;
                    let value = counts.at(place)?;
                    Some((value, place - counts.above(value)))
                });
                let from = match known {
                    Some(Some((value, skip))) => boards.from(*list, value, skip).await?,
                    Some(None) => return Ok(Vec::new()),
                    None => From { after: After::Greater(i32::MAX as u32), skip: i64::from(place) },
                };
                pages::list_page(&*boards.db.reader().await?, *list, &from, limit).await
            }
            (Self::Made(rows), Start::Place(place)) => {
                let rows = rows.iter().skip(place as usize).take(limit).copied().collect::<Vec<_>>();
                pages::list_rows(&boards.db.connection().await?, &rows).await
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
    Behind(Mark),
}
