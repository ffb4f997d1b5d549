use jiff::Timestamp;
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use super::templates::{Template, Templates};
use super::{Cycle, GRACE_DAYS};
use crate::platform::{Connection, DatabaseError, UserId};

/// How far workouts (`workouts` as `w`) bring a cycle (as `c`). Half an hour is what rounds to it; days are those of the cycle,
/// whatever the time zone was when the workout came; without a set it was none.
macro_rules! progress {
    ($user:literal) => {
        concat!(
            "SELECT least(c.required, coalesce(CASE c.counted
                    WHEN 'workouts' THEN count(*)
                    WHEN 'minutes' THEN round(sum(w.minutes)::numeric)
                    WHEN 'longest_session' THEN round(max(w.minutes)::numeric)
                    ELSE count(DISTINCT floor(extract(epoch FROM w.completed_at - c.cycle_start) / 86400))
                         FILTER (WHERE round(w.minutes::numeric) >= 30)
                END, 0))::integer AS progress, max(w.completed_at) AS last
         FROM workouts w WHERE w.user_id = ",
            $user,
            " AND w.pays AND EXISTS (SELECT FROM workout_sets s WHERE s.workout_id = w.id)
           AND w.completed_at >= c.cycle_start
           AND (c.cycle_end IS NULL OR w.completed_at < c.cycle_end)"
        )
    };
}

/// Cycles as they are sent, as `c`. Whoever moves to another time zone ends the quests that run by the calendar of before: no
/// moment is in two cycles of one quest, and no workout is paid twice.
macro_rules! cycles {
    () => {
        "(SELECT n.template_id, n.counted, coalesce(o.cycle_start, n.cycle_start) AS cycle_start,
                 CASE WHEN o.cycle_start IS NULL THEN n.cycle_end ELSE o.cycle_end END AS cycle_end,
                 n.required, n.reward_xp, n.auto_claim
          FROM unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::integer[], $7::integer[],
                      $8::boolean[]) AS n (template_id, counted, cycle_start, cycle_end, required, reward_xp, auto_claim)
          LEFT JOIN LATERAL (
              SELECT q.cycle_start, q.cycle_end FROM user_quests q
              WHERE q.user_id = $1 AND q.template_id = n.template_id AND q.cycle_start <> n.cycle_start
                AND q.cycle_start < n.cycle_end AND q.cycle_end > n.cycle_start
                AND NOT EXISTS (SELECT FROM user_quests k WHERE k.user_id = $1 AND k.template_id = n.template_id
                                                            AND k.cycle_start = n.cycle_start)
              ORDER BY q.cycle_start DESC LIMIT 1) o ON true) c"
    };
}

/// The statement of [`follow`]. The id of a quest follows from whose and of when it is, so that one which nobody has begun has
/// its id too.
pub const FOLLOW: &str = concat!(
    "WITH done AS (SELECT c.*, d.progress, d.last FROM ",
    cycles!(),
    ", LATERAL (",
    progress!("$1"),
    ") d),
     kept AS (
         INSERT INTO user_quests AS q (id, user_id, template_id, cycle_start, cycle_end, progress, required, reward_xp,
                                       completed_at, claimed_at, last_progress_at)
         SELECT md5($1::uuid::text || template_id::text || extract(epoch FROM cycle_start)::text)::uuid, $1, template_id,
                cycle_start, cycle_end, progress, required, reward_xp,
                CASE WHEN progress >= required THEN now() END,
                CASE WHEN progress >= required AND auto_claim THEN now() END, last
         FROM done WHERE progress > 0 OR EXISTS (
             SELECT FROM user_quests k
             WHERE k.user_id = $1 AND k.template_id = done.template_id AND k.cycle_start = done.cycle_start)
         ON CONFLICT (user_id, template_id, cycle_start) DO UPDATE
             SET progress = excluded.progress, last_progress_at = excluded.last_progress_at,
                 completed_at = CASE WHEN excluded.progress >= q.required THEN coalesce(q.completed_at, now()) END,
                 claimed_at = CASE WHEN excluded.progress >= q.required THEN coalesce(q.claimed_at, excluded.claimed_at) END
             WHERE (q.progress, q.last_progress_at) IS DISTINCT FROM (excluded.progress, excluded.last_progress_at)
         RETURNING id, template_id, cycle_start, cycle_end, progress, required, reward_xp, completed_at, claimed_at,
                   last_progress_at),
     paid AS (
         INSERT INTO xp_events (user_id, source, source_id, amount, earned, created_at)
         SELECT $1, 'quest', id::text, reward_xp, reward_xp, claimed_at FROM kept WHERE claimed_at IS NOT NULL
         ON CONFLICT DO NOTHING),
     taken AS (
         DELETE FROM xp_events x USING kept
         WHERE x.user_id = $1 AND x.source = 'quest' AND x.source_id = kept.id::text AND kept.claimed_at IS NULL)
     SELECT id, template_id, cycle_start, cycle_end, progress, required, reward_xp, completed_at, claimed_at,
            last_progress_at FROM kept ORDER BY cycle_start DESC, id"
);

/// A quest of somebody as it stands.
#[derive(Debug, Clone)]
pub struct Quest {
    pub id: Uuid,
    pub template_id: Uuid,
    pub cycle_start: Timestamp,
    pub cycle_end: Option<Timestamp>,
    pub progress: i32,
    pub required: i32,
    pub reward_xp: i32,
    pub completed_at: Option<Timestamp>,
    pub claimed_at: Option<Timestamp>,
    pub last_progress_at: Option<Timestamp>,
}

impl Quest {
    fn from_row(row: &Row) -> Self {
        Self {
            id: row.get(0),
            template_id: row.get(1),
            cycle_start: row.get(2),
            cycle_end: row.get(3),
            progress: row.get(4),
            required: row.get(5),
            reward_xp: row.get(6),
            completed_at: row.get(7),
            claimed_at: row.get(8),
            last_progress_at: row.get(9),
        }
    }
}

/// Cycles by their columns.
struct Columns<'a> {
    templates: Vec<Uuid>,
    counted: Vec<&'a str>,
    starts: Vec<Timestamp>,
    ends: Vec<Option<Timestamp>>,
    required: Vec<i32>,
    rewards: Vec<i32>,
    auto_claim: Vec<bool>,
}

impl<'a> Columns<'a> {
    fn of(cycles: &[Cycle<'a>]) -> Self {
        Self {
            templates: cycles.iter().map(|cycle| cycle.template.id).collect(),
            counted: cycles.iter().map(|cycle| cycle.template.counted.as_str()).collect(),
            starts: cycles.iter().map(|cycle| cycle.start).collect(),
            ends: cycles.iter().map(|cycle| cycle.end).collect(),
            required: cycles.iter().map(|cycle| cycle.template.target).collect(),
            rewards: cycles.iter().map(|cycle| cycle.template.reward_xp).collect(),
            auto_claim: cycles.iter().map(|cycle| cycle.template.auto_claim).collect(),
        }
    }
}

/// Brings quests to what the workouts give, and pays or takes back; gives those that moved.
pub async fn follow(db: &Connection, user: UserId, cycles: &[Cycle<'_>]) -> Result<Vec<Quest>, DatabaseError> {
    let Columns { templates, counted, starts, ends, required, rewards, auto_claim } = Columns::of(cycles);
    let rows =
        db.query(FOLLOW, &[&user.0, &templates, &counted, &starts, &ends, &required, &rewards, &auto_claim]).await?;
    Ok(rows.iter().map(Quest::from_row).collect())
}

/// The quests of these cycles, begun or not, and those whose reward still waits; the newest first.
pub async fn list_quests(db: &Connection, user: UserId, cycles: &[Cycle<'_>]) -> Result<Vec<Quest>, DatabaseError> {
    let Columns { templates, counted, starts, ends, required, rewards, auto_claim } = Columns::of(cycles);
    let rows = db
        .query(
            concat!(
                "SELECT coalesce(q.id, md5($1::uuid::text || c.template_id::text || extract(epoch FROM c.cycle_start)::text)::uuid),
                        c.template_id, c.cycle_start, c.cycle_end, coalesce(q.progress, 0), coalesce(q.required, c.required),
                        coalesce(q.reward_xp, c.reward_xp), q.completed_at, q.claimed_at, q.last_progress_at
                 FROM ",
                cycles!(),
                " LEFT JOIN user_quests q
                      ON q.user_id = $1 AND q.template_id = c.template_id AND q.cycle_start = c.cycle_start
                 UNION ALL
                 SELECT q.id, q.template_id, q.cycle_start, q.cycle_end, q.progress, q.required, q.reward_xp,
                        q.completed_at, q.claimed_at, q.last_progress_at
                 FROM user_quests q
                 WHERE q.user_id = $1 AND q.completed_at IS NOT NULL AND q.claimed_at IS NULL
                   AND q.cycle_start > now() - make_interval(days => $9 + 9) AND q.cycle_end > now() - make_interval(days => $9)
                   AND (q.template_id, q.cycle_start) NOT IN (SELECT c.template_id, c.cycle_start FROM ",
                cycles!(),
                ") ORDER BY 3 DESC, 1"
            ),
            &[&user.0, &templates, &counted, &starts, &ends, &required, &rewards, &auto_claim, &GRACE_DAYS],
        )
        .await?;
    Ok(rows.iter().map(Quest::from_row).collect())
}

/// Claims a completed quest whose reward can still be claimed and pays it, once; gives it as it is now, whatever that is.
pub async fn claim(db: &Connection, user: UserId, id: Uuid) -> Result<Option<Quest>, DatabaseError> {
    let row = db
        .query_opt(
            "WITH held AS (SELECT * FROM user_quests WHERE id = $2 AND user_id = $1 FOR UPDATE),
                  claimed AS (
                 UPDATE user_quests q SET claimed_at = now() FROM held
                 WHERE q.id = held.id AND q.completed_at IS NOT NULL AND q.claimed_at IS NULL
                   AND (q.cycle_end IS NULL OR q.cycle_end > now() - make_interval(days => $3)) RETURNING q.*),
                  paid AS (
                 INSERT INTO xp_events (user_id, source, source_id, amount, earned, created_at)
                 SELECT $1, 'quest', id::text, reward_xp, reward_xp, claimed_at FROM claimed ON CONFLICT DO NOTHING)
             SELECT h.id, h.template_id, h.cycle_start, h.cycle_end, h.progress, h.required, h.reward_xp, h.completed_at,
                    coalesce(claimed.claimed_at, h.claimed_at), h.last_progress_at
             FROM held h LEFT JOIN claimed ON claimed.id = h.id",
            &[&user.0, &id, &GRACE_DAYS],
        )
        .await?;
    Ok(row.as_ref().map(Quest::from_row))
}

/// Takes hold of an active lifter until the transaction ends: who claims must not overtake who trains.
pub async fn lock_lifter(db: &Connection, user: UserId) -> Result<bool, DatabaseError> {
    let sql = "SELECT FROM users WHERE id = $1 AND is_active FOR NO KEY UPDATE";
    Ok(db.query_opt(sql, &[&user.0]).await?.is_some())
}

/// Takes back what was paid for quests that are not claimed.
pub async fn delete_hollow_rewards(db: &Connection, user: UserId) -> Result<u64, DatabaseError> {
    db.execute(
        "DELETE FROM xp_events e WHERE e.user_id = $1 AND e.source = 'quest' AND NOT EXISTS (
             SELECT FROM user_quests q WHERE q.user_id = $1 AND q.id::text = e.source_id AND q.claimed_at IS NOT NULL)",
        &[&user.0],
    )
    .await
}

pub async fn find_time_zone(db: &Connection, user: UserId) -> Result<Option<String>, DatabaseError> {
    let row = db.query_opt("SELECT time_zone FROM users WHERE id = $1 AND is_active", &[&user.0]).await?;
    Ok(row.map(|row| row.get(0)))
}

/// What of some lifters' quests differs from what the workouts give.
pub async fn check(db: &Connection, users: &[Uuid]) -> Result<Vec<(Uuid, String)>, DatabaseError> {
    let rows = db
        .query(
            concat!(
                "SELECT c.user_id, c.code || ' of ' || c.cycle_start || ' stands at ' || c.progress || ', should at '
                        || d.progress
                 FROM (SELECT q.*, t.counted, t.code FROM user_quests q JOIN quest_templates t ON t.id = q.template_id
                       WHERE q.user_id = ANY ($1::uuid[])) c, LATERAL (",
                progress!("c.user_id"),
                ") d
                 WHERE c.progress <> d.progress OR (c.completed_at IS NOT NULL) <> (d.progress >= c.required)
                    OR (c.claimed_at IS NOT NULL AND c.completed_at IS NULL)"
            ),
            &[&users],
        )
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// The cycles of the quests that somebody has begun; of a moment, those that hold it.
pub async fn list_cycles<'a>(
    db: &Connection,
    user: UserId,
    templates: &'a Templates,
    at: Option<Timestamp>,
) -> Result<Vec<Cycle<'a>>, DatabaseError> {
    let sql = "SELECT template_id, cycle_start, cycle_end FROM user_quests
               WHERE user_id = $1 AND ($2::timestamptz IS NULL OR (cycle_start <= $2 AND (cycle_end IS NULL OR $2 < cycle_end)))";
    let rows = db.query(sql, &[&user.0, &at]).await?;
    let cycle = |row: &Row| Some(Cycle { template: templates.find(row.get(0))?, start: row.get(1), end: row.get(2) });
    Ok(rows.iter().filter_map(cycle).collect())
}

/// Makes the database's templates those of the program; doing it again changes nothing. None is ever removed: quests name
/// it.
pub async fn mirror(client: &Client, templates: &Templates) -> Result<u64, tokio_postgres::Error> {
    let mut changed = 0;
    for template in templates.iter() {
        changed += mirror_one(client, template).await?;
    }
    Ok(changed)
}

async fn mirror_one(client: &Client, template: &Template) -> Result<u64, tokio_postgres::Error> {
    client
        .execute(
            "INSERT INTO quest_templates AS t (id, code, title, description, cadence, metric, counted, target, reward_xp,
                                               auto_claim, is_active, available_from, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT (id) DO UPDATE
                 SET code = excluded.code, title = excluded.title, description = excluded.description,
                     cadence = excluded.cadence, metric = excluded.metric, counted = excluded.counted,
                     target = excluded.target, reward_xp = excluded.reward_xp, auto_claim = excluded.auto_claim,
                     is_active = excluded.is_active, available_from = excluded.available_from,
                     expires_at = excluded.expires_at
                 WHERE t IS DISTINCT FROM excluded",
            &[
                &template.id,
                &template.code,
                &template.title,
                &template.description,
                &template.cadence.as_str(),
                &template.counted.metric(),
                &template.counted.as_str(),
                &template.target,
                &template.reward_xp,
                &template.auto_claim,
                &template.is_active,
                &template.available_from,
                &template.expires_at,
            ],
        )
        .await
}
