//! Where thousands of equal rows are cut into pieces, so that a page among them is found without passing them all.
//!
//! The cuts may be some seconds old: they decide with which of its equals a page at an offset begins, and nothing else may
//! depend on them.

use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::future::Cache;

use super::DatabaseError;
use super::kept::{ByEffort, Made};

const FRESH: ByEffort = ByEffort { least: Duration::from_secs(5), most: Duration::from_secs(60) };
/// How many rows a page passes by at most.
pub const EVERY: u32 = 64;
/// Of all keys together: 20 MB.
const MOST_CUTS: u64 = 500_000;

/// For each key a mark of every [`EVERY`]th row.
pub struct Cuts<K, M>(Cache<K, Made<Arc<Vec<M>>>>);

impl<K: Hash + Eq + Send + Sync + 'static, M: Copy + Send + Sync + 'static> Default for Cuts<K, M> {
    fn default() -> Self {
        let weigh = |_: &K, cuts: &Made<Arc<Vec<M>>>| cuts.made.len() as u32 + 4;
        Self(Cache::builder().max_capacity(MOST_CUTS).weigher(weigh).expire_after(FRESH).build())
    }
}

impl<K: Hash + Eq + Send + Sync + 'static, M: Copy + Send + Sync + 'static> Cuts<K, M> {
    /// Behind which row to begin to have `skip` equals before, and how many to pass by from there; none where walking
    /// is short enough.
    pub async fn find(
        &self,
        key: K,
        skip: u32,
        list: impl Future<Output = Result<Vec<M>, DatabaseError>>,
    ) -> Result<Option<(M, u32)>, DatabaseError> {
        if skip < 4 * EVERY {
            return Ok(None);
        }
        let began = Instant::now();
        let made = async { Ok(Made { made: Arc::new(list.await?), took: began.elapsed() }) };
        let cuts = self.0.try_get_with(key, made).await?.made;
        let cut = (skip / EVERY).min(cuts.len() as u32);
        Ok(cut.checked_sub(1).map(|last| (cuts[last as usize], skip - cut * EVERY)))
    }
}
