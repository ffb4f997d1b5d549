use super::Status;
use crate::platform::{Connection, DatabaseError, UserId};

pub struct Factor {
    pub sealed_secret: Vec<u8>,
    pub is_confirmed: bool,
}

pub async fn find_status(db: &Connection, user: UserId) -> Result<Status, DatabaseError> {
    let row = db
        .query_one(
            "SELECT (SELECT confirmed_at FROM second_factors WHERE user_id = $1),
                    (SELECT count(*) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL)",
            &[&user.0],
        )
        .await?;
    Ok(Status { since: row.get(0), recovery_codes_left: row.get(1) })
}

/// A factor, which stays locked until the transaction ends.
pub async fn hold_factor(db: &Connection, user: UserId) -> Result<Option<Factor>, DatabaseError> {
    let sql = "SELECT sealed_secret, confirmed_at IS NOT NULL FROM second_factors WHERE user_id = $1 FOR UPDATE";
    let row = db.query_opt(sql, &[&user.0]).await?;
    Ok(row.map(|row| Factor { sealed_secret: row.get(0), is_confirmed: row.get(1) }))
}

/// 0 when there is a confirmed one.
pub async fn begin_factor(db: &Connection, user: UserId, sealed_secret: &[u8]) -> Result<u64, DatabaseError> {
    db.execute(
        "INSERT INTO second_factors (user_id, sealed_secret) VALUES ($1, $2)
         ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, created_at = now(), last_step = 0
         WHERE second_factors.confirmed_at IS NULL",
        &[&user.0, &sealed_secret],
    )
    .await
}

/// The code that confirms is spent by it.
pub async fn confirm_factor(db: &Connection, user: UserId, step: i64) -> Result<u64, DatabaseError> {
    let sql = "UPDATE second_factors SET confirmed_at = now(), last_step = $2 WHERE user_id = $1";
    db.execute(sql, &[&user.0, &step]).await
}

/// Takes a step if it is after the last one that was taken.
pub async fn take_step(db: &Connection, user: UserId, step: i64) -> Result<u64, DatabaseError> {
    let sql = "UPDATE second_factors SET last_step = $2 WHERE user_id = $1 AND last_step < $2";
    db.execute(sql, &[&user.0, &step]).await
}

/// The same secret, sealed by the key in use.
pub async fn reseal_factor(db: &Connection, user: UserId, old: &[u8], new: &[u8]) -> Result<u64, DatabaseError> {
    let sql = "UPDATE second_factors SET sealed_secret = $3 WHERE user_id = $1 AND sealed_secret = $2";
    db.execute(sql, &[&user.0, &old, &new]).await
}

pub async fn delete_factor(db: &Connection, user: UserId) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM second_factors WHERE user_id = $1", &[&user.0]).await
}

pub async fn insert_recovery_codes(db: &Connection, user: UserId, hashes: &[Vec<u8>]) -> Result<u64, DatabaseError> {
    let sql = "INSERT INTO recovery_codes (user_id, code_hash) SELECT $1, unnest($2::bytea[])";
    db.execute(sql, &[&user.0, &hashes]).await
}

/// Takes a recovery code if it is there and not used.
pub async fn take_recovery_code(db: &Connection, user: UserId, hash: &[u8]) -> Result<u64, DatabaseError> {
    let sql = "UPDATE recovery_codes SET used_at = now() WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL";
    db.execute(sql, &[&user.0, &hash]).await
}

pub async fn delete_recovery_codes(db: &Connection, user: UserId) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM recovery_codes WHERE user_id = $1", &[&user.0]).await
}
