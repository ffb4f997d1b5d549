mod shares;

use tokio_postgres::Row;
use tokio_postgres::types::Json;
use uuid::Uuid;

pub use shares::*;

use super::{Item, OwnExercise, Routine};
use crate::platform::{Connection, DatabaseError, UserId};

/// The columns of `routines` (as `r`) that make a [`Routine`], in the order of [`routine`].
macro_rules! routine_columns {
    () => {
        "r.id, r.user_id, r.name, r.image_key, r.created_at, r.updated_at,
         (SELECT coalesce(jsonb_agg(jsonb_build_object(
                     'exercise_id', coalesce(o.merged_into, i.exercise_id),
                     'own', CASE WHEN o.merged_into IS NULL AND o.id IS NOT NULL
                                 THEN jsonb_build_object('name', o.name, 'is_bodyweight', o.is_bodyweight) END,
                     'sets', i.sets, 'reps', i.reps, 'superset', i.superset, 'weight_kg', i.weight_kg,
                     'percent', i.percent, 'rest_seconds', i.rest_seconds, 'note', i.note) ORDER BY i.position), '[]')
          FROM routine_items i LEFT JOIN own_exercises o ON o.id = i.exercise_id WHERE i.routine_id = r.id)"
    };
}

/// Whether a routine (as `r`) may be read by a user, the parameter: one's own, everybody's, and others' while they are
/// shared by somebody who is there.
macro_rules! readable {
    ($user:literal) => {
        concat!(
            "(r.user_id = ",
            $user,
            " OR r.user_id IS NULL
              OR (EXISTS (SELECT FROM routine_shares s
                          WHERE s.routine_id = r.id AND s.shared_by = r.user_id AND s.revoked_at IS NULL)
                  AND EXISTS (SELECT FROM users u WHERE u.id = r.user_id AND u.is_active)))"
        )
    };
}

fn routine(row: &Row) -> Routine {
    Routine {
        id: row.get(0),
        user_id: row.get::<_, Option<Uuid>>(1).map(UserId),
        name: row.get(2),
        image_key: row.get(3),
        created_at: row.get(4),
        updated_at: row.get(5),
        items: row.get::<_, Json<Vec<Item>>>(6).0,
    }
}

/// The own routines and everybody's that are not hidden: the own ones first, in the order of their making.
pub async fn list_routines(db: &Connection, user: UserId) -> Result<Vec<Routine>, DatabaseError> {
    let rows = db
        .query(
            concat!(
                "SELECT ",
                routine_columns!(),
                " FROM routines r WHERE (r.user_id = $1 OR r.user_id IS NULL)
                    AND NOT EXISTS (SELECT FROM hidden_routines h WHERE h.user_id = $1 AND h.routine_id = r.id)
                  ORDER BY r.user_id IS NULL, r.created_at, r.id"
            ),
            &[&user.0],
        )
        .await?;
    Ok(rows.iter().map(routine).collect())
}

/// A routine that the user may read.
pub async fn find_routine(db: &Connection, user: UserId, id: Uuid) -> Result<Option<Routine>, DatabaseError> {
    let sql = concat!("SELECT ", routine_columns!(), " FROM routines r WHERE r.id = $2 AND ", readable!("$1"));
    Ok(db.query_opt(sql, &[&user.0, &id]).await?.as_ref().map(routine))
}

/// Whose a routine is that the user may read; it is held until the transaction ends. None within: everybody's.
pub async fn lock_routine(db: &Connection, user: UserId, id: Uuid) -> Result<Option<Option<UserId>>, DatabaseError> {
    let sql =
        concat!("SELECT r.user_id FROM routines r WHERE r.id = $2 AND ", readable!("$1"), " FOR NO KEY UPDATE OF r");
    let row = db.query_opt(sql, &[&user.0, &id]).await?;
    Ok(row.map(|row| row.get::<_, Option<Uuid>>(0).map(UserId)))
}

/// Takes hold of an active user until the transaction ends, and gives the level of the subscription.
pub async fn lock_user(db: &Connection, user: UserId) -> Result<Option<String>, DatabaseError> {
    let sql = "SELECT subscription_level FROM users WHERE id = $1 AND is_active FOR NO KEY UPDATE";
    Ok(db.query_opt(sql, &[&user.0]).await?.map(|row| row.get(0)))
}

pub async fn count_routines(db: &Connection, user: UserId) -> Result<i64, DatabaseError> {
    Ok(db.query_one("SELECT count(*) FROM routines WHERE user_id = $1", &[&user.0]).await?.get(0))
}

/// Without its items.
pub async fn insert_routine(
    db: &Connection,
    id: Uuid,
    user: UserId,
    name: &str,
    image_key: Option<&str>,
) -> Result<u64, DatabaseError> {
    let sql = "INSERT INTO routines (id, user_id, name, image_key) VALUES ($1, $2, $3, $4)";
    db.execute(sql, &[&id, &user.0, &name, &image_key]).await
}

/// Sets name and picture, and gives the picture before.
pub async fn update_routine(
    db: &Connection,
    id: Uuid,
    name: &str,
    image_key: Option<Option<&str>>,
) -> Result<Option<String>, DatabaseError> {
    let row = db
        .query_one(
            "UPDATE routines SET name = $2, image_key = CASE WHEN $3 THEN $4 ELSE routines.image_key END,
                    updated_at = now()
             FROM (SELECT image_key FROM routines WHERE id = $1) AS before
             WHERE id = $1 RETURNING before.image_key",
            &[&id, &name, &image_key.is_some(), &image_key.flatten()],
        )
        .await?;
    Ok(row.get(0))
}

/// Gives the key of its picture, if it was there; of workouts it is taken out, and its items go with it.
pub async fn delete_routine(db: &Connection, id: Uuid) -> Result<Option<String>, DatabaseError> {
    let row = db.query_opt("DELETE FROM routines WHERE id = $1 RETURNING image_key", &[&id]).await?;
    Ok(row.and_then(|row| row.get(0)))
}

pub async fn delete_items(db: &Connection, routine: Uuid) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM routine_items WHERE routine_id = $1", &[&routine]).await
}

pub const INSERT_ITEMS: &str =
    "INSERT INTO routine_items (routine_id, position, exercise_id, sets, reps, superset, weight_kg, percent,
                                rest_seconds, note)
     SELECT $1, i.position - 1, i.exercise_id, i.sets, i.reps, i.superset, i.weight_kg, i.percent,
            i.rest_seconds, i.note
     FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS (exercise_id text, sets int, reps int, superset smallint,
              weight_kg float8, percent real, rest_seconds int, note text))
          WITH ORDINALITY AS i (exercise_id, sets, reps, superset, weight_kg, percent, rest_seconds, note, position)";

/// In their order.
pub async fn insert_items(db: &Connection, routine: Uuid, items: &[Item]) -> Result<u64, DatabaseError> {
    db.execute(INSERT_ITEMS, &[&routine, &Json(items)]).await
}

/// An exercise that a lifter made.
pub struct StoredOwnExercise {
    pub id: String,
    pub exercise: OwnExercise,
    pub merged_into: Option<String>,
}

/// Those of a user's that have one of these ids.
pub async fn list_own_exercises(
    db: &Connection,
    user: UserId,
    ids: &[String],
) -> Result<Vec<StoredOwnExercise>, DatabaseError> {
    let sql = "SELECT id, name, is_bodyweight, merged_into FROM own_exercises
               WHERE user_id = $1 AND id = ANY ($2) FOR KEY SHARE";
    let rows = db.query(sql, &[&user.0, &ids]).await?;
    Ok(rows
        .iter()
        .map(|row| StoredOwnExercise {
            id: row.get(0),
            exercise: OwnExercise { name: row.get(1), is_bodyweight: row.get(2) },
            merged_into: row.get(3),
        })
        .collect())
}

/// The id of a user's own exercise of this name; it is made where there is none.
pub async fn find_or_insert_own_exercise(
    db: &Connection,
    user: UserId,
    id: &str,
    exercise: &OwnExercise,
) -> Result<String, DatabaseError> {
    let row = db
        .query_one(
            "INSERT INTO own_exercises AS o (id, user_id, name, is_bodyweight) VALUES ($2, $1, $3, $4)
             ON CONFLICT (user_id, lower(name)) WHERE merged_into IS NULL DO UPDATE SET name = o.name RETURNING id",
            &[&user.0, &id, &exercise.name, &exercise.is_bodyweight],
        )
        .await?;
    Ok(row.get(0))
}

/// Whether a user may give a picture to a routine, because of having uploaded it or of being able to read a routine that
/// has it. It is held until the transaction ends, so that nothing removes it meanwhile.
pub async fn hold_image(db: &Connection, user: UserId, key: &str) -> Result<bool, DatabaseError> {
    let sql = concat!(
        "SELECT FROM uploads WHERE key = $2
            AND (uploads.user_id = $1 OR EXISTS (SELECT FROM routines r WHERE r.image_key = $2 AND ",
        readable!("$1"),
        ")) FOR KEY SHARE OF uploads"
    );
    Ok(db.query_opt(sql, &[&user.0, &key]).await?.is_some())
}

/// The ids of what a user does not want to see.
pub async fn list_hidden(db: &Connection, user: UserId) -> Result<Vec<Uuid>, DatabaseError> {
    let rows =
        db.query("SELECT routine_id FROM hidden_routines WHERE user_id = $1 ORDER BY routine_id", &[&user.0]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Hides a routine of everybody's or one's own; of others' there is nothing to hide.
pub async fn insert_hidden(db: &Connection, user: UserId, routine: Uuid) -> Result<u64, DatabaseError> {
    db.execute(
        "INSERT INTO hidden_routines (user_id, routine_id)
         SELECT $1, r.id FROM (SELECT id FROM routines
                               WHERE id = $2 AND (user_id IS NULL OR user_id = $1) FOR KEY SHARE) AS r
         ON CONFLICT DO NOTHING",
        &[&user.0, &routine],
    )
    .await
}

pub async fn delete_hidden(db: &Connection, user: UserId, routine: Uuid) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM hidden_routines WHERE user_id = $1 AND routine_id = $2", &[&user.0, &routine]).await
}
