//! A list as it is asked of: held in memory, or made for a filter.

use std::sync::Arc;

use actix_web::web::Data;
use uuid::Uuid;

use super::api::PageCache;
use super::filter::Filter;
use super::filtered::Filtered;
use super::live::Live;
use super::memory::List;
use super::ranks::{Tally, tally};
use super::standpoint::Standpoint;
use super::store::lists;
use super::store::pages::{self, After, From, ListRow, Mark, Ordered};
use crate::catalogue::Catalogue;
use crate::platform::cuts::{Cuts, EVERY};
use crate::platform::seal::Sealer;
use crate::platform::{Database, DatabaseError};

/// The boards as a handler asks them.
pub struct Boards {
    pub db: Data<Database>,
    pub live: Data<Live>,
    pub catalogue: Data<Catalogue>,
    /// Seals where a page ended.
    pub sealer: Data<Sealer>,
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

impl Boards {
    /// Where the row begins that has so many equals of its value before it.
    async fn begin_among(&self, list: List, value: u32, skip: u32) -> Result<From, DatabaseError> {
        let marks = async { pages::list_cuts(&*self.db.reader().await?, list, value, EVERY).await };
        Ok(match self.kept.cuts.find((list, value), skip, marks).await? {
            Some((mark, skip)) => From { after: After::Row(mark), skip: i64::from(skip) },
            None => From { after: After::Greater(value), skip: i64::from(skip) },
        })
    }

    /// Where the row begins that has so many others before it; none beyond the last.
    async fn begin_at(&self, list: List, place: u32) -> Result<Option<From>, DatabaseError> {
        let known = self.live.look().memory().map(|memory| {
            let counts = &memory.counted(list)?.counts;
            let value = counts.at(place)?;
            Some((value, place - counts.above(value)))
        });
        match known {
            Some(Some((value, skip))) => self.begin_among(list, value, skip).await.map(Some),
            Some(None) => Ok(None),
            None => Ok(Some(From { after: After::Greater(i32::MAX as u32), skip: i64::from(place) })),
        }
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
            Self::Made(rows) => Ok(Tally::of_rows(rows, value)),
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
                Box::pin(Standpoint::in_database(&boards.db, *list, user)).await
            }
            Self::Made(rows) => Box::pin(Standpoint::among(&boards.db, rows, user)).await,
        }
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

    /// Rows from a place on, and whether others follow. Of a list that was made those are left out who have hidden since.
    pub async fn rows(
        &self,
        boards: &Boards,
        start: Start,
        limit: usize,
    ) -> Result<(Vec<ListRow>, bool), DatabaseError> {
        let (list, from) = match (self, start) {
            (Self::Made(_), Start::Behind(_)) => return Ok((Vec::new(), false)),
            (Self::Made(rows), Start::Place(place)) => {
                let start = (place as usize).min(rows.len());
                let end = (start + limit).min(rows.len());
                let shown = pages::list_rows(&*boards.db.reader().await?, &rows[start..end]).await?;
                return Ok((shown, end < rows.len()));
            }
            (Self::Held(list), Start::Behind(row)) => (*list, Some(From { after: After::Row(row), skip: 0 })),
            (Self::Held(list), Start::Place(place)) => (*list, boards.begin_at(*list, place).await?),
        };
        let Some(from) = from else { return Ok((Vec::new(), false)) };
        let mut rows = pages::list_page(&*boards.db.reader().await?, list, &from, limit + 1).await?;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        Ok((rows, has_more))
    }
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With so many before it.
    Place(u32),
    Behind(Mark),
}
