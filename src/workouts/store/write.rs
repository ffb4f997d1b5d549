use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::platform::{Connection, DatabaseError, UserId};
use crate::workouts::new_workout::CheckedSet;

/// The workout that these sets or this time belong to.
pub struct Known {
    pub id: Uuid,
    pub answer: Option<String>,
    /// Whether it was completed then.
    pub is_of_time: bool,
    /// How many of the sets are its.
    pub sets: i64,
    /// Of what was sent.
    pub content: Option<Vec<u8>>,
    pub has_lifts: bool,
}

const FIND_KNOWN: &str = "SELECT w.id, w.answer, w.completed_at = $2, count(s.client_id), w.content, w.has_lifts
     FROM workouts w LEFT JOIN workout_sets s ON s.workout_id = w.id AND s.client_id = ANY ($3::uuid[])
     WHERE w.user_id = $1 AND (w.completed_at = $2 OR w.id IN (
         SELECT workout_id FROM workout_sets WHERE user_id = $1 AND client_id = ANY ($3::uuid[])))
     GROUP BY w.id ORDER BY count(s.client_id) DESC LIMIT 2";
const COUNT_DELETED: &str = "SELECT count(*) FROM deleted_sets WHERE user_id = $1 AND client_id = ANY ($2::uuid[])";
const INSERT_WORKOUT: &str =
    "INSERT INTO workouts (id, user_id, routine_id, title, status, note, minutes, completed_at, local_day, pays, has_lifts, content, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8::timestamptz BETWEEN now() - interval '24 hours' AND now() + interval '5 minutes', $10, $11, $12)";
const INSERT_SETS: &str =
    "INSERT INTO workout_sets (workout_id, position, user_id, exercise_id, kind, sets, reps, weight_kg, total_volume,
                               is_assisted, rpe, rest_seconds, client_id, lift_id, performed_at)
     SELECT $1, s.position, $2, s.exercise_id, s.kind::set_kind, s.sets, s.reps, s.weight_kg, s.total_volume,
            s.is_assisted, s.rpe, s.rest_seconds, s.client_id, s.lift_id, $3
     FROM unnest($4::smallint[], $5::text[], $6::text[], $7::integer[], $8::integer[], $9::float8[], $10::float8[],
                 $11::boolean[], $12::real[], $13::integer[], $14::uuid[], $15::integer[])
          AS s (position, exercise_id, kind, sets, reps, weight_kg, total_volume, is_assisted, rpe, rest_seconds,
                client_id, lift_id)";
const REMEMBER_ANSWER: &str = "UPDATE workouts SET answer = $2 WHERE id = $1";

/// The statements of recording a workout, to be prepared before they are sent together.
pub const RECORDING: [&str; 6] =
    [FIND_KNOWN, COUNT_DELETED, INSERT_WORKOUT, INSERT_SETS, REMEMBER_ANSWER, super::FIND_ROUTINE_NAME];

pub async fn find_known(
    db: &Connection,
    user: UserId,
    completed_at: Timestamp,
    sets: &[Uuid],
) -> Result<Vec<Known>, DatabaseError> {
    let rows = db.query(FIND_KNOWN, &[&user.0, &completed_at, &sets]).await?;
    let known = |row: &tokio_postgres::Row| Known {
        id: row.get(0),
        answer: row.get(1),
        is_of_time: row.get(2),
        sets: row.get(3),
        content: row.get(4),
        has_lifts: row.get(5),
    };
    Ok(rows.iter().map(known).collect())
}

/// How many of these sets were of workouts that were deleted.
pub async fn count_deleted(db: &Connection, user: UserId, sets: &[Uuid]) -> Result<i64, DatabaseError> {
    if sets.is_empty() {
        return Ok(0);
    }
    Ok(db.query_one(COUNT_DELETED, &[&user.0, &sets]).await?.get(0))
}

/// A workout as it is stored.
pub struct Stored<'a> {
    pub id: Uuid,
    pub user: UserId,
    pub routine_id: Option<Uuid>,
    pub title: &'a str,
    pub status: &'a str,
    pub note: Option<&'a str>,
    pub minutes: f64,
    pub completed_at: Timestamp,
    pub local_day: Date,
    pub has_lifts: bool,
    pub content: &'a [u8],
    pub recorded_at: Timestamp,
}

pub async fn insert_workout(db: &Connection, workout: &Stored<'_>) -> Result<u64, DatabaseError> {
    let Stored {
        id,
        user,
        routine_id,
        title,
        status,
        note,
        minutes,
        completed_at,
        local_day,
        has_lifts,
        content,
        recorded_at,
    } = workout;
    let row: [&(dyn tokio_postgres::types::ToSql + Sync); 12] = [
        id,
        &user.0,
        routine_id,
        title,
        status,
        note,
        minutes,
        completed_at,
        local_day,
        has_lifts,
        content,
        recorded_at,
    ];
    db.execute(INSERT_WORKOUT, &row).await
}

/// Stores the sets of a workout, in their order, each with the lift that was made of it.
pub async fn insert_sets(
    db: &Connection,
    workout: Uuid,
    user: UserId,
    performed_at: Timestamp,
    sets: &[CheckedSet],
    lifts: &[Option<i32>],
) -> Result<u64, DatabaseError> {
    fn column<'a, T>(sets: &'a [CheckedSet], of: impl Fn(&'a CheckedSet) -> T) -> Vec<T> {
        sets.iter().map(of).collect()
    }
    db.execute(
        INSERT_SETS,
        &[
            &workout,
            &user.0,
            &performed_at,
            &(0..sets.len() as i16).collect::<Vec<_>>(),
            &column(sets, |set| set.sent.exercise_id.as_str()),
            &column(sets, |set| set.sent.kind.as_str()),
            &column(sets, |set| set.times),
            &column(sets, |set| set.sent.reps),
            &column(sets, |set| set.sent.weight_kg),
            &column(sets, |set| set.total_volume),
            &column(sets, |set| set.sent.assisted),
            &column(sets, |set| set.sent.rpe),
            &column(sets, |set| set.sent.rest_seconds),
            &column(sets, |set| set.sent.id),
            &lifts,
        ],
    )
    .await
}

/// Keeps what the client was told, for when it asks again.
pub async fn remember_answer(db: &Connection, workout: Uuid, answer: &str) -> Result<u64, DatabaseError> {
    db.execute(REMEMBER_ANSWER, &[&workout, &answer]).await
}

/// Writes what of a workout may change. Whether it came in time is asked of when it came.
pub async fn update_workout(
    db: &Connection,
    id: Uuid,
    title: &str,
    note: Option<&str>,
    minutes: f64,
    (completed_at, local_day): (Timestamp, Date),
    is_late: bool,
) -> Result<u64, DatabaseError> {
    db.execute(
        "UPDATE workouts SET title = $2, note = $3, minutes = $4, completed_at = $5, local_day = $6, answer = NULL,
                pays = $5::timestamptz BETWEEN recorded_at - interval '24 hours' AND recorded_at + interval '5 minutes'
                       AND NOT $7
         WHERE id = $1",
        &[&id, &title, &note, &minutes, &completed_at, &local_day, &is_late],
    )
    .await
}

/// Takes the sets of a workout away, with the lifts that were made of them; their ids are remembered where `for_ever`.
pub async fn delete_sets(db: &Connection, user: UserId, workout: Uuid, for_ever: bool) -> Result<u64, DatabaseError> {
    db.execute(
        "WITH gone AS (DELETE FROM workout_sets WHERE workout_id = $2 RETURNING client_id, lift_id),
              known AS (INSERT INTO deleted_sets (user_id, client_id)
                        SELECT $1, client_id FROM gone WHERE client_id IS NOT NULL AND $3 ON CONFLICT DO NOTHING)
         DELETE FROM lifts WHERE user_id = $1 AND id IN (SELECT lift_id FROM gone)",
        &[&user.0, &workout, &for_ever],
    )
    .await
}

/// Sets that are a workout's again are deleted no longer.
pub async fn forget_deleted(db: &Connection, user: UserId, ids: &[Uuid]) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM deleted_sets WHERE user_id = $1 AND client_id = ANY ($2::uuid[])", &[&user.0, &ids]).await
}

pub async fn delete_workout(db: &Connection, id: Uuid) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM workouts WHERE id = $1", &[&id]).await
}

/// Makes the sets of an exercise those of another.
pub async fn rename_exercise(db: &Connection, user: UserId, from: &str, to: &str) -> Result<u64, DatabaseError> {
    db.execute(
        "UPDATE workout_sets SET exercise_id = $3 WHERE user_id = $1 AND exercise_id = $2",
        &[&user.0, &from, &to],
    )
    .await
}

/// Names the lift that was made of sets of a weight and repetitions.
pub async fn set_lift(db: &Connection, workout: Uuid, positions: &[i16], lift: i32) -> Result<u64, DatabaseError> {
    db.execute(
        "UPDATE workout_sets SET lift_id = $3 WHERE workout_id = $1 AND position = ANY ($2::smallint[])",
        &[&workout, &positions, &lift],
    )
    .await
}
