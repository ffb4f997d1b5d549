//! Where thousands of equals are cut into pieces, so that a page among them is found without passing them all.
//!
//! Whoever stands on a page has the exact rank, which equals share, and pages that follow one another begin behind a row.
//! The cuts decide only which of its equals a page around a rank begins with, and there they may be [`FRESH`] old.

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;

use super::memory::List;
use super::store::pages::{self, After, From, Mark};
use crate::platform::{Database, DatabaseError};

const FRESH: Duration = Duration::from_secs(5);
/// How many rows a page passes by at most.
const EVERY: u32 = 256;
/// Of all values together: 10 MB.
const MOST_CUTS: u64 = 200_000;

pub struct Cuts(Cache<(List, u32), Arc<Vec<Mark>>>);

impl Default for Cuts {
    fn default() -> Self {
        let weigh = |_: &(List, u32), cuts: &Arc<Vec<Mark>>| cuts.len() as u32 + 4;
        Self(Cache::builder().max_capacity(MOST_CUTS).weigher(weigh).time_to_live(FRESH).build())
    }
}

impl Cuts {
    /// Where the row begins that has `skip` equals of its value before it.
    pub async fn find(&self, db: &Database, list: List, value: u32, skip: u32) -> Result<From, DatabaseError> {
        let by_walking = From { after: After::Greater(value), skip: i64::from(skip) };
        if skip < 4 * EVERY {
            return Ok(by_walking);
        }
        let made = async { Ok(Arc::new(pages::list_cuts(&*db.reader().await?, list, value, EVERY).await?)) };
        let cuts = self.0.try_get_with((list, value), made).await?;
        let cut = (skip / EVERY).min(cuts.len() as u32);
        Ok(match cut.checked_sub(1) {
            Some(last) => From { after: After::Row(cuts[last as usize]), skip: i64::from(skip - cut * EVERY) },
            None => by_walking,
        })
    }
}
