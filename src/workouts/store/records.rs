//! The greatest of what somebody did.

use jiff::Timestamp;

use crate::platform::visibility::{unblocked, visible};
use crate::platform::{Connection, DatabaseError, UserId};

/// The most that was lifted so many times, and when first.
pub struct Best {
    pub exercise_id: String,
    pub reps: i32,
    pub weight_kg: f64,
    pub performed_at: Timestamp,
    /// Whether it is a lift, or a set alone.
    pub is_lift: bool,
}

/// The most of all sets of a workout together.
pub struct Volume {
    pub exercise_id: String,
    pub volume: f64,
    pub performed_at: Timestamp,
}

/// One for each exercise and number of repetitions, of sets that were no warm-up and nobody helped with, and of lifts that
/// were not voided and wait for nobody. A set whose lift was deleted counts no more.
pub async fn list_bests(db: &Connection, user: UserId, visitor: UserId) -> Result<Vec<Best>, DatabaseError> {
    let sql = concat!(
        "SELECT DISTINCT ON (exercise_id, reps) exercise_id, reps, weight_kg, performed_at, is_lift FROM (
             SELECT s.exercise_id, s.reps::integer, s.weight_kg::float8, s.performed_at, l.id IS NOT NULL AS is_lift
             FROM workout_sets s JOIN workouts w ON w.id = s.workout_id LEFT JOIN lifts l ON l.id = s.lift_id
             WHERE s.user_id = $1 AND (l.id IS NOT NULL OR NOT w.has_lifts OR s.exercise_id LIKE 'own\\_%') AND s.kind <> 'warm_up' AND NOT s.is_assisted AND s.reps >= 1 AND s.sets >= 1
               AND l.voided_at IS NULL AND (l.doubt IS DISTINCT FROM 'ceiling' OR l.accepted_at IS NOT NULL)
             UNION ALL
             SELECT l.exercise_id, coalesce(l.reps, 1)::integer, l.weight_kg::float8, l.performed_at, true FROM lifts l
             WHERE l.user_id = $1 AND l.voided_at IS NULL AND coalesce(l.reps, 1) >= 1
               AND (l.doubt IS DISTINCT FROM 'ceiling' OR l.accepted_at IS NOT NULL)) done
         WHERE EXISTS (SELECT FROM users u WHERE u.id = $1 AND ",
        visible!("$2"),
        " AND ",
        unblocked!("$2"),
        ") ORDER BY exercise_id, reps, weight_kg DESC, performed_at"
    );
    let best = |row: &tokio_postgres::Row| Best {
        exercise_id: row.get(0),
        reps: row.get(1),
        weight_kg: row.get(2),
        performed_at: row.get(3),
        is_lift: row.get(4),
    };
    Ok(db.query(sql, &[&user.0, &visitor.0]).await?.iter().map(best).collect())
}

/// One for each exercise.
pub async fn list_volumes(db: &Connection, user: UserId, visitor: UserId) -> Result<Vec<Volume>, DatabaseError> {
    let sql = concat!(
        "SELECT DISTINCT ON (exercise_id) exercise_id, volume, performed_at FROM (
             SELECT exercise_id, workout_id, sum(weight_kg * reps * sets) AS volume, max(performed_at) AS performed_at
             FROM workout_sets WHERE user_id = $1 AND kind <> 'warm_up' AND NOT is_assisted
             GROUP BY exercise_id, workout_id) done
         WHERE volume > 0 AND EXISTS (SELECT FROM users u WHERE u.id = $1 AND ",
        visible!("$2"),
        " AND ",
        unblocked!("$2"),
        ") ORDER BY exercise_id, volume DESC, performed_at"
    );
    let volume =
        |row: &tokio_postgres::Row| Volume { exercise_id: row.get(0), volume: row.get(1), performed_at: row.get(2) };
    Ok(db.query(sql, &[&user.0, &visitor.0]).await?.iter().map(volume).collect())
}

/// The days on which somebody trained, the last first, and what day it is for them.
pub async fn list_days(
    db: &Connection,
    user: UserId,
    visitor: UserId,
) -> Result<Option<(String, Vec<jiff::civil::Date>)>, DatabaseError> {
    let sql = concat!(
        "SELECT u.time_zone, ARRAY (SELECT DISTINCT w.local_day FROM workouts w WHERE w.user_id = u.id
                                    ORDER BY w.local_day DESC LIMIT 4000)
         FROM users u WHERE u.id = $1 AND ",
        visible!("$2"),
        " AND ",
        unblocked!("$2")
    );
    Ok(db.query_opt(sql, &[&user.0, &visitor.0]).await?.map(|row| (row.get(0), row.get(1))))
}
