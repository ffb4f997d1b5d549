//! The contract's board of an exercise, in SQL.

use jiff::Timestamp;
use tokio_postgres::Row;

use crate::accounts::{UserRead, user_columns};
use crate::platform::visibility::listed;
use crate::platform::{Connection, DatabaseError};

/// One row of an exercise's board.
pub struct BoardRow {
    pub lift_id: i32,
    pub weight_kg: f64,
    pub score_value: f64,
    pub performed_at: Timestamp,
    pub user: UserRead,
}

/// What places a best on an exercise's board.
#[derive(Clone, Copy)]
pub struct Mark {
    score_value: f64,
    performed_at: Timestamp,
    lift_id: i32,
}

impl Mark {
    /// Before all.
    pub const FIRST: Self = Self { score_value: f64::INFINITY, performed_at: Timestamp::UNIX_EPOCH, lift_id: 0 };
}

/// Every so many-th of an exercise's board.
pub async fn list_cuts(db: &Connection, exercise_id: &str, every: u32) -> Result<Vec<Mark>, DatabaseError> {
    let sql = concat!(
        "SELECT score_value, performed_at, lift_id FROM (
             SELECT b.score_value, b.performed_at, b.lift_id,
                    row_number() OVER (ORDER BY b.score_value DESC, b.performed_at DESC, b.lift_id DESC) AS place
             FROM personal_bests b JOIN users u ON u.id = b.user_id AND ",
        listed!(),
        " WHERE b.exercise_id = $1) placed WHERE place % $2 = 0 ORDER BY place"
    );
    let rows = db.query(sql, &[&exercise_id, &i64::from(every)]).await?;
    let mark = |row: &Row| Mark { score_value: row.get(0), performed_at: row.get(1), lift_id: row.get(2) };
    Ok(rows.iter().map(mark).collect())
}

/// A page of the active lifters of an exercise, the best first, each once: from so many behind a mark on.
pub async fn list_board(
    db: &Connection,
    exercise_id: &str,
    mark: Mark,
    limit: i64,
    offset: i64,
    base_url: &str,
) -> Result<Vec<BoardRow>, DatabaseError> {
    let rows = db
        .query(
            concat!(
                "SELECT b.lift_id, b.weight_kg, b.score_value, b.performed_at, ",
                user_columns!(),
                " FROM personal_bests b JOIN users u ON u.id = b.user_id AND ",
                listed!(),
                " WHERE b.exercise_id = $1 AND (b.score_value, b.performed_at, b.lift_id) < ($4, $5, $6)
                 ORDER BY b.score_value DESC, b.performed_at DESC, b.lift_id DESC LIMIT $2 OFFSET $3"
            ),
            &[&exercise_id, &limit, &offset, &mark.score_value, &mark.performed_at, &mark.lift_id],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| BoardRow {
            lift_id: row.get(0),
            weight_kg: row.get(1),
            score_value: row.get(2),
            performed_at: row.get(3),
            user: UserRead::from_row(row, 4, base_url).public(),
        })
        .collect())
}
