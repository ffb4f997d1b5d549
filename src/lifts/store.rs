use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio_postgres::Row;

use super::{Best, JudgedLift, Lift, LockedLifter};
use crate::boards::{Doubt, Shown};
use crate::platform::visibility::{listed, unblocked, visible};
use crate::platform::{Connection, DatabaseError, UserId};
use crate::strength::energy::Lifter;
use crate::strength::standards::CoreLift;
use crate::strength::{ScoredAs, Unit};

/// Whether a lift (as `l`) may be a personal best: raw or wraps, not voided, and no more than anybody has done unless a
/// moderator believes it.
macro_rules! counting {
    () => {
        "(l.equipment IN ('raw', 'wraps') AND l.voided_at IS NULL AND coalesce(l.reps, 1) > 0 AND coalesce(l.sets, 1) > 0 \
          AND (l.doubt IS DISTINCT FROM 'ceiling' OR l.accepted_at IS NOT NULL))"
    };
}
pub(super) use counting;

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
const INSERT_LIFTS: &str =
    "INSERT INTO lifts (id, user_id, exercise_id, weight_kg, reps, sets, score_value, performed_at,
                        bodyweight_kg, scored_as, equipment, age_years, doubt, volume_xp, recorded_at)
     OVERRIDING SYSTEM VALUE
     SELECT id, user_id, exercise_id, weight_kg, reps, sets, score_value, performed_at, bodyweight_kg, scored_as::scoring,
            equipment::worn, age_years, doubt::lift_doubt, volume_xp, coalesce(recorded_at, now())
     FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::float8[], $5::integer[], $6::integer[], $7::float8[],
                 $8::timestamptz[], $9::float8[], $10::text[], $11::text[], $12::real[], $13::text[], $14::integer[],
                 $15::timestamptz[])
          AS l (user_id, id, exercise_id, weight_kg, reps, sets, score_value, performed_at,
                bodyweight_kg, scored_as, equipment, age_years, doubt, volume_xp, recorded_at)";
const SET_PERSONAL_BESTS: &str = "INSERT INTO personal_bests
         (user_id, exercise_id, lift_id, score_value, weight_kg, reps, sets, performed_at)
     SELECT l.user_id, l.exercise_id, l.id, l.score_value, l.weight_kg, l.reps, l.sets, l.performed_at
     FROM lifts l WHERE l.id = ANY ($1::integer[])
     ON CONFLICT (user_id, exercise_id) DO UPDATE
         SET lift_id = excluded.lift_id, score_value = excluded.score_value, weight_kg = excluded.weight_kg,
             reps = excluded.reps, sets = excluded.sets, performed_at = excluded.performed_at";
/// Its time is of the clock, not of the transaction: one that began earlier may have waited for the lifter longer. What comes
/// from a notebook is no news.
const INSERT_BEST_EVENTS: &str =
    "INSERT INTO personal_best_events (user_id, exercise_id, lift_id, score_value, weight_kg, reps, created_at)
     SELECT l.user_id, l.exercise_id, l.id, l.score_value, l.weight_kg, l.reps,
            CASE WHEN l.performed_at < now() - interval '48 hours' THEN l.performed_at ELSE clock_timestamp() END
     FROM lifts l WHERE l.id = ANY ($1::integer[]) ORDER BY l.id";

/// The statements of recording lifts, to be prepared before they are sent together.
pub const RECORDING: [&str; 6] =
    [LOCK_LIFTERS, LOCK_FREE_LIFTERS, LIST_BESTS, INSERT_LIFTS, SET_PERSONAL_BESTS, INSERT_BEST_EVENTS];

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

/// Stores lifts with what their lifters were at that moment, and when they came; none is now.
pub async fn insert_lifts(db: &Connection, lifts: &[(&JudgedLift, Option<Timestamp>)]) -> Result<u64, DatabaseError> {
    fn column<'a, T>(lifts: &[(&'a JudgedLift, Option<Timestamp>)], of: impl Fn(&'a JudgedLift) -> T) -> Vec<T> {
        lifts.iter().map(|(judged, _)| of(judged)).collect()
    }
    let recorded_at: Vec<_> = lifts.iter().map(|(_, recorded_at)| *recorded_at).collect();
    db.execute(
        INSERT_LIFTS,
        &[
            &column(lifts, |judged| judged.lift.user_id.0),
            &column(lifts, |judged| judged.lift.id),
            &column(lifts, |judged| judged.lift.exercise_id.as_str()),
            &column(lifts, |judged| judged.lift.weight_kg),
            &column(lifts, |judged| judged.lift.reps),
            &column(lifts, |judged| judged.lift.sets),
            &column(lifts, |judged| judged.lift.score_value),
            &column(lifts, |judged| judged.lift.performed_at),
            &column(lifts, |judged| judged.moment.bodyweight_kg),
            &column(lifts, |judged| judged.moment.scored_as.map(ScoredAs::as_str)),
            &column(lifts, |judged| judged.lift.equipment.as_str()),
            &column(lifts, |judged| judged.moment.age_years),
            &column(lifts, |judged| judged.moment.doubt.map(Doubt::as_str)),
            &column(lifts, |judged| judged.volume_xp),
            &recorded_at,
        ],
    )
    .await
}

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

/// Makes lifts that were just stored the best of their lifters and exercises.
pub async fn set_personal_bests(db: &Connection, lifts: &[i32]) -> Result<u64, DatabaseError> {
    match lifts {
        [] => Ok(0),
        lifts => db.execute(SET_PERSONAL_BESTS, &[&lifts]).await,
    }
}

/// Notes that personal bests rose.
pub async fn insert_best_events(db: &Connection, lifts: &[i32]) -> Result<u64, DatabaseError> {
    match lifts {
        [] => Ok(0),
        lifts => db.execute(INSERT_BEST_EVENTS, &[&lifts]).await,
    }
}

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
