use jiff::tz::TimeZone;

use super::{Kept, Owner};
use crate::boards::Doubt;
use crate::lifts::store::{LIFT_COLUMNS, lift_from_row};
use crate::lifts::{Lift, Moment};
use crate::platform::{Connection, DatabaseError, UserId};
use crate::strength::ScoredAs;

/// Takes hold of an active lifter until the transaction ends.
pub async fn lock_owner(db: &Connection, user: UserId) -> Result<Option<Owner>, DatabaseError> {
    let sql = "SELECT time_zone, birth_year FROM users WHERE id = $1 AND is_active FOR NO KEY UPDATE";
    let row = db.query_opt(sql, &[&user.0]).await?;
    Ok(row.map(|row| Owner { time_zone: TimeZone::get(row.get(0)).unwrap_or(TimeZone::UTC), birth_year: row.get(1) }))
}

pub async fn find_own_lift(db: &Connection, user: UserId, id: i32) -> Result<Option<Kept>, DatabaseError> {
    let sql = format!(
        "SELECT {LIFT_COLUMNS}, l.bodyweight_kg, l.scored_as::text, l.age_years, l.doubt::text, l.voided_at IS NOT NULL,
                l.accepted_at IS NOT NULL
         FROM lifts l WHERE l.id = $2 AND l.user_id = $1"
    );
    let row = db.query_opt(&sql, &[&user.0, &id]).await?;
    Ok(row.map(|row| Kept {
        lift: lift_from_row(&row),
        moment: Moment {
            bodyweight_kg: row.get(10),
            scored_as: row.get::<_, Option<&str>>(11).and_then(ScoredAs::parse),
            age_years: row.get(12),
            doubt: row.get::<_, Option<&str>>(13).and_then(Doubt::parse),
        },
        is_voided: row.get(14),
        is_accepted: row.get(15),
    }))
}

/// Writes a lift as it is now; `stays_accepted` says whether a moderator's word still holds.
pub async fn update_lift(
    db: &Connection,
    lift: &Lift,
    moment: &Moment,
    stays_accepted: bool,
    volume_xp: i32,
) -> Result<u64, DatabaseError> {
    db.execute(
        "UPDATE lifts SET weight_kg = $2::float8, reps = $3::integer, sets = $4::integer, score_value = $5, performed_at = $6,
                          equipment = $7::text::worn, bodyweight_kg = $8, age_years = $9, doubt = $10::text::lift_doubt,
                          accepted_at = CASE WHEN $11 THEN accepted_at END,
                          accepted_by = CASE WHEN $11 THEN accepted_by END, volume_xp = $12
         WHERE id = $1",
        &[
            &lift.id,
            &lift.weight_kg,
            &lift.reps,
            &lift.sets,
            &lift.score_value,
            &lift.performed_at,
            &lift.equipment,
            &moment.bodyweight_kg,
            &moment.age_years,
            &moment.doubt.map(Doubt::as_str),
            &stays_accepted,
            &volume_xp,
        ],
    )
    .await
}

pub async fn delete_events_of_lift(db: &Connection, lift: i32) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM personal_best_events WHERE lift_id = $1", &[&lift]).await
}

/// Deletes a lift with its events; gives how many lifts there were.
pub async fn delete_lift(db: &Connection, user: UserId, id: i32) -> Result<u64, DatabaseError> {
    db.execute(
        "WITH events AS (DELETE FROM personal_best_events WHERE user_id = $1 AND lift_id = $2)
         DELETE FROM lifts WHERE id = $2 AND user_id = $1",
        &[&user.0, &id],
    )
    .await
}

/// Deletes all lifts and events of a lifter; gives how many lifts there were.
pub async fn delete_lifts(db: &Connection, user: UserId) -> Result<u64, DatabaseError> {
    db.execute(
        "WITH events AS (DELETE FROM personal_best_events WHERE user_id = $1) DELETE FROM lifts WHERE user_id = $1",
        &[&user.0],
    )
    .await
}
