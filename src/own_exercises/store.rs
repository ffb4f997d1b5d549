use crate::platform::{Connection, DatabaseError, UserId};

/// An exercise that a lifter made.
pub struct OwnExercise {
    pub id: String,
    pub name: String,
    pub is_bodyweight: bool,
    /// The exercise of the catalogue that has its history now.
    pub merged_into: Option<String>,
}

fn from_row(row: &tokio_postgres::Row) -> OwnExercise {
    OwnExercise { id: row.get(0), name: row.get(1), is_bodyweight: row.get(2), merged_into: row.get(3) }
}

/// All of somebody's, merged ones too, by name.
pub async fn list_all(db: &Connection, user: UserId) -> Result<Vec<OwnExercise>, DatabaseError> {
    let sql =
        "SELECT id, name, is_bodyweight, merged_into FROM own_exercises WHERE user_id = $1 ORDER BY lower(name), id";
    Ok(db.query(sql, &[&user.0]).await?.iter().map(from_row).collect())
}

/// One that was not merged.
pub async fn find_own(db: &Connection, user: UserId, id: &str) -> Result<Option<OwnExercise>, DatabaseError> {
    let sql = "SELECT id, name, is_bodyweight, merged_into FROM own_exercises
               WHERE user_id = $1 AND id = $2 AND merged_into IS NULL";
    Ok(db.query_opt(sql, &[&user.0, &id]).await?.as_ref().map(from_row))
}

/// Takes hold of an active user until the transaction ends; false when there is none.
pub async fn lock_user(db: &Connection, user: UserId) -> Result<bool, DatabaseError> {
    let sql = "SELECT FROM users WHERE id = $1 AND is_active FOR NO KEY UPDATE";
    Ok(db.query_opt(sql, &[&user.0]).await?.is_some())
}

pub async fn count_own(db: &Connection, user: UserId) -> Result<i64, DatabaseError> {
    let sql = "SELECT count(*) FROM own_exercises WHERE user_id = $1 AND merged_into IS NULL";
    Ok(db.query_one(sql, &[&user.0]).await?.get(0))
}

pub async fn insert_own(
    db: &Connection,
    user: UserId,
    id: &str,
    name: &str,
    is_bodyweight: bool,
) -> Result<u64, DatabaseError> {
    db.execute(
        "INSERT INTO own_exercises (id, user_id, name, is_bodyweight) VALUES ($2, $1, $3, $4)",
        &[&user.0, &id, &name, &is_bodyweight],
    )
    .await
}

pub async fn rename_own(db: &Connection, user: UserId, id: &str, name: &str) -> Result<u64, DatabaseError> {
    db.execute(
        "UPDATE own_exercises SET name = $3 WHERE user_id = $1 AND id = $2 AND merged_into IS NULL",
        &[&user.0, &id, &name],
    )
    .await
}

/// Deletes one that no set and no routine names; gives whether it was there, and whether it went. The caller holds the
/// user's row.
pub async fn delete_own(db: &Connection, user: UserId, id: &str) -> Result<(bool, bool), DatabaseError> {
    let row = db
        .query_one(
            "WITH known AS (SELECT id FROM own_exercises WHERE user_id = $1 AND id = $2 AND merged_into IS NULL),
                  gone AS (
                 DELETE FROM own_exercises o USING known WHERE o.id = known.id
                   AND NOT EXISTS (SELECT FROM workout_sets s WHERE s.user_id = $1 AND s.exercise_id = $2)
                   AND NOT EXISTS (SELECT FROM routines r JOIN routine_items i ON i.routine_id = r.id
                                   WHERE r.user_id = $1 AND i.exercise_id = $2) RETURNING o.id)
             SELECT EXISTS (SELECT FROM known), EXISTS (SELECT FROM gone)",
            &[&user.0, &id],
        )
        .await?;
    Ok((row.get(0), row.get(1)))
}

pub async fn set_merged(db: &Connection, user: UserId, id: &str, into: &str) -> Result<u64, DatabaseError> {
    let sql = "UPDATE own_exercises SET merged_into = $3 WHERE user_id = $1 AND id = $2";
    db.execute(sql, &[&user.0, &id, &into]).await
}

pub async fn rename_in_routines(db: &Connection, user: UserId, from: &str, to: &str) -> Result<u64, DatabaseError> {
    db.execute(
        "UPDATE routine_items i SET exercise_id = $3 FROM routines r
         WHERE r.user_id = $1 AND i.routine_id = r.id AND i.exercise_id = $2",
        &[&user.0, &from, &to],
    )
    .await
}
