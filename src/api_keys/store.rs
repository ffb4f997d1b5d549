use jiff::Timestamp;
use uuid::Uuid;

use crate::platform::{Connection, DatabaseError, UserId};

/// Takes hold of a user until the transaction ends.
pub async fn lock_user(db: &Connection, user: UserId) -> Result<u64, DatabaseError> {
    db.execute("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE", &[&user.0]).await
}

/// Stores a key unless its user has `most` already.
#[allow(clippy::too_many_arguments, reason = "one for each column")]
pub async fn insert_key(
    db: &Connection,
    id: Uuid,
    user: UserId,
    name: &str,
    key_hash: &[u8],
    prefix: &str,
    may_write: bool,
    most: i64,
) -> Result<u64, DatabaseError> {
    db.execute(
        "INSERT INTO api_keys (id, user_id, name, key_hash, prefix, may_write)
         SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM api_keys WHERE user_id = $2) < $7",
        &[&id, &user.0, &name, &key_hash, &prefix, &may_write, &most],
    )
    .await
}

/// A key as its user may see it again.
pub struct Key {
    pub id: Uuid,
    pub name: String,
    pub prefix: String,
    pub may_write: bool,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// The newest first.
pub async fn list_keys(db: &Connection, user: UserId) -> Result<Vec<Key>, DatabaseError> {
    let rows = db
        .query(
            "SELECT id, name, prefix, may_write, created_at, last_used_at FROM api_keys
             WHERE user_id = $1 ORDER BY id DESC",
            &[&user.0],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| Key {
            id: row.get(0),
            name: row.get(1),
            prefix: row.get(2),
            may_write: row.get(3),
            created_at: row.get(4),
            last_used_at: row.get(5),
        })
        .collect())
}

/// Gives the first letters of the key that went.
pub async fn delete_key(db: &Connection, user: UserId, id: Uuid) -> Result<Option<String>, DatabaseError> {
    let row =
        db.query_opt("DELETE FROM api_keys WHERE id = $1 AND user_id = $2 RETURNING prefix", &[&id, &user.0]).await?;
    Ok(row.map(|row| row.get(0)))
}

/// Gives ids and first letters of the keys that went.
pub async fn delete_keys(db: &Connection, user: UserId) -> Result<Vec<(Uuid, String)>, DatabaseError> {
    let rows = db.query("DELETE FROM api_keys WHERE user_id = $1 RETURNING id, prefix", &[&user.0]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
