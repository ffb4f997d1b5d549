//! Who blocked whom.

use jiff::Timestamp;
use uuid::Uuid;

use crate::platform::visibility::visible;
use crate::platform::{Connection, DatabaseError, UserId};

/// Adds a block unless it is there, and takes what the two were to each other away; false where nobody of this id is there
/// for `me`. Somebody who follows, or is followed, is there even when hidden.
pub async fn insert_block(db: &Connection, me: UserId, user: UserId) -> Result<bool, DatabaseError> {
    let sql = concat!(
        "WITH target AS (SELECT u.id FROM users u WHERE u.id = $2 AND (",
        visible!("$1"),
        " OR EXISTS (SELECT FROM follows WHERE (follower_id, followee_id) IN (($1, $2), ($2, $1)))) FOR KEY SHARE OF u),
              made AS (INSERT INTO blocks (blocker_id, blocked_id) SELECT $1, id FROM target ON CONFLICT DO NOTHING),
              edges AS (DELETE FROM follows
                        WHERE (follower_id, followee_id) IN (($1, $2), ($2, $1)) AND EXISTS (SELECT FROM target)),
              requests AS (DELETE FROM guild_requests r USING target, guild_members m
                           WHERE r.user_id = target.id AND m.guild_id = r.guild_id AND m.user_id = $1 AND m.is_owner)
         SELECT EXISTS (SELECT FROM target)"
    );
    Ok(db.query_one(sql, &[&me.0, &user.0]).await?.get(0))
}

/// Takes a block back; false where there was none and nobody of this id is there for `me`.
pub async fn delete_block(db: &Connection, me: UserId, user: UserId) -> Result<bool, DatabaseError> {
    let sql = concat!(
        "WITH gone AS (DELETE FROM blocks WHERE blocker_id = $1 AND blocked_id = $2 RETURNING 1)
         SELECT EXISTS (SELECT FROM gone) OR EXISTS (SELECT FROM users u WHERE u.id = $2 AND ",
        visible!("$1"),
        ")"
    );
    Ok(db.query_one(sql, &[&me.0, &user.0]).await?.get(0))
}

/// Somebody whom one has blocked.
pub struct Blocked {
    pub id: Uuid,
    pub username: String,
    pub display_name: Option<String>,
    pub avatar_key: Option<String>,
    pub created_at: Timestamp,
}

/// By id, from behind one on; whoever has hidden since is left out.
pub async fn list_blocks(db: &Connection, me: UserId, after: Uuid, limit: i64) -> Result<Vec<Blocked>, DatabaseError> {
    let sql = concat!(
        "SELECT u.id, u.username, u.display_name, u.avatar_key, b.created_at
         FROM blocks b JOIN users u ON u.id = b.blocked_id AND ",
        visible!("$1"),
        " WHERE b.blocker_id = $1 AND b.blocked_id > $2 ORDER BY b.blocked_id LIMIT $3"
    );
    let rows = db.query(sql, &[&me.0, &after, &limit]).await?;
    let blocked = rows.iter().map(|row| Blocked {
        id: row.get(0),
        username: row.get(1),
        display_name: row.get(2),
        avatar_key: row.get(3),
        created_at: row.get(4),
    });
    Ok(blocked.collect())
}
