//! The points of users who have none yet, through COPY. The caller holds the transaction.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};
use uuid::Uuid;

use crate::platform::bulk::Copy;

/// What a day is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaidFor {
    Volume,
    Bests,
}

impl PaidFor {
    fn as_str(self) -> &'static str {
        match self {
            Self::Volume => "volume",
            Self::Bests => "best",
        }
    }

    /// The most that a day pays.
    fn most(self) -> i64 {
        match self {
            Self::Volume => 600,
            Self::Bests => 200,
        }
    }
}

/// What a best is worth.
pub const BEST_XP: i64 = 10;

/// What a day of a user earned, by the calendar of UTC.
pub struct Earned {
    user: Uuid,
    paid_for: PaidFor,
    day: String,
    earned: i64,
    at: Timestamp,
}

/// The days on which a user earned something.
pub fn days(user: Uuid, earned: impl IntoIterator<Item = (PaidFor, Timestamp, i64)>) -> Vec<Earned> {
    let mut days: BTreeMap<_, Earned> = BTreeMap::new();
    for (paid_for, at, amount) in earned.into_iter().filter(|(.., amount)| *amount > 0) {
        let day = at.to_zoned(TimeZone::UTC).date();
        let new = || Earned { user, paid_for, day: day.to_string(), earned: 0, at };
        let known = days.entry((paid_for, day)).or_insert_with(new);
        known.earned += amount;
        known.at = known.at.max(at);
    }
    days.into_values().collect()
}

/// Stores the events and, instead of the database's own summing for each of them, their sums.
pub async fn insert(db: &Client, days: &[Earned]) -> Result<(), Error> {
    db.batch_execute("SET LOCAL repduel.sums_xp = 'itself'").await?;
    let mut totals: BTreeMap<Uuid, i64> = BTreeMap::new();
    let types = [Type::UUID, Type::TEXT, Type::TEXT, Type::INT4, Type::INT8, Type::TIMESTAMPTZ];
    let columns = "xp_events (user_id, source, source_id, amount, earned, created_at)";
    let mut copy = Copy::into(db, columns, &types).await?;
    for Earned { user, paid_for, day, earned, at } in days {
        let amount = *earned.min(&paid_for.most());
        *totals.entry(*user).or_default() += amount;
        copy.row(&[user, &paid_for.as_str(), day, &(amount as i32), earned, at]).await?;
    }
    copy.finish().await?;
    let mut copy = Copy::into(db, "user_xp (user_id, total)", &[Type::UUID, Type::INT8]).await?;
    for (user, total) in &totals {
        copy.row(&[user, total]).await?;
    }
    copy.finish().await.map(|_| ())
}
