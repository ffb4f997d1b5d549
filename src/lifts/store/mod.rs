pub mod bests;
pub mod holding;
pub mod recording;

use tokio_postgres::Row;

use super::Lift;
use crate::platform::visibility::visible;
use crate::platform::{Connection, DatabaseError, UserId};

/// Whether a lift (as `l`) may be a personal best: raw or wraps, not voided, and no more than anybody has done unless a
/// moderator believes it.
macro_rules! counting {
    () => {
        "(l.equipment IN ('raw', 'wraps') AND l.voided_at IS NULL AND coalesce(l.reps, 1) > 0 AND coalesce(l.sets, 1) > 0 \
          AND (l.doubt IS DISTINCT FROM 'ceiling' OR l.accepted_at IS NOT NULL))"
    };
}
pub(super) use counting;

/// The columns of `lifts` (as `l`) that [`lift_from_row`] reads.
pub const LIFT_COLUMNS: &str =
    "l.id, l.user_id, l.exercise_id, l.weight_kg, l.reps, l.sets, l.score_value, l.performed_at,
     l.equipment::text, l.source::text";

pub fn lift_from_row(row: &Row) -> Lift {
    Lift {
        id: row.get(0),
        user_id: UserId(row.get(1)),
        exercise_id: row.get(2),
        weight_kg: row.get(3),
        reps: row.get(4),
        sets: row.get(5),
        score_value: row.get(6),
        performed_at: row.get(7),
        equipment: row.get(8),
        source: row.get(9),
    }
}

/// The lifts of somebody in an exercise, the newest first; voided ones are left out.
pub async fn list_lifts(
    db: &Connection,
    user: UserId,
    exercise_id: &str,
    visitor: Option<UserId>,
    limit: i64,
) -> Result<Vec<Lift>, DatabaseError> {
    let rows = db
        .query(
            concat!(
                "SELECT id, user_id, exercise_id, weight_kg, reps, sets, score_value, performed_at, equipment::text, source::text
             FROM lifts WHERE user_id = $1 AND exercise_id = $2 AND voided_at IS NULL
               AND EXISTS (SELECT FROM users u WHERE id = $1 AND ",
                visible!("$4"),
                ") ORDER BY performed_at DESC, id DESC LIMIT $3"
            ),
            &[&user.0, &exercise_id, &limit, &visitor.map(|visitor| visitor.0)],
        )
        .await?;
    Ok(rows.iter().map(lift_from_row).collect())
}

/// The lift that is somebody's best in an exercise.
pub async fn find_best_lift(
    db: &Connection,
    user: UserId,
    exercise_id: &str,
    visitor: Option<UserId>,
) -> Result<Option<Lift>, DatabaseError> {
    let row = db
        .query_opt(
            concat!(
                "SELECT l.id, l.user_id, l.exercise_id, l.weight_kg, l.reps, l.sets, l.score_value, l.performed_at,
                    l.equipment::text, l.source::text
             FROM personal_bests b JOIN lifts l ON l.id = b.lift_id
             WHERE b.user_id = $1 AND b.exercise_id = $2
               AND EXISTS (SELECT FROM users u WHERE id = $1 AND ",
                visible!("$3"),
                ")"
            ),
            &[&user.0, &exercise_id, &visitor.map(|visitor| visitor.0)],
        )
        .await?;
    Ok(row.as_ref().map(lift_from_row))
}
