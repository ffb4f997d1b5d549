//! Taking hold of lifters, with what their lifts are judged against.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio_postgres::Row;

use crate::boards::Shown;
use crate::lifts::{Best, LockedLifter};
use crate::platform::visibility::listed;
use crate::platform::{Connection, DatabaseError, UserId};
use crate::strength::Unit;
use crate::strength::energy::Lifter;
use crate::strength::standards::CoreLift;

/// The day is the lifter's. What was weighed counts from 30 days before it, in entries and in lifts: of a day only the
/// last entry is kept. `OFFSET 0` has each exercise found by the index; together they would be looked for among all lifts.
macro_rules! lock_lifters {
    ($waiting:literal) => {
        concat!(
            "SELECT u.scored_as, u.gender, u.preferred_unit, u.time_zone, u.birth_year, ",
            listed!(),
            ", u.shows_points, u.weight_kg, weighed.kg, weighed.least, weighed.greatest,
               ARRAY (SELECT nextval('lifts_id_seq')::integer FROM generate_series(1, asked.lifts)), u.id
             FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::integer[]) AS asked (id, exercises, at, lifts)
                  JOIN users u ON u.id = asked.id AND u.is_active,
                  LATERAL (SELECT (coalesce(asked.at, now()) AT TIME ZONE u.time_zone)::date AS day,
                                  (now() AT TIME ZONE u.time_zone)::date AS today) days,
                  LATERAL (
                      SELECT CASE WHEN day = today THEN u.weight_kg ELSE (
                                 SELECT weight_kg FROM body_weights WHERE user_id = u.id
                                 ORDER BY measured_on > day, abs(measured_on - day) LIMIT 1) END AS kg,
                             min(entries.kg) AS least, max(entries.kg) AS greatest
                      FROM (
                          SELECT weight_kg AS kg FROM body_weights
                          WHERE user_id = u.id AND measured_on BETWEEN day - 29 AND day + 1
                          UNION ALL
                          SELECT l.bodyweight_kg FROM unnest(asked.exercises::text[]) AS of (exercise_id), LATERAL (
                              SELECT bodyweight_kg FROM lifts
                              WHERE user_id = u.id AND exercise_id = of.exercise_id AND performed_at >= day - 29
                                AND performed_at < day + 2 AND source = 'self' OFFSET 0) l) entries) weighed
             FOR NO KEY UPDATE OF u ",
            $waiting
        )
    };
}
const LOCK_LIFTERS: &str = lock_lifters!("");
/// Whoever is held by another transaction is left out.
const LOCK_FREE_LIFTERS: &str = lock_lifters!("SKIP LOCKED");
const LIST_BESTS: &str =
    "SELECT exercise_id, score_value, weight_kg, reps, sets, performed_at, lift_id, user_id FROM personal_bests
     WHERE user_id = ANY ($1::uuid[]) AND exercise_id = ANY ($2::text[])";

/// The statements of [`lock_lifters`] and [`list_bests`].
pub const HOLDING: [&str; 3] = [LOCK_LIFTERS, LOCK_FREE_LIFTERS, LIST_BESTS];

/// Of whom to take hold, to record what.
pub struct Asked<'a> {
    pub user: UserId,
    pub exercises: Vec<&'a str>,
    /// When the lifts were done; none is now.
    pub at: Option<Timestamp>,
    pub lifts: usize,
}

/// What is done about a lifter whom another transaction holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    Wait,
    LeaveOut,
}

/// Takes hold of active lifters until the transaction ends, and takes the numbers of their next lifts. In no order: whoever
/// asks for several does not wait.
pub async fn lock_lifters(
    db: &Connection,
    asked: &[Asked<'_>],
    others: Others,
) -> Result<Vec<(LockedLifter, Weights)>, DatabaseError> {
    let users: Vec<_> = asked.iter().map(|asked| asked.user.0).collect();
    let exercises: Vec<_> = asked.iter().map(|asked| format!("{{{}}}", asked.exercises.join(","))).collect();
    let times: Vec<_> = asked.iter().map(|asked| asked.at).collect();
    let lifts: Vec<_> = asked.iter().map(|asked| asked.lifts as i32).collect();
    let sql = if others == Others::Wait { LOCK_LIFTERS } else { LOCK_FREE_LIFTERS };
    let rows = db.query(sql, &[&users, &exercises, &times, &lifts]).await?;
    let lifter = |row: &Row| LockedLifter {
        id: UserId(row.get(12)),
        lift_ids: row.get(11),
        time_zone: TimeZone::get(row.get(3)).unwrap_or(TimeZone::UTC),
        energy_of: Lifter {
            bodyweight_kg: row.get(7),
            scored_as: crate::accounts::scored_as(row.get(0), row.get(1)),
            unit: Unit::parse(row.get(2)).unwrap_or(Unit::Kg),
            best_kg: [None; 3],
        },
        birth_year: row.get(4),
        shown: Shown { is_listed: row.get(5), shows_points: row.get(6) },
    };
    let weights = |row: &Row| Weights { kg: row.get(8), least_and_greatest: both(row.get(9), row.get(10)) };
    Ok(rows.iter().map(|row| (lifter(row), weights(row))).collect())
}

/// A body weight, and the least and the greatest of the 30 days up to it, where any was entered.
#[derive(Debug, Clone, Copy)]
pub struct Weights {
    pub kg: Option<f64>,
    pub least_and_greatest: Option<(f64, f64)>,
}

fn both(least: Option<f64>, greatest: Option<f64>) -> Option<(f64, f64)> {
    least.zip(greatest)
}

/// What somebody weighed on a day: the newest entry up to it, else the first one after it. Of the lifts up to it `except` does
/// not count.
pub async fn find_weights(
    db: &Connection,
    user: UserId,
    day: Date,
    exercise_id: &str,
    except: Option<i32>,
) -> Result<Weights, DatabaseError> {
    let [squat, bench, deadlift] = CoreLift::ALL.map(CoreLift::exercise_id);
    let row = db
        .query_one(
            "SELECT (SELECT weight_kg FROM body_weights WHERE user_id = $1
                     ORDER BY measured_on > $2, abs(measured_on - $2) LIMIT 1),
                    min(kg), max(kg)
             FROM (SELECT weight_kg AS kg FROM body_weights WHERE user_id = $1 AND measured_on BETWEEN $2::date - 29 AND $2
                   UNION ALL
                   SELECT bodyweight_kg FROM lifts
                   WHERE user_id = $1 AND exercise_id IN ($3, $4, $5, $6) AND source = 'self'
                     AND performed_at >= $2::date - 29 AND performed_at < $2::date + 1
                     AND id IS DISTINCT FROM $7) entries",
            &[&user.0, &day, &exercise_id, &squat, &bench, &deadlift, &except],
        )
        .await?;
    Ok(Weights { kg: row.get(0), least_and_greatest: both(row.get(1), row.get(2)) })
}

/// The bests of lifters in some exercises.
pub async fn list_bests(
    db: &Connection,
    users: &[UserId],
    exercises: &[&str],
) -> Result<HashMap<UserId, Vec<Best>>, DatabaseError> {
    let ids: Vec<_> = users.iter().map(|user| user.0).collect();
    let mut bests: HashMap<_, Vec<_>> = HashMap::with_capacity(users.len());
    for row in db.query(LIST_BESTS, &[&ids, &exercises]).await? {
        bests.entry(UserId(row.get(7))).or_default().push(Best {
            exercise_id: row.get(0),
            score_value: row.get(1),
            weight_kg: row.get(2),
            reps: row.get(3),
            sets: row.get(4),
            performed_at: row.get(5),
            lift_id: row.get(6),
        });
    }
    Ok(bests)
}
