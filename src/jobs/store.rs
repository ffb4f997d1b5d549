use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::platform::{Connection, DatabaseError};

/// Adds a job; workers are told at the end of the transaction.
pub async fn add_job(db: &Connection, task: &str, payload: &Value, attempts: i32) -> Result<u64, DatabaseError> {
    db.execute(
        "SELECT FROM graphile_worker.add_job($1, payload => $2::json, max_attempts => $3)",
        &[&task, &payload, &attempts],
    )
    .await
}

/// Takes a job off the queue that this worker holds.
pub async fn delete_own_job(db: &Connection, id: i64, worker: &str) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM graphile_worker._private_jobs WHERE id = $1 AND locked_by = $2", &[&id, &worker]).await
}

/// A job as operators see it. What it holds is not among it: it may be private.
pub struct Job {
    pub id: i64,
    pub task: String,
    pub state: String,
    pub attempts: i16,
    pub max_attempts: i16,
    pub created_at: Timestamp,
    pub run_at: Timestamp,
    pub last_error: Option<String>,
}

/// The jobs in the order in which they come, the dead ones last; `only_dead` gives those alone.
pub async fn list_jobs(db: &Connection, only_dead: bool, limit: i64) -> Result<Vec<Job>, DatabaseError> {
    let rows = db
        .query(
            "SELECT id, task_identifier, state, attempts, max_attempts, created_at, run_at, last_error
             FROM (SELECT *, CASE WHEN locked_at IS NOT NULL THEN 'running'
                                  WHEN attempts >= max_attempts THEN 'dead'
                                  WHEN attempts > 0 THEN 'retrying'
                                  WHEN run_at > now() THEN 'scheduled' ELSE 'waiting' END AS state
                   FROM graphile_worker.jobs) jobs
             WHERE state = 'dead' OR NOT $1 ORDER BY state = 'dead', run_at, id LIMIT $2",
            &[&only_dead, &limit],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| Job {
            id: row.get(0),
            task: row.get(1),
            state: row.get(2),
            attempts: row.get(3),
            max_attempts: row.get(4),
            created_at: row.get(5),
            run_at: row.get(6),
            last_error: row.get(7),
        })
        .collect())
}

/// Lets a job begin anew, at once; none that runs.
pub async fn restart_job(db: &Connection, id: i64) -> Result<u64, DatabaseError> {
    let sql = "SELECT FROM graphile_worker.reschedule_jobs(ARRAY[$1::bigint], run_at => now(), attempts => 0)";
    db.execute(sql, &[&id]).await
}

/// Lets all dead jobs begin anew, at once.
pub async fn restart_dead_jobs(db: &Connection) -> Result<u64, DatabaseError> {
    db.execute(
        "SELECT FROM graphile_worker.reschedule_jobs(
             ARRAY(SELECT id FROM graphile_worker.jobs WHERE locked_at IS NULL AND attempts >= max_attempts),
             run_at => now(), attempts => 0)",
        &[],
    )
    .await
}

/// Takes a job off the queue, unless it runs.
pub async fn drop_job(db: &Connection, id: i64) -> Result<u64, DatabaseError> {
    db.execute("SELECT FROM graphile_worker.complete_jobs(ARRAY[$1::bigint])", &[&id]).await
}

pub async fn job_exists(db: &Connection, id: i64) -> Result<bool, DatabaseError> {
    let sql = "SELECT EXISTS (SELECT FROM graphile_worker.jobs WHERE id = $1)";
    Ok(db.query_one(sql, &[&id]).await?.get(0))
}

/// What the queue holds of one task.
pub struct TaskFigures {
    pub task: String,
    /// To be run now, for the first time.
    pub waiting: i64,
    /// To be run at a later time, for the first time.
    pub scheduled: i64,
    pub running: i64,
    /// Failed, and tried again.
    pub retrying: i64,
    pub dead: i64,
    /// How long the one has waited that waits longest.
    pub oldest_seconds: f64,
}

pub async fn list_task_figures(db: &Connection) -> Result<Vec<TaskFigures>, DatabaseError> {
    let rows = db
        .query(
            "SELECT task_identifier,
                    count(*) FILTER (WHERE locked_at IS NULL AND attempts = 0 AND run_at <= now()),
                    count(*) FILTER (WHERE locked_at IS NULL AND attempts = 0 AND run_at > now()),
                    count(*) FILTER (WHERE locked_at IS NOT NULL),
                    count(*) FILTER (WHERE locked_at IS NULL AND attempts > 0 AND attempts < max_attempts),
                    count(*) FILTER (WHERE locked_at IS NULL AND attempts >= max_attempts),
                    coalesce(extract(epoch FROM max(now() - run_at)
                        FILTER (WHERE locked_at IS NULL AND attempts < max_attempts AND run_at <= now())), 0)::float8
             FROM graphile_worker.jobs GROUP BY task_identifier",
            &[],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| TaskFigures {
            task: row.get(0),
            waiting: row.get(1),
            scheduled: row.get(2),
            running: row.get(3),
            retrying: row.get(4),
            dead: row.get(5),
            oldest_seconds: row.get(6),
        })
        .collect())
}

/// The workers that have shown within this time that they live.
pub async fn list_workers(db: &Connection, within: Duration) -> Result<Vec<String>, DatabaseError> {
    let rows = db
        .query(
            "SELECT id FROM graphile_worker._private_workers
             WHERE last_heartbeat_at > now() - make_interval(secs => $1) ORDER BY started_at, id",
            &[&within.as_secs_f64()],
        )
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// How many jobs of each task have ended in each way.
pub async fn list_counts(db: &Connection) -> Result<Vec<(String, String, i64)>, DatabaseError> {
    let rows = db.query("SELECT task, outcome, number FROM job_counts", &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

/// Adds to the counts. The rows are taken in one order, so that two workers do not wait for each other in a circle.
pub async fn add_counts(
    db: &Connection,
    tasks: &[&str],
    outcomes: &[&str],
    numbers: &[i64],
) -> Result<u64, DatabaseError> {
    db.execute(
        "INSERT INTO job_counts (task, outcome, number)
         SELECT task, outcome, number FROM unnest($1::text[], $2::text[], $3::bigint[]) AS new (task, outcome, number)
         ORDER BY task, outcome
         ON CONFLICT (task, outcome) DO UPDATE SET number = job_counts.number + excluded.number",
        &[&tasks, &outcomes, &numbers],
    )
    .await
}

pub async fn insert_probe(db: &Connection, key: &str) -> Result<u64, DatabaseError> {
    db.execute("INSERT INTO job_probes (key) VALUES ($1)", &[&key]).await
}

/// Takes a probe away again; 0 while its job has not run.
pub async fn delete_probe(db: &Connection, key: &str) -> Result<u64, DatabaseError> {
    db.execute("DELETE FROM job_probes WHERE key = $1", &[&key]).await
}

/// Deletes the waiting and the dead jobs of a task whose payload holds these fields.
pub async fn delete_jobs(db: &Connection, task: &str, fields: &serde_json::Value) -> Result<u64, DatabaseError> {
    db.execute(
        "DELETE FROM graphile_worker._private_jobs j USING graphile_worker._private_tasks t
         WHERE t.id = j.task_id AND t.identifier = $1 AND j.payload::jsonb @> $2 AND j.locked_at IS NULL",
        &[&task, &fields],
    )
    .await
}
