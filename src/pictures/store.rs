use crate::platform::{Connection, DatabaseError, UserId};

/// Takes hold of an active user until the transaction ends; 0 when there is none.
pub async fn lock_user(db: &Connection, user: UserId) -> Result<u64, DatabaseError> {
    db.execute("SELECT FROM users WHERE id = $1 AND is_active FOR NO KEY UPDATE", &[&user.0]).await
}

/// Notes an upload unless its user would then keep more than `most` bytes.
pub async fn insert_upload(
    db: &Connection,
    user: UserId,
    key: &str,
    bytes: i32,
    most: i64,
) -> Result<u64, DatabaseError> {
    db.execute(
        "INSERT INTO uploads (key, user_id, bytes)
         SELECT $2, $1, $3::int WHERE (SELECT coalesce(sum(bytes), 0) FROM uploads WHERE user_id = $1) + $3::int <= $4",
        &[&user.0, &key, &bytes, &most],
    )
    .await
}

/// Takes hold of uploads until the transaction ends: nothing can begin to name them meanwhile.
pub async fn lock_uploads(db: &Connection, keys: &[String]) -> Result<u64, DatabaseError> {
    db.execute("SELECT FROM uploads WHERE key = ANY ($1) ORDER BY key FOR UPDATE", &[&keys]).await
}

/// Of these pictures, those that something names. `avatars` are asked for apart: users are many, and without an index
/// for it.
pub async fn list_named(db: &Connection, avatars: &[String], others: &[String]) -> Result<Vec<String>, DatabaseError> {
    let rows = db
        .query(
            "SELECT avatar_key FROM users WHERE $1::text[] <> '{}' AND avatar_key = ANY ($1)
             UNION SELECT image_key FROM routines WHERE image_key = ANY ($2)
             UNION SELECT image_key FROM routine_shares
                   WHERE image_key = ANY ($2) AND revoked_at IS NULL AND shared_by IS NOT NULL",
            &[&avatars, &others],
        )
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

pub async fn delete_uploads(db: &Connection, keys: &[String]) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM uploads WHERE key = ANY ($1)", &[&keys]).await
}

/// The keys of all that a user uploaded and that is still there.
pub async fn list_uploads(db: &Connection, user: UserId) -> Result<Vec<String>, DatabaseError> {
    let rows = db.query("SELECT key FROM uploads WHERE user_id = $1", &[&user.0]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Uploads of a day ago and older, behind a key, in the order of the keys.
pub async fn list_old_uploads(db: &Connection, after: &str, most: i64) -> Result<Vec<String>, DatabaseError> {
    let rows = db
        .query(
            "SELECT key FROM uploads WHERE uploaded_at < now() - interval '1 day' AND key > $1 ORDER BY key LIMIT $2",
            &[&after, &most],
        )
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
