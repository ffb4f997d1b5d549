//! What a lifter shows on boards, and what waits before it stands there.

use uuid::Uuid;

use super::Shown;
use super::truth::lift_from_row;
use crate::boards::qualify::{BoardLift, candidates};
use crate::boards::scope::Basis;
use crate::catalogue::Catalogue;
use crate::platform::visibility::listed;
use crate::platform::{Connection, DatabaseError, UserId};

pub async fn shows_points(db: &Connection, user: Uuid) -> Result<bool, DatabaseError> {
    let row = db.query_opt("SELECT shows_points FROM users WHERE id = $1", &[&user]).await?;
    Ok(row.is_some_and(|row| row.get(0)))
}

/// What a user is on boards; none when there is none.
pub async fn find_shown(db: &Connection, user: UserId) -> Result<Option<Shown>, DatabaseError> {
    let sql = concat!("SELECT ", listed!(), ", shows_points FROM users u WHERE id = $1 AND is_active");
    let row = db.query_opt(sql, &[&user.0]).await?;
    Ok(row.map(|row| Shown { is_listed: row.get(0), shows_points: row.get(1) }))
}

/// A lift that waits, and the points that it would have.
pub struct WaitingLift {
    pub exercise_id: String,
    pub lift: BoardLift,
    pub points: Option<u32>,
}

/// The lifts of a lifter that wait for a moderator, the newest first.
pub async fn list_waiting(
    db: &Connection,
    catalogue: &Catalogue,
    user: UserId,
) -> Result<Vec<WaitingLift>, DatabaseError> {
    let rows = db
        .query(
            "SELECT id, exercise_id, weight_kg::float8, reps::integer, performed_at, bodyweight_kg, scored_as::text,
                    age_years, equipment = 'raw', doubt::text
             FROM lifts WHERE user_id = $1 AND doubt IS NOT NULL AND accepted_at IS NULL AND voided_at IS NULL
             ORDER BY id DESC LIMIT 100",
            &[&user.0],
        )
        .await?;
    let waiting = rows.iter().map(|row| {
        let (exercise_id, lift) = lift_from_row(row, 0);
        let accepted = BoardLift { doubt: None, ..lift };
        let stands = catalogue.find(&exercise_id).map(|exercise| candidates(exercise, &accepted));
        let points = stands.into_iter().flatten().find(|candidate| candidate.basis == Basis::Points);
        WaitingLift { exercise_id, lift, points: points.map(|candidate| candidate.mark.value) }
    });
    Ok(waiting.collect())
}
