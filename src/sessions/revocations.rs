//! What access tokens are refused for although they have not expired, in memory: ended sessions, API keys that were
//! taken back, users who are deactivated or gone. PostgreSQL tells of each as it is committed; while it cannot be
//! heard for longer than [`STALE`], the table itself is asked for every request.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio_postgres::Client;
use uuid::Uuid;

use super::store;
use crate::platform::database::feed::{Loading, Subscriber};
use crate::platform::{Database, DatabaseError};

/// Somebody who is shut out is out after this time at the latest.
const STALE: Duration = Duration::from_secs(4);

pub struct Revocations {
    ids: RwLock<HashSet<Uuid>>,
    began: Instant,
    /// When the feed was last heard, in milliseconds since then; none yet: 0.
    heard: AtomicU64,
}

impl Default for Revocations {
    fn default() -> Self {
        Self { ids: RwLock::default(), began: Instant::now(), heard: AtomicU64::new(0) }
    }
}

impl Revocations {
    /// Whether one of two ids is revoked; asks the database only where the memory may be out of date.
    pub async fn hold(&self, db: &Database, ids: [Uuid; 2]) -> Result<bool, DatabaseError> {
        if self.is_current() {
            let known = self.ids.read().unwrap_or_else(PoisonError::into_inner);
            return Ok(!known.is_empty() && ids.iter().any(|id| known.contains(id)));
        }
        store::is_revoked(&*db.reader().await?, ids).await
    }

    fn is_current(&self) -> bool {
        let heard = self.heard.load(Ordering::Relaxed);
        heard > 0 && self.milliseconds().saturating_sub(heard) < STALE.as_millis() as u64
    }

    fn milliseconds(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }
}

impl Subscriber for Revocations {
    fn channel(&self) -> &'static str {
        "revocations"
    }

    fn load<'a>(&'a self, client: &'a Client) -> Loading<'a> {
        Box::pin(async move {
            let rows = client.query("SELECT id FROM revocations WHERE expires_at > now()", &[]).await?;
            let ids = rows.iter().map(|row| row.get(0)).collect();
            *self.ids.write().unwrap_or_else(PoisonError::into_inner) = ids;
            Ok(())
        })
    }

    fn notice(&self, payload: &str) {
        let mut ids = self.ids.write().unwrap_or_else(PoisonError::into_inner);
        match (payload.split_at_checked(1), payload.get(1..).and_then(|id| id.parse().ok())) {
            (Some(("+", _)), Some(id)) => drop(ids.insert(id)),
            (Some(("-", _)), Some(id)) => drop(ids.remove(&id)),
            _ => slog_scope::warn!("a notice about a revocation cannot be read"),
        }
    }

    fn heard(&self) {
        self.heard.store(self.milliseconds().max(1), Ordering::Relaxed);
    }
}
