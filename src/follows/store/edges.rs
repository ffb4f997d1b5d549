//! The edges themselves, and how often somebody makes or removes one.

use crate::platform::visibility::{unblocked, visible};
use crate::platform::{Connection, DatabaseError, UserId};

/// What came of following or unfollowing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charged {
    Done,
    /// Nobody of this id is there for whoever asks.
    Unknown,
    /// The hour's calls are used up; nothing was charged.
    TooOften,
    /// Whoever asks follows as many as one may.
    TooMany,
}

pub const HOLD_PAIR: &str =
    "SELECT pg_advisory_xact_lock(hashtextextended(least($1::uuid, $2::uuid)::text || greatest($1, $2)::text, 12))";

/// Holds two lifters as a pair until the transaction ends.
pub async fn hold_pair(db: &Connection, one: UserId, other: UserId) -> Result<(), DatabaseError> {
    db.query_one(HOLD_PAIR, &[&one.0, &other.0]).await.map(|_| ())
}

/// Charges a call to `$1` if there is a target and the last hour had fewer than `$3`. The row is held while it is
/// counted, so that no two at once get the last one.
macro_rules! charge {
    () => {
        "charged AS (
             INSERT INTO follow_calls AS c (user_id, called_at) SELECT $1, ARRAY[clock_timestamp()] FROM target
             ON CONFLICT (user_id) DO UPDATE
                 SET called_at = array_append(ARRAY(SELECT at FROM unnest(c.called_at) AS at
                                                    WHERE at > clock_timestamp() - interval '1 hour'), clock_timestamp())
                 WHERE (SELECT count(*) FROM unnest(c.called_at) AS at
                        WHERE at > clock_timestamp() - interval '1 hour') < $3
             RETURNING user_id)"
    };
}

/// Adds an edge unless it is there.
pub async fn insert_follow(
    db: &Connection,
    me: UserId,
    user: UserId,
    most_calls: i32,
    most_followed: i64,
) -> Result<Charged, DatabaseError> {
    let sql = concat!(
        "WITH target AS (SELECT u.id FROM users u WHERE u.id = $2 AND ",
        visible!("$1"),
        " AND ",
        unblocked!("$1"),
        " FOR KEY SHARE OF u),
              ",
        charge!(),
        ",
              has_room AS (SELECT WHERE (SELECT count(*) FROM follows WHERE follower_id = $1) < $4
                                     OR EXISTS (SELECT FROM follows WHERE follower_id = $1 AND followee_id = $2)),
              edge AS (INSERT INTO follows (follower_id, followee_id)
                       SELECT charged.user_id, target.id FROM target, charged, has_room ON CONFLICT DO NOTHING)
         SELECT EXISTS (SELECT FROM target), EXISTS (SELECT FROM charged), EXISTS (SELECT FROM has_room)"
    );
    let row = db.query_one(sql, &[&me.0, &user.0, &i64::from(most_calls), &most_followed]).await?;
    Ok(match (row.get(0), row.get(1), row.get(2)) {
        (false, _, _) => Charged::Unknown,
        (true, false, _) => Charged::TooOften,
        (true, true, false) => Charged::TooMany,
        (true, true, true) => Charged::Done,
    })
}

/// Takes an edge away. Somebody who has hidden since is still there for whoever follows them.
pub async fn delete_follow(
    db: &Connection,
    me: UserId,
    user: UserId,
    most_calls: i32,
) -> Result<Charged, DatabaseError> {
    let sql = concat!(
        "WITH target AS (SELECT u.id FROM users u WHERE u.id = $2 AND (",
        visible!("$1"),
        " AND ",
        unblocked!("$1"),
        " OR EXISTS (SELECT FROM follows WHERE follower_id = $1 AND followee_id = $2))),
              ",
        charge!(),
        ",
              gone AS (DELETE FROM follows f USING charged WHERE f.follower_id = $1 AND f.followee_id = $2)
         SELECT EXISTS (SELECT FROM target), EXISTS (SELECT FROM charged)"
    );
    let row = db.query_one(sql, &[&me.0, &user.0, &i64::from(most_calls)]).await?;
    Ok(match (row.get(0), row.get(1)) {
        (false, _) => Charged::Unknown,
        (true, false) => Charged::TooOften,
        (true, true) => Charged::Done,
    })
}

/// In how many seconds the first of the last hour's calls is an hour old.
pub async fn find_wait(db: &Connection, me: UserId) -> Result<u32, DatabaseError> {
    let row = db
        .query_one(
            "SELECT greatest(1, ceil(extract(epoch FROM min(at) + interval '1 hour' - clock_timestamp())))::integer
             FROM follow_calls c, unnest(c.called_at) AS at
             WHERE c.user_id = $1 AND at > clock_timestamp() - interval '1 hour'",
            &[&me.0],
        )
        .await?;
    Ok(row.get::<_, Option<i32>>(0).unwrap_or(1).unsigned_abs())
}
