//! Personal bests that follow lifts which were changed, and the history of their rises.

use jiff::Timestamp;

use super::counting;
use crate::platform::visibility::{unblocked, visible};
use crate::platform::{Connection, DatabaseError, UserId};

/// Makes the personal bests of a lifter what the lifts give: those without a lift go, the others follow.
pub async fn refresh_personal_bests(db: &Connection, user: UserId) -> Result<u64, DatabaseError> {
    db.execute(
        concat!(
            "WITH best AS (
                 SELECT DISTINCT ON (l.exercise_id)
                        l.exercise_id, l.id, l.score_value, l.weight_kg, l.reps, l.sets, l.performed_at
                 FROM lifts l WHERE l.user_id = $1 AND ",
            counting!(),
            " ORDER BY l.exercise_id, l.score_value DESC, l.performed_at DESC, l.id DESC),
                  gone AS (
                 DELETE FROM personal_bests b
                 WHERE b.user_id = $1 AND NOT EXISTS (SELECT FROM best WHERE best.exercise_id = b.exercise_id))
             INSERT INTO personal_bests AS b
                 (user_id, exercise_id, lift_id, score_value, weight_kg, reps, sets, performed_at)
             SELECT $1, exercise_id, id, score_value, weight_kg, reps, sets, performed_at FROM best
             ON CONFLICT (user_id, exercise_id) DO UPDATE
                 SET lift_id = excluded.lift_id, score_value = excluded.score_value, weight_kg = excluded.weight_kg,
                     reps = excluded.reps, sets = excluded.sets, performed_at = excluded.performed_at
                 WHERE (b.lift_id, b.score_value, b.weight_kg, b.reps, b.sets, b.performed_at)
                     IS DISTINCT FROM (excluded.lift_id, excluded.score_value, excluded.weight_kg, excluded.reps,
                                       excluded.sets, excluded.performed_at)"
        ),
        &[&user.0],
    )
    .await
}

/// Takes the events of a lifter away whose lift is gone or counts no more.
pub async fn delete_hollow_events(db: &Connection, user: UserId) -> Result<u64, DatabaseError> {
    db.execute(
        concat!(
            "DELETE FROM personal_best_events e
             WHERE e.user_id = $1 AND NOT EXISTS (SELECT FROM lifts l WHERE l.id = e.lift_id AND ",
            counting!(),
            ")"
        ),
        &[&user.0],
    )
    .await
}

/// Notes that a lift which was there already became the best, above all others; once.
pub async fn insert_event_of_best(db: &Connection, lift: i32) -> Result<u64, DatabaseError> {
    db.execute(
        concat!(
            "INSERT INTO personal_best_events (user_id, exercise_id, lift_id, score_value, weight_kg, reps, created_at)
             SELECT b.user_id, b.exercise_id, b.lift_id, b.score_value, b.weight_kg, b.reps, clock_timestamp()
             FROM personal_bests b
             WHERE b.lift_id = $1 AND NOT EXISTS (SELECT FROM personal_best_events e WHERE e.lift_id = b.lift_id)
               AND NOT EXISTS (SELECT FROM lifts l
                               WHERE l.user_id = b.user_id AND l.exercise_id = b.exercise_id AND l.id <> b.lift_id
                                 AND l.score_value >= b.score_value AND ",
            counting!(),
            ")"
        ),
        &[&lift],
    )
    .await
}

/// A personal best rising.
pub struct BestEvent {
    pub id: i32,
    pub exercise_id: String,
    pub score_value: f64,
    pub weight_kg: f64,
    pub reps: Option<i32>,
    pub created_at: Timestamp,
}

/// The newest first.
pub async fn list_best_events(
    db: &Connection,
    user: UserId,
    visitor: UserId,
    limit: i64,
) -> Result<Vec<BestEvent>, DatabaseError> {
    let rows = db
        .query(
            concat!(
                "SELECT id, exercise_id, score_value, weight_kg, reps, created_at FROM personal_best_events
             WHERE user_id = $1 AND EXISTS (SELECT FROM users u WHERE id = $1 AND ",
                visible!("$3"),
                " AND ",
                unblocked!("$3"),
                ") ORDER BY created_at DESC, id DESC LIMIT $2"
            ),
            &[&user.0, &limit, &visitor.0],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| BestEvent {
            id: row.get(0),
            exercise_id: row.get(1),
            score_value: row.get(2),
            weight_kg: row.get(3),
            reps: row.get(4),
            created_at: row.get(5),
        })
        .collect())
}
