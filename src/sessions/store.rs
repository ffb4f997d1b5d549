use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::tokens::{NewRefresh, Refresh};
use crate::platform::{Client, Connection, DatabaseError, UserId};

/// Stores a session with its first refresh token.
pub async fn insert_session(
    db: &Connection,
    client: &Client,
    user: UserId,
    session: Uuid,
    token: &NewRefresh,
    life: Duration,
) -> Result<u64, DatabaseError> {
    db.execute(
        "WITH session AS (INSERT INTO sessions (id, user_id, device, address, expires_at)
                          VALUES ($1, $2, $3, $4, now() + make_interval(secs => $6)) RETURNING id, expires_at)
         INSERT INTO refresh_tokens (token_hash, session_id, expires_at) SELECT $5, id, expires_at FROM session",
        &[&session, &user.0, &client.device, &client.address, &token.hash, &life.as_secs_f64()],
    )
    .await
}

/// What became of a refresh token that came.
pub enum Spent {
    /// Its successor is stored.
    Renewed,
    /// Its session has ended, or its user is deactivated.
    Ended,
    /// It had been spent before.
    Reused,
}

/// Spends a token and stores its successor. Those that come at once with one token wait here for each other, and see
/// the time at which the first of them spent it.
pub async fn spend_token(
    db: &Connection,
    client: &Client,
    old: &Refresh,
    new: &NewRefresh,
    life: Duration,
    grace_seconds: f64,
) -> Result<Spent, DatabaseError> {
    let row = db
        .query_one(
            "WITH spent AS (
                 UPDATE refresh_tokens SET spent_at = coalesce(spent_at, clock_timestamp())
                 WHERE token_hash = $1 AND session_id = $2
                 RETURNING spent_at > clock_timestamp() - make_interval(secs => $7) AS in_time),
             renewed AS (
                 UPDATE sessions s SET last_used_at = clock_timestamp(), device = $4, address = $5,
                                       expires_at = now() + make_interval(secs => $6)
                 FROM spent, users u
                 WHERE s.id = $2 AND s.ended_at IS NULL AND spent.in_time AND u.id = s.user_id AND u.is_active
                 RETURNING s.id, s.expires_at),
             successor AS (
                 INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
                 SELECT $3, id, expires_at FROM renewed)
             SELECT coalesce((SELECT in_time FROM spent), false), EXISTS (SELECT FROM renewed)",
            &[&old.hash, &old.session, &new.hash, &client.device, &client.address, &life.as_secs_f64(), &grace_seconds],
        )
        .await?;
    Ok(match (row.get(0), row.get(1)) {
        (_, true) => Spent::Renewed,
        (true, false) => Spent::Ended,
        (false, false) => Spent::Reused,
    })
}

/// Ends sessions of a user's that go on: one, or all but one, or all. Their access tokens are refused from now on.
pub async fn end_sessions(
    db: &Connection,
    user: UserId,
    only: Option<Uuid>,
    but: Option<Uuid>,
    longest_access: Duration,
) -> Result<u64, DatabaseError> {
    db.execute(
        "WITH ended AS (UPDATE sessions SET ended_at = now()
                        WHERE user_id = $1 AND ended_at IS NULL AND ($2::uuid IS NULL OR id = $2)
                          AND ($3::uuid IS NULL OR id <> $3) RETURNING id, expires_at)
         INSERT INTO revocations (id, expires_at)
         SELECT id, greatest(now() + make_interval(secs => $4), expires_at) FROM ended
         ON CONFLICT (id) DO NOTHING",
        &[&user.0, &only, &but, &longest_access.as_secs_f64()],
    )
    .await
}

pub async fn insert_revocation(db: &Connection, id: Uuid, life: Duration) -> Result<u64, DatabaseError> {
    db.execute(
        "INSERT INTO revocations (id, expires_at) VALUES ($1, now() + make_interval(secs => $2))
         ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at",
        &[&id, &life.as_secs_f64()],
    )
    .await
}

pub async fn delete_revocation(db: &Connection, id: Uuid) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM revocations WHERE id = $1", &[&id]).await
}

/// Whether any of these is revoked.
pub async fn is_revoked(db: &Connection, ids: [Uuid; 2]) -> Result<bool, DatabaseError> {
    let row = db.query_one("SELECT EXISTS (SELECT FROM revocations WHERE id IN ($1, $2))", &[&ids[0], &ids[1]]).await?;
    Ok(row.get(0))
}

/// A session that goes on.
pub struct Session {
    pub id: Uuid,
    pub device: Option<String>,
    pub address: Option<IpAddr>,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
}

/// The sessions of a user that go on, the one used last first.
pub async fn list_sessions(db: &Connection, user: UserId) -> Result<Vec<Session>, DatabaseError> {
    let rows = db
        .query(
            "SELECT id, device, address, created_at, last_used_at, expires_at FROM sessions
             WHERE user_id = $1 AND ended_at IS NULL AND expires_at > now() ORDER BY last_used_at DESC LIMIT 100",
            &[&user.0],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| Session {
            id: row.get(0),
            device: row.get(1),
            address: row.get(2),
            created_at: row.get(3),
            last_used_at: row.get(4),
            expires_at: row.get(5),
        })
        .collect())
}

/// Whether a session of this user's began within so many seconds.
pub async fn began_within(db: &Connection, user: UserId, session: Uuid, seconds: f64) -> Result<bool, DatabaseError> {
    let row = db
        .query_one(
            "SELECT EXISTS (SELECT FROM sessions WHERE id = $1 AND user_id = $2 AND ended_at IS NULL
                            AND created_at > now() - make_interval(secs => $3))",
            &[&session, &user.0, &seconds],
        )
        .await?;
    Ok(row.get(0))
}

/// Notes when sessions and API keys were used last; from where, of sessions.
pub async fn note_last_use(db: &Connection, ids: &[Uuid], from: &[Option<IpAddr>]) -> Result<u64, DatabaseError> {
    db.execute(
        "WITH used AS (SELECT * FROM unnest($1::uuid[], $2::inet[]) AS used (id, address)),
              keys AS (UPDATE api_keys k SET last_used_at = now() FROM used WHERE k.id = used.id)
         UPDATE sessions s SET last_used_at = now(), address = coalesce(used.address, s.address)
         FROM used WHERE s.id = used.id AND s.ended_at IS NULL",
        &[&ids, &from],
    )
    .await
}

/// The role of an active user.
pub async fn find_role(db: &Connection, user: UserId) -> Result<Option<String>, DatabaseError> {
    let row = db.query_opt("SELECT role FROM users WHERE id = $1 AND is_active", &[&user.0]).await?;
    Ok(row.map(|row| row.get(0)))
}

/// Whose API key this is, if its user is active.
pub struct Key {
    pub id: Uuid,
    pub user: UserId,
    pub may_write: bool,
}

pub async fn find_key(db: &Connection, key_hash: &[u8]) -> Result<Option<Key>, DatabaseError> {
    let row = db
        .query_opt(
            "SELECT k.id, k.user_id, k.may_write FROM api_keys k JOIN users u ON u.id = k.user_id AND u.is_active
             WHERE k.key_hash = $1",
            &[&key_hash],
        )
        .await?;
    Ok(row.map(|row| Key { id: row.get(0), user: UserId(row.get(1)), may_write: row.get(2) }))
}
