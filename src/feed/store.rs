use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::cursor::{Bounds, ItemId, Mark};
use crate::platform::visibility::{listed, unblocked, visible};
use crate::platform::{Connection, DatabaseError, UserId};

/// As many as a page has by itself, and one to know whether another follows.
const USUAL_ROWS: i64 = 51;
const MOST_ROWS: i64 = 101;

/// Who did it.
pub struct Person {
    pub id: Uuid,
    pub username: String,
    pub display_name: Option<String>,
    pub avatar_key: Option<String>,
}

/// What was done.
pub enum Thing {
    Workout { title: String, minutes: f64, sets: i64, volume_kg: f64, exercises: Vec<String> },
    Best { exercise_id: String, score_value: f64, weight_kg: f64, reps: Option<i32> },
    Rise { board: String, from: Option<i32>, to: i32, of: i32, passed: Vec<String>, passed_count: i32 },
}

pub struct Item {
    pub mark: Mark,
    pub person: Person,
    pub thing: Thing,
}

/// What of each kind of thing is behind the bounds ($3 and the kind's own), of `p`. Points and classes are told to others
/// where the lifter shows them: a place among them says how many points somebody has.
macro_rules! workouts {
    () => {
        "workouts w WHERE w.user_id = p.id AND (w.completed_at, w.id) < ($3, $4)"
    };
}
macro_rules! bests {
    () => {
        "personal_best_events e WHERE e.user_id = p.id AND (e.created_at, e.id) < ($3, $5)"
    };
}
macro_rules! rises {
    () => {
        "rank_rises r WHERE r.user_id = p.id AND (r.created_at, r.id) < ($3, $6)
           AND (p.shows_points OR r.board NOT IN ('overall', 'class'))"
    };
}

/// One statement. First each person's newest thing: of a page of so many, only those can be on it whose newest is among
/// the so many newest, with nothing that is older than the last of these. So however many are followed, a few things of a
/// few people are read. Every step finds its rows by an index.
macro_rules! feed {
    ($rows:literal) => {
        concat!(
            "WITH people AS MATERIALIZED (
                 SELECT u.id, u.username, u.display_name, u.avatar_key, u.shows_points OR u.id = $1 AS shows_points
                 FROM (SELECT coalesce($2::uuid, $1) AS id
                       UNION SELECT f.followee_id FROM follows f WHERE f.follower_id = $1 AND $2::uuid IS NULL) wanted
                 JOIN users u ON u.id = wanted.id AND ",
            visible!("$1"),
            " AND ",
            unblocked!("$1"),
            "),
                  newest AS MATERIALIZED (
                 SELECT p.id, greatest(
                     (SELECT w.completed_at FROM ",
            workouts!(),
            " ORDER BY w.completed_at DESC LIMIT 1),
                     (SELECT e.created_at FROM ",
            bests!(),
            " ORDER BY e.created_at DESC, e.id DESC LIMIT 1),
                     (SELECT r.created_at FROM ",
            rises!(),
            " ORDER BY r.created_at DESC, r.id DESC LIMIT 1)) AS at
                 FROM people p),
                  chosen AS MATERIALIZED (SELECT id, at FROM newest WHERE at IS NOT NULL ORDER BY at DESC LIMIT ",
            $rows,
            "),
                  since AS MATERIALIZED (
                 SELECT CASE WHEN count(*) < ",
            $rows,
            " THEN '-infinity' ELSE min(at) END AS at FROM chosen),
                  page AS MATERIALIZED (
                 SELECT p.id AS user_id, thing.* FROM chosen JOIN people p ON p.id = chosen.id, since, LATERAL (
                     (SELECT 3 AS kind, w.completed_at AS at, w.id AS workout, 0::bigint AS number FROM ",
            workouts!(),
            " AND w.completed_at >= since.at ORDER BY w.completed_at DESC LIMIT ",
            $rows,
            ")
                     UNION ALL
                     (SELECT 2, e.created_at, NULL, e.id FROM ",
            bests!(),
            " AND e.created_at >= since.at ORDER BY e.created_at DESC, e.id DESC LIMIT ",
            $rows,
            ")
                     UNION ALL
                     (SELECT 1, r.created_at, NULL, r.id FROM ",
            rises!(),
            " AND r.created_at >= since.at ORDER BY r.created_at DESC, r.id DESC LIMIT ",
            $rows,
            ")) thing
                 ORDER BY thing.at DESC, thing.kind DESC, thing.workout DESC, thing.number DESC LIMIT ",
            $rows,
            ")
             SELECT page.kind, page.at, page.workout, page.number, p.id, p.username, p.display_name, p.avatar_key,
                    w.title, w.minutes, done.sets, done.volume_kg, done.exercises,
                    e.exercise_id, e.score_value, e.weight_kg, e.reps,
                    r.board, r.from_rank, r.to_rank, r.of_lifters, r.passed_count,
                    ARRAY(SELECT u.username FROM unnest(r.passed) WITH ORDINALITY AS passed (id, place)
                          JOIN users u ON u.id = passed.id AND ",
            listed!(),
            "                   AND (u.shows_points OR r.board NOT IN ('overall', 'class'))
                          WHERE page.user_id = $1 ORDER BY passed.place)
             FROM page
             JOIN people p ON p.id = page.user_id
             LEFT JOIN workouts w ON w.id = page.workout
             LEFT JOIN LATERAL (
                 SELECT sum(s.sets)::bigint AS sets, sum(s.total_volume) AS volume_kg,
                        array_agg(s.exercise_id ORDER BY s.position) AS exercises
                 FROM workout_sets s WHERE s.workout_id = page.workout) done ON true
             LEFT JOIN personal_best_events e ON page.kind = 2 AND e.id = page.number::integer
             LEFT JOIN rank_rises r ON page.kind = 1 AND r.id = page.number
             ORDER BY page.at DESC, page.kind DESC, page.workout DESC, page.number DESC"
        )
    };
}

/// What `me` and those whom `me` follows did, or `of` alone, the newest first.
pub async fn list_feed(
    db: &Connection,
    me: UserId,
    of: Option<UserId>,
    bounds: &Bounds,
    limit: i64,
) -> Result<Vec<Item>, DatabaseError> {
    // The limit is in the statement: the plan for an unknown one would read everything of everybody.
    let sql = if limit <= USUAL_ROWS { feed!("51") } else { feed!("101") };
    debug_assert!(limit <= MOST_ROWS);
    let rows = db
        .query(sql, &[&me.0, &of.map(|user| user.0), &bounds.at, &bounds.workout, &bounds.best, &bounds.rise])
        .await?;
    Ok(rows.iter().take(limit as usize).map(item).collect())
}

fn item(row: &Row) -> Item {
    let (at, number): (Timestamp, i64) = (row.get(1), row.get(3));
    let (id, thing) = match row.get::<_, i32>(0) {
        3 => (ItemId::Workout(row.get(2)), workout(row)),
        2 => (ItemId::Best(number as i32), best(row)),
        _ => (ItemId::Rise(number), rise(row)),
    };
    let person = Person { id: row.get(4), username: row.get(5), display_name: row.get(6), avatar_key: row.get(7) };
    Item { mark: Mark { at, id }, person, thing }
}

fn workout(row: &Row) -> Thing {
    Thing::Workout {
        title: row.get(8),
        minutes: row.get(9),
        sets: row.get::<_, Option<i64>>(10).unwrap_or(0),
        volume_kg: row.get::<_, Option<f64>>(11).unwrap_or(0.0),
        exercises: row.get::<_, Option<Vec<String>>>(12).unwrap_or_default(),
    }
}

fn best(row: &Row) -> Thing {
    Thing::Best { exercise_id: row.get(13), score_value: row.get(14), weight_kg: row.get(15), reps: row.get(16) }
}

fn rise(row: &Row) -> Thing {
    Thing::Rise {
        board: row.get(17),
        from: row.get(18),
        to: row.get(19),
        of: row.get(20),
        passed_count: row.get(21),
        passed: row.get(22),
    }
}
