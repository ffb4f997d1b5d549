use jiff::civil::Date;
use tokio_postgres::Row;

use crate::platform::visibility::{listed, visible};
use crate::platform::{Connection, DatabaseError, UserId};
use crate::strength::energy::Lifter;
use crate::strength::standards::CoreLift;
use crate::strength::{ScoredAs, Unit};

/// What the energy of a user is computed from, and the year of birth.
pub async fn find_lifter(db: &Connection, user: UserId) -> Result<Option<(Lifter, Option<i16>)>, DatabaseError> {
    let row = db
        .query_opt(
            "SELECT u.weight_kg, u.scored_as, u.gender, u.preferred_unit,
                    (SELECT score_value FROM personal_bests WHERE user_id = u.id AND exercise_id = $2),
                    (SELECT score_value FROM personal_bests WHERE user_id = u.id AND exercise_id = $3),
                    (SELECT score_value FROM personal_bests WHERE user_id = u.id AND exercise_id = $4), u.birth_year
             FROM users u WHERE u.id = $1",
            &[
                &user.0,
                &CoreLift::Squat.exercise_id(),
                &CoreLift::Bench.exercise_id(),
                &CoreLift::Deadlift.exercise_id(),
            ],
        )
        .await?;
    Ok(row.map(|row| (lifter_from_row(&row, 0), row.get(7))))
}

/// Reads body weight, scoring, gender, unit and the three bests from the column `first` on.
pub fn lifter_from_row(row: &Row, first: usize) -> Lifter {
    let (chosen, gender): (Option<&str>, Option<&str>) = (row.get(first + 1), row.get(first + 2));
    Lifter {
        bodyweight_kg: row.get(first),
        scored_as: chosen.and_then(ScoredAs::parse).or_else(|| gender.and_then(ScoredAs::from_gender)),
        unit: Unit::parse(row.get(first + 3)).unwrap_or(Unit::Kg),
        best_kg: [row.get(first + 4), row.get(first + 5), row.get(first + 6)],
    }
}

/// The statement of [`set_energy`]. The history's time is of the clock: a transaction may have begun before another's.
pub const SET_ENERGY: &str = "WITH before AS (SELECT energy FROM users WHERE id = $1),
          changed AS (UPDATE users SET energy = $2, rank = $3, updated_at = now()
                      WHERE id = $1 AND (energy, rank) IS DISTINCT FROM ($2, $3) RETURNING id)
     INSERT INTO energy_history (user_id, energy, created_at)
     SELECT changed.id, $2, clock_timestamp() FROM changed, before WHERE before.energy <> $2";

/// Writes energy and rank where they differ; a changed energy enters the history.
pub async fn set_energy(db: &Connection, user: UserId, energy: f64, rank: &str) -> Result<u64, DatabaseError> {
    db.execute(SET_ENERGY, &[&user.0, &energy, &rank]).await
}

/// One row of the board; its texts are borrowed from what the database sent.
pub struct BoardRow(Row);

impl BoardRow {
    pub fn user_id(&self) -> UserId {
        UserId(self.0.get(0))
    }

    pub fn username(&self) -> &str {
        self.0.get(1)
    }

    pub fn display_name(&self) -> Option<&str> {
        self.0.get(2)
    }

    pub fn energy(&self) -> f64 {
        self.0.get(3)
    }

    pub fn avatar_key(&self) -> Option<&str> {
        self.0.get(4)
    }
}

/// A page of active users by energy.
pub async fn list_board(db: &Connection, limit: i64, offset: i64) -> Result<Vec<BoardRow>, DatabaseError> {
    let rows = db
        .query(
            concat!(
                "SELECT id, username, display_name, energy, avatar_key FROM users u WHERE ",
                listed!(),
                " ORDER BY energy DESC, updated_at DESC, id LIMIT $1 OFFSET $2"
            ),
            &[&limit, &offset],
        )
        .await?;
    Ok(rows.into_iter().map(BoardRow).collect())
}

/// The same from an energy on: `skip` are left out of those who have it or less.
pub async fn list_board_from(
    db: &Connection,
    energy: f64,
    limit: i64,
    skip: i64,
) -> Result<Vec<BoardRow>, DatabaseError> {
    let rows = db
        .query(
            concat!(
                "SELECT id, username, display_name, energy, avatar_key FROM users u WHERE ",
                listed!(),
                " AND energy <= $1 ORDER BY energy DESC, updated_at DESC, id LIMIT $2 OFFSET $3"
            ),
            &[&energy, &limit, &skip],
        )
        .await?;
    Ok(rows.into_iter().map(BoardRow).collect())
}

pub async fn find_energy(db: &Connection, user: UserId, visitor: Option<UserId>) -> Result<Option<f64>, DatabaseError> {
    let sql = concat!("SELECT energy FROM users u WHERE id = $1 AND ", visible!("$2"));
    let row = db.query_opt(sql, &[&user.0, &visitor.map(|visitor| visitor.0)]).await?;
    Ok(row.map(|row| row.get(0)))
}

/// The greatest energy of each day (UTC), the earliest day first.
pub async fn list_daily(
    db: &Connection,
    user: UserId,
    visitor: Option<UserId>,
) -> Result<Vec<(Date, f64)>, DatabaseError> {
    let rows = db
        .query(
            concat!(
                "SELECT (created_at AT TIME ZONE 'UTC')::date AS day, max(energy) FROM energy_history
             WHERE user_id = $1 AND EXISTS (SELECT FROM users u WHERE id = $1 AND ",
                visible!("$2"),
                ") GROUP BY day ORDER BY day"
            ),
            &[&user.0, &visitor.map(|visitor| visitor.0)],
        )
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Takes hold of an active user until the transaction ends; false when there is none.
pub async fn lock_user(db: &Connection, user: UserId) -> Result<bool, DatabaseError> {
    let row = db.query_opt("SELECT FROM users WHERE id = $1 AND is_active FOR NO KEY UPDATE", &[&user.0]).await?;
    Ok(row.is_some())
}
