use std::time::Duration;

use uuid::Uuid;

use super::Purpose;
use super::mail::Addressee;
use crate::platform::{Connection, DatabaseError, UserId};

fn addressee(row: &tokio_postgres::Row) -> Addressee {
    Addressee { id: row.get(0), username: row.get(1), email: row.get(2) }
}

/// The active user who has this address.
pub async fn find_by_email(db: &Connection, email: &str) -> Result<Option<Addressee>, DatabaseError> {
    let row = db
        .query_opt(
            "SELECT id, username, email FROM users WHERE lower(email) = lower($1 COLLATE \"C\") AND is_active",
            &[&email],
        )
        .await?;
    Ok(row.as_ref().map(addressee))
}

/// The active user of this name, if anybody can sign in as them.
pub async fn find_by_name(db: &Connection, name: &str) -> Result<Option<Addressee>, DatabaseError> {
    let row = db
        .query_opt(
            "SELECT id, username, email FROM users
             WHERE lower(username) = lower($1 COLLATE \"C\") AND is_active AND email IS NOT NULL",
            &[&name],
        )
        .await?;
    Ok(row.as_ref().map(addressee))
}

/// The active user, if their address has not been shown to be theirs.
pub async fn find_unverified(db: &Connection, user: Uuid) -> Result<Option<Addressee>, DatabaseError> {
    let row = db
        .query_opt(
            "SELECT id, username, email FROM users
             WHERE id = $1 AND is_active AND email IS NOT NULL AND email_verified_at IS NULL",
            &[&user],
        )
        .await?;
    Ok(row.as_ref().map(addressee))
}

/// A link before it is stored.
pub struct NewLink<'a> {
    pub id: Uuid,
    pub user: Uuid,
    pub purpose: Purpose,
    /// The address that it is sent to; none when an operator hands it on.
    pub email: Option<&'a str>,
}

/// Stores a link, or lets the one of this id begin its life anew; gives the hash that is stored of its token. None when
/// it has been used.
pub async fn keep_link(
    db: &Connection,
    link: &NewLink<'_>,
    token_hash: &[u8],
    life: Duration,
) -> Result<Option<Vec<u8>>, DatabaseError> {
    let row = db
        .query_opt(
            "INSERT INTO links (id, user_id, purpose, token_hash, email, expires_at)
             VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
             ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at WHERE links.used_at IS NULL
             RETURNING token_hash",
            &[&link.id, &link.user, &link.purpose.as_str(), &token_hash, &link.email, &life.as_secs_f64()],
        )
        .await?;
    Ok(row.map(|row| row.get(0)))
}

/// Holds a user's row until the transaction ends.
pub async fn hold_user(db: &Connection, user: Uuid) -> Result<u64, DatabaseError> {
    db.execute("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE", &[&user]).await
}

/// How many other links for one purpose were made for a user within the last half hour.
pub async fn count_recent_links(db: &Connection, link: &NewLink<'_>) -> Result<i64, DatabaseError> {
    let row = db
        .query_one(
            "SELECT count(*) FROM links
             WHERE user_id = $2 AND purpose = $3 AND id <> $1 AND created_at > now() - interval '30 minutes'",
            &[&link.id, &link.user, &link.purpose.as_str()],
        )
        .await?;
    Ok(row.get(0))
}

/// Whose link it is, as long as it could be used.
pub async fn find_owner(db: &Connection, token_hash: &[u8], purpose: Purpose) -> Result<Option<UserId>, DatabaseError> {
    let row = db
        .query_opt(
            "SELECT user_id FROM links
             WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > now()",
            &[&token_hash, &purpose.as_str()],
        )
        .await?;
    Ok(row.map(|row| UserId(row.get(0))))
}

/// A link that has just been used up.
pub struct Used {
    pub user: UserId,
    pub email: Option<String>,
}

/// Uses a link up. Of two who come at once one gets it. One that was sent to an address which is not the user's any more
/// is of no use: that mailbox may be somebody else's by now.
pub async fn use_link(db: &Connection, token_hash: &[u8], purpose: Purpose) -> Result<Option<Used>, DatabaseError> {
    let row = db
        .query_opt(
            "UPDATE links SET used_at = now()
             WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > now()
               AND (email IS NULL OR EXISTS (SELECT FROM users u WHERE u.id = user_id AND lower(u.email) = lower(links.email)))
             RETURNING user_id, email",
            &[&token_hash, &purpose.as_str()],
        )
        .await?;
    Ok(row.map(|row| Used { user: UserId(row.get(0)), email: row.get(1) }))
}

/// Uses up all other links of a user's for one purpose.
pub async fn end_links(db: &Connection, user: UserId, purpose: Purpose) -> Result<u64, DatabaseError> {
    db.execute(
        "UPDATE links SET used_at = now() WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL",
        &[&user.0, &purpose.as_str()],
    )
    .await
}
