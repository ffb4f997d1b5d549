use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::lifts::Equipment;
use crate::platform::visibility::{unblocked, visible};
use crate::platform::{Connection, DatabaseError, UserId};
use crate::workouts::new_workout::{CheckedSet, NewSet, SetKind};

pub struct WorkoutRow {
    pub id: Uuid,
    pub user_id: UserId,
    pub routine_id: Option<Uuid>,
    pub title: String,
    pub status: String,
    pub note: Option<String>,
    pub minutes: f64,
    pub completed_at: Timestamp,
    pub recorded_at: Timestamp,
    /// Whether its sets are lifts; existing clients send those on their own.
    pub has_lifts: bool,
}

pub struct SetRow {
    pub workout_id: Uuid,
    pub position: i16,
    pub exercise_id: String,
    /// Of one's own exercise.
    pub own_name: Option<String>,
    pub kind: String,
    pub sets: i32,
    pub reps: i32,
    pub weight_kg: f64,
    pub total_volume: f64,
    pub is_assisted: bool,
    pub rpe: Option<f32>,
    pub rest_seconds: Option<i32>,
    pub client_id: Option<Uuid>,
    pub lift_id: Option<i32>,
}

/// The columns of `workouts` (as `w`) that [`WorkoutRow::from_row`] reads.
macro_rules! columns {
    () => {
        "w.id, w.user_id, w.routine_id, w.title, w.status, CASE WHEN w.user_id = $2 THEN w.note END, w.minutes, w.completed_at, w.recorded_at, w.has_lifts"
    };
}

impl WorkoutRow {
    fn from_row(row: &Row) -> Self {
        Self {
            id: row.get(0),
            user_id: UserId(row.get(1)),
            routine_id: row.get(2),
            title: row.get(3),
            status: row.get(4),
            note: row.get(5),
            minutes: row.get(6),
            completed_at: row.get(7),
            recorded_at: row.get(8),
            has_lifts: row.get(9),
        }
    }
}

impl SetRow {
    fn from_row(row: &Row) -> Self {
        Self {
            workout_id: row.get(0),
            position: row.get(1),
            exercise_id: row.get(2),
            own_name: row.get(3),
            kind: row.get(4),
            sets: row.get(5),
            reps: row.get(6),
            weight_kg: row.get(7),
            total_volume: row.get(8),
            is_assisted: row.get(9),
            rpe: row.get(10),
            rest_seconds: row.get(11),
            client_id: row.get(12),
            lift_id: row.get(13),
        }
    }
}

/// A workout that the visitor may see; its note is for its owner.
pub async fn find_workout(db: &Connection, id: Uuid, visitor: UserId) -> Result<Option<WorkoutRow>, DatabaseError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM workouts w JOIN users u ON u.id = w.user_id WHERE w.id = $1 AND ",
        visible!("$2"),
        " AND ",
        unblocked!("$2")
    );
    Ok(db.query_opt(sql, &[&id, &visitor.0]).await?.as_ref().map(WorkoutRow::from_row))
}

/// The workouts of somebody before a moment, the newest first.
pub async fn list_workouts(
    db: &Connection,
    user: UserId,
    visitor: UserId,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<WorkoutRow>, DatabaseError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM workouts w WHERE w.user_id = $1 AND w.completed_at < $3
            AND EXISTS (SELECT FROM users u WHERE u.id = $1 AND ",
        visible!("$2"),
        " AND ",
        unblocked!("$2"),
        ") ORDER BY w.completed_at DESC LIMIT $4"
    );
    let rows = db.query(sql, &[&user.0, &visitor.0, &before, &limit]).await?;
    Ok(rows.iter().map(WorkoutRow::from_row).collect())
}

/// The sets of some workouts, in their order; the names of own exercises for their owner alone.
pub async fn list_sets(db: &Connection, workouts: &[Uuid], visitor: UserId) -> Result<Vec<SetRow>, DatabaseError> {
    let sql = "SELECT s.workout_id, s.position, s.exercise_id, o.name, s.kind::text, s.sets::integer, s.reps::integer,
                      s.weight_kg::float8, s.total_volume, s.is_assisted, s.rpe, s.rest_seconds, s.client_id, s.lift_id
               FROM workout_sets s LEFT JOIN own_exercises o ON o.id = s.exercise_id AND o.user_id = $2
               WHERE s.workout_id = ANY ($1::uuid[]) ORDER BY s.workout_id, s.position";
    Ok(db.query(sql, &[&workouts, &visitor.0]).await?.iter().map(SetRow::from_row).collect())
}

/// Takes hold of an active lifter until the transaction ends; gives the time zone.
pub async fn lock_lifter(db: &Connection, user: UserId) -> Result<Option<TimeZone>, DatabaseError> {
    let sql = "SELECT time_zone FROM users WHERE id = $1 AND is_active FOR NO KEY UPDATE";
    let row = db.query_opt(sql, &[&user.0]).await?;
    Ok(row.map(|row| TimeZone::get(row.get(0)).unwrap_or(TimeZone::UTC)))
}

/// Whether a lift of a workout was voided.
pub async fn has_voided_lift(db: &Connection, workout: Uuid) -> Result<bool, DatabaseError> {
    let sql = "SELECT EXISTS (SELECT FROM workout_sets s JOIN lifts l ON l.id = s.lift_id
                              WHERE s.workout_id = $1 AND l.voided_at IS NOT NULL)";
    Ok(db.query_one(sql, &[&workout]).await?.get(0))
}

/// What was worn for the lifts of a workout.
pub async fn list_equipment(db: &Connection, workout: Uuid) -> Result<Vec<(i32, String)>, DatabaseError> {
    let sql = "SELECT DISTINCT l.id, l.equipment::text FROM workout_sets s JOIN lifts l ON l.id = s.lift_id
               WHERE s.workout_id = $1";
    Ok(db.query(sql, &[&workout]).await?.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// The workouts in which somebody did an exercise, the oldest first.
pub async fn list_with_exercise(
    db: &Connection,
    user: UserId,
    exercise_id: &str,
) -> Result<Vec<(Uuid, Timestamp, Timestamp)>, DatabaseError> {
    let sql = "SELECT w.id, w.completed_at, w.recorded_at FROM workouts w
               WHERE w.id IN (SELECT workout_id FROM workout_sets WHERE user_id = $1 AND exercise_id = $2)
               ORDER BY w.completed_at";
    let rows = db.query(sql, &[&user.0, &exercise_id]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

/// As early as any workout.
pub const EARLIEST: Timestamp = Timestamp::constant(-631_152_000, 0);
/// Later than any workout.
pub const LATEST: Timestamp = Timestamp::constant(253_000_000_000, 0);

/// Sets by their workout.
pub fn by_workout(sets: Vec<SetRow>) -> HashMap<Uuid, Vec<SetRow>> {
    let mut of = HashMap::<_, Vec<_>>::new();
    for set in sets {
        of.entry(set.workout_id).or_default().push(set);
    }
    of
}

/// The name of a routine that somebody may follow: their own, everybody's, or one that is shared.
pub async fn find_routine_name(db: &Connection, user: UserId, id: Uuid) -> Result<Option<String>, DatabaseError> {
    Ok(db.query_opt(FIND_ROUTINE_NAME, &[&user.0, &id]).await?.map(|row| row.get(0)))
}

pub const FIND_ROUTINE_NAME: &str = "SELECT r.name FROM routines r
     WHERE r.id = $2 AND (r.user_id = $1 OR r.user_id IS NULL OR EXISTS (
         SELECT FROM routine_shares s WHERE s.routine_id = r.id AND s.revoked_at IS NULL))";

impl SetRow {
    /// As it could have been sent.
    pub fn into_sent(self, equipment: Equipment) -> CheckedSet {
        CheckedSet {
            times: self.sets,
            total_volume: self.total_volume,
            sent: NewSet {
                id: self.client_id,
                exercise_id: self.exercise_id,
                reps: self.reps,
                weight_kg: self.weight_kg,
                kind: SetKind::parse(&self.kind).unwrap_or_default(),
                assisted: self.is_assisted,
                rpe: self.rpe,
                rest_seconds: self.rest_seconds,
                equipment,
            },
        }
    }
}
