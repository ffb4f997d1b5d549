use crate::platform::{Connection, DatabaseError};

/// Their refresh tokens go with them.
pub async fn delete_sessions(db: &Connection, most: i64) -> Result<u64, DatabaseError> {
    db.execute(
        "DELETE FROM sessions WHERE id IN (
             SELECT id FROM sessions
             WHERE expires_at < now() - interval '30 days' OR ended_at < now() - interval '30 days' LIMIT $1)",
        &[&most],
    )
    .await
}

pub async fn delete_refresh_tokens(db: &Connection, most: i64) -> Result<u64, DatabaseError> {
    db.execute(
        "DELETE FROM refresh_tokens WHERE token_hash IN (
             SELECT token_hash FROM refresh_tokens
             WHERE spent_at < now() - interval '1 day' OR expires_at < now() LIMIT $1)",
        &[&most],
    )
    .await
}

pub async fn delete_revocations(db: &Connection, most: i64) -> Result<u64, DatabaseError> {
    db.execute(
        "DELETE FROM revocations WHERE id IN (SELECT id FROM revocations WHERE expires_at < now() LIMIT $1)",
        &[&most],
    )
    .await
}

pub async fn delete_links(db: &Connection, most: i64) -> Result<u64, DatabaseError> {
    db.execute(
        "DELETE FROM links WHERE id IN (
             SELECT id FROM links WHERE expires_at < now() - interval '1 day' LIMIT $1)",
        &[&most],
    )
    .await
}

pub async fn delete_invites(db: &Connection, most: i64) -> Result<u64, DatabaseError> {
    db.execute(
        "DELETE FROM invites WHERE id IN (
             SELECT id FROM invites WHERE expires_at < now() - interval '30 days' LIMIT $1)",
        &[&most],
    )
    .await
}

pub async fn delete_idempotency_keys(db: &Connection, most: i64) -> Result<u64, DatabaseError> {
    db.execute(
        "DELETE FROM idempotency_keys WHERE (user_id, key) IN (
             SELECT user_id, key FROM idempotency_keys WHERE created_at < now() - interval '30 days' LIMIT $1)",
        &[&most],
    )
    .await
}

/// The workouts stay; whoever sends one again is told what is there now.
pub async fn blank_workout_answers(db: &Connection, most: i64) -> Result<u64, DatabaseError> {
    db.execute(
        "UPDATE workouts SET answer = NULL WHERE id IN (
             SELECT id FROM workouts WHERE answer IS NOT NULL AND recorded_at < now() - interval '30 days' LIMIT $1)",
        &[&most],
    )
    .await
}

/// The entries stay.
pub async fn blank_audit_addresses(db: &Connection) -> Result<u64, DatabaseError> {
    let row = db.query_one("SELECT blank_audit_addresses(now() - interval '90 days')", &[]).await?;
    Ok(row.get::<_, i64>(0).unsigned_abs())
}

/// A dead job's `run_at` is the time at which it would have been tried again.
pub async fn delete_dead_jobs(db: &Connection, most: i64) -> Result<u64, DatabaseError> {
    db.execute(
        "SELECT FROM graphile_worker.complete_jobs(ARRAY(
             SELECT id FROM graphile_worker.jobs
             WHERE locked_at IS NULL AND attempts >= max_attempts AND run_at < now() - interval '30 days' LIMIT $1))",
        &[&most],
    )
    .await
}

pub async fn delete_probes(db: &Connection, most: i64) -> Result<u64, DatabaseError> {
    db.execute(
        "DELETE FROM job_probes WHERE ctid IN (
             SELECT ctid FROM job_probes WHERE made_at < now() - interval '1 day' LIMIT $1)",
        &[&most],
    )
    .await
}

pub async fn delete_rank_rises(db: &Connection, most: i64) -> Result<u64, DatabaseError> {
    db.execute(
        "DELETE FROM rank_rises WHERE id IN (
             SELECT id FROM rank_rises WHERE created_at < now() - interval '90 days' LIMIT $1)",
        &[&most],
    )
    .await
}

/// When somebody followed, once the last time is past counting.
pub async fn delete_follow_calls(db: &Connection, most: i64) -> Result<u64, DatabaseError> {
    db.execute(
        "DELETE FROM follow_calls WHERE user_id IN (
             SELECT user_id FROM follow_calls WHERE called_at[cardinality(called_at)] < now() - interval '1 hour' LIMIT $1)",
        &[&most],
    )
    .await
}

/// Every process has read them within the second, or reads everything anew.
pub async fn delete_board_changes(db: &Connection, most: i64) -> Result<u64, DatabaseError> {
    db.execute(
        "DELETE FROM board_changes WHERE id IN (
             SELECT id FROM board_changes WHERE at < now() - interval '2 hours' LIMIT $1)",
        &[&most],
    )
    .await
}

/// Until then its maker may still read in the export what was shared.
pub async fn delete_revoked_shares(db: &Connection, most: i64) -> Result<u64, DatabaseError> {
    db.execute(
        "DELETE FROM routine_shares WHERE code IN (
             SELECT code FROM routine_shares WHERE revoked_at < now() - interval '30 days' LIMIT $1)",
        &[&most],
    )
    .await
}
