//! The statements about shares.

use tokio_postgres::Row;
use tokio_postgres::types::Json;
use uuid::Uuid;

use crate::platform::{Connection, DatabaseError, UserId};
use crate::routines::{Item, Routine, Share};

/// The columns of `routine_shares` (as `s`) that make a [`Share`], in the order of [`share`].
macro_rules! share_columns {
    () => {
        "s.code, s.routine_id, s.name, s.image_key, s.created_at, s.items"
    };
}

fn share(row: &Row) -> Share {
    Share {
        code: row.get(0),
        routine_id: row.get(1),
        name: row.get(2),
        image_key: row.get(3),
        created_at: row.get(4),
        items: row.get::<_, Json<Vec<Item>>>(5).0,
    }
}

/// A live share whose maker is not deactivated.
pub async fn find_share(db: &Connection, code: &str) -> Result<Option<Share>, DatabaseError> {
    let sql = concat!(
        "SELECT ",
        share_columns!(),
        " FROM routine_shares s LEFT JOIN users u ON u.id = s.shared_by
          WHERE s.code = $1 AND s.revoked_at IS NULL AND coalesce(u.is_active, true)"
    );
    Ok(db.query_opt(sql, &[&code]).await?.as_ref().map(share))
}

/// Takes hold of a picture until the transaction ends; false when it is gone.
pub async fn hold_upload(db: &Connection, key: &str) -> Result<bool, DatabaseError> {
    Ok(db.query_opt("SELECT FROM uploads WHERE key = $1 FOR KEY SHARE", &[&key]).await?.is_some())
}

/// Takes hold of a live share until the transaction ends; false when it was revoked.
pub async fn hold_share(db: &Connection, code: &str) -> Result<bool, DatabaseError> {
    let sql = "SELECT FROM routine_shares WHERE code = $1 AND revoked_at IS NULL FOR SHARE";
    Ok(db.query_opt(sql, &[&code]).await?.is_some())
}

/// The user's live share of a routine with this content.
pub async fn find_own_share(
    db: &Connection,
    user: UserId,
    routine: Uuid,
    content: &[u8],
) -> Result<Option<Share>, DatabaseError> {
    let sql = concat!(
        "SELECT ",
        share_columns!(),
        " FROM routine_shares s WHERE s.shared_by = $1 AND s.routine_id = $2 AND s.content = $3 AND s.revoked_at IS NULL"
    );
    Ok(db.query_opt(sql, &[&user.0, &routine, &content]).await?.as_ref().map(share))
}

/// The user's live shares, the newest first.
pub async fn list_shares(db: &Connection, user: UserId) -> Result<Vec<Share>, DatabaseError> {
    let sql = concat!(
        "SELECT ",
        share_columns!(),
        " FROM routine_shares s WHERE s.shared_by = $1 AND s.revoked_at IS NULL ORDER BY s.created_at DESC, s.code"
    );
    Ok(db.query(sql, &[&user.0]).await?.iter().map(share).collect())
}

pub async fn count_shares(db: &Connection, user: UserId) -> Result<i64, DatabaseError> {
    let sql = "SELECT count(*) FROM routine_shares WHERE shared_by = $1 AND revoked_at IS NULL";
    Ok(db.query_one(sql, &[&user.0]).await?.get(0))
}

/// Shares a routine as it is under a code; none when the code is taken.
pub async fn insert_share(
    db: &Connection,
    user: UserId,
    routine: &Routine,
    content: &[u8],
    code: &str,
) -> Result<Option<Share>, DatabaseError> {
    let sql = concat!(
        "INSERT INTO routine_shares AS s (code, routine_id, shared_by, content, name, image_key, items)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (code) DO NOTHING RETURNING ",
        share_columns!()
    );
    let items = Json(&routine.items);
    let row =
        db.query_opt(sql, &[&code, &routine.id, &user.0, &content, &routine.name, &routine.image_key, &items]).await?;
    Ok(row.as_ref().map(share))
}

/// Revokes the user's live shares of a routine; gives the key of each one's picture.
pub async fn revoke_shares_of_routine(
    db: &Connection,
    user: UserId,
    routine: Uuid,
) -> Result<Vec<Option<String>>, DatabaseError> {
    let sql = "UPDATE routine_shares SET revoked_at = now()
               WHERE shared_by = $1 AND routine_id = $2 AND revoked_at IS NULL RETURNING image_key";
    Ok(db.query(sql, &[&user.0, &routine]).await?.iter().map(|row| row.get(0)).collect())
}

/// Revokes one; gives the key of its picture.
pub async fn revoke_share(db: &Connection, user: UserId, code: &str) -> Result<Vec<Option<String>>, DatabaseError> {
    let sql = "UPDATE routine_shares SET revoked_at = now()
               WHERE shared_by = $1 AND code = $2 AND revoked_at IS NULL RETURNING image_key";
    Ok(db.query(sql, &[&user.0, &code]).await?.iter().map(|row| row.get(0)).collect())
}
