//! What keeps the memory equal to the database: every change that was committed since the last look, read again and again.
//!
//! A look is one statement, and PostgreSQL tells with it which transactions had ended by then (`pg_current_snapshot()`).
//! The next look reads what was written by all others: exactly what has been committed between the two, in whatever
//! order the transactions began. So nothing is missed while a connection is away, and nothing has to be waited for.
//! Where that cannot be relied on (PostgreSQL was started anew, or the changes since then are no longer kept) everything is
//! read anew.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::{TryStreamExt, pin_mut};
use jiff::Timestamp;
use tokio_postgres::Client;
use uuid::Uuid;

use super::live::Live;
use super::memory::Memory;
use super::store::{LifterRow, lifter_from_row};
use crate::platform::DatabaseError;
use crate::platform::database::{Shared, connect};

/// Other processes' changes are seen after this time and a statement's.
pub const PAUSE: Duration = Duration::from_millis(60);
/// How long a look may take, and how long reading everything.
const PATIENCE: Duration = Duration::from_secs(5);
const LOADING: Duration = Duration::from_secs(120);
/// Changes are kept for two hours.
const TRUSTED: Duration = Duration::from_secs(3600);
/// How often the memory is compared with the database.
const CHECKED: Duration = Duration::from_secs(3600);

const CHANGES: &str = "WITH changed AS MATERIALIZED (
         SELECT user_id, max(id) AS id FROM board_changes
         WHERE xact >= pg_snapshot_xmin($1::text::pg_snapshot) AND NOT pg_visible_in_snapshot(xact, $1::text::pg_snapshot)
         GROUP BY user_id)
     SELECT pg_current_snapshot()::text, changed.user_id, changed.id, l.is_listed, l.shows_points, l.cells
     FROM (SELECT) AS always LEFT JOIN changed ON true LEFT JOIN board_lifters l ON l.user_id = changed.user_id";

/// Up to where the memory has been kept.
struct Mark {
    snapshot: String,
    /// The run of PostgreSQL that the snapshot is of.
    server: Timestamp,
    at: Instant,
}

/// Keeps the boards of this process for as long as it runs.
pub fn follow(shared: Arc<Shared>, live: Arc<Live>) {
    tokio::spawn(async move {
        let (mut mark, mut checked) = (None, Instant::now());
        loop {
            if shared.address().is_some()
                && let Err(error) = listen(&shared, &live, &mut mark, &mut checked).await
            {
                slog_scope::warn!("the boards do not hear from the database; trying again"; "error" => error.to_string());
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    });
}

/// Follows on one connection until it breaks.
async fn listen(
    shared: &Shared,
    live: &Live,
    mark: &mut Option<Mark>,
    checked: &mut Instant,
) -> Result<(), DatabaseError> {
    let Some((dsn, ca_file)) = shared.address() else { return Ok(()) };
    let client = in_time(PATIENCE, connect(dsn, ca_file)).await??;
    let server: Timestamp =
        in_time(PATIENCE, client.query_one("SELECT pg_postmaster_start_time()", &[])).await??.get(0);
    let last = mark.take().filter(|mark| mark.server == server && mark.at.elapsed() < TRUSTED);
    let (mut snapshot, mut heard) = match last {
        Some(last) => (last.snapshot, last.at),
        None => (in_time(LOADING, build(&client, live)).await??, Instant::now()),
    };
    let changes = in_time(PATIENCE, client.prepare(CHANGES)).await??;
    loop {
        let number = live.begin_reading();
        let looked = in_time(PATIENCE, client.query(&changes, &[&snapshot])).await.and_then(|rows| Ok(rows?));
        match looked {
            Ok(rows) => {
                if let Some(row) = rows.first() {
                    snapshot = row.get(0);
                }
                live.enter(rows.iter().filter_map(|row| {
                    let user: Uuid = row.get::<_, Option<Uuid>>(1)?;
                    Some((row.get(2), lifter_from_row(row, user, 3)))
                }));
                live.end_reading(number);
                heard = Instant::now();
            }
            Err(error) => {
                *mark = Some(Mark { snapshot, server, at: heard });
                return Err(error);
            }
        }
        if checked.elapsed() > CHECKED {
            *checked = Instant::now();
            if let Err(error) = in_time(LOADING, check(&client, live)).await.and_then(|checked| checked) {
                *mark = Some(Mark { snapshot, server, at: heard });
                return Err(error);
            }
        }
        let _ = tokio::time::timeout(PAUSE, live.wake.notified()).await;
    }
}

async fn in_time<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, DatabaseError> {
    let late = |_| DatabaseError::Unavailable("no answer in time".into());
    tokio::time::timeout(limit, work).await.map_err(late)
}

/// Reads everything, and gives the snapshot that it was read in. Until then the database answers.
async fn build(client: &Client, live: &Live) -> Result<String, DatabaseError> {
    let began = Instant::now();
    // First: two at once would take twice the room.
    live.replace(None);
    let (memory, snapshot) = read(client).await?;
    let (lifters, size) = (memory.lifters(), memory.size());
    live.replace(Some(memory));
    live.builds.fetch_add(1, Ordering::Relaxed);
    live.build_ms.store(began.elapsed().as_millis() as u64, Ordering::Relaxed);
    slog_scope::info!("the boards are live"; "lifters" => lifters, "bytes" => size, "ms" => began.elapsed().as_millis() as u64);
    Ok(snapshot)
}

/// Every listed lifter, as one snapshot shows them.
async fn read(client: &Client) -> Result<(Memory, String), DatabaseError> {
    let (snapshot, number) = begin(client).await?;
    let mut memory = Memory::with_room_for(number);
    for_each(client, |lifter| memory.set(lifter.user, &lifter.cells, lifter.shown.shows_points)).await?;
    client.batch_execute("COMMIT").await?;
    Ok((memory, snapshot))
}

async fn begin(client: &Client) -> Result<(String, usize), DatabaseError> {
    client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let row = client
        .query_one("SELECT pg_current_snapshot()::text, (SELECT count(*) FROM board_lifters WHERE is_listed)", &[])
        .await?;
    Ok((row.get(0), row.get::<_, i64>(1) as usize))
}

pub async fn for_each(client: &Client, mut each: impl FnMut(LifterRow)) -> Result<(), DatabaseError> {
    let none: [&str; 0] = [];
    let sql = "SELECT user_id, is_listed, shows_points, cells FROM board_lifters WHERE is_listed";
    let rows = client.query_raw(sql, none).await?;
    pin_mut!(rows);
    while let Some(row) = rows.try_next().await? {
        each(lifter_from_row(&row, row.get(0), 1));
    }
    Ok(())
}

/// Compares the memory with the database, lifter by lifter, and its counts with its lifters; where something differs
/// everything is read anew.
async fn check(client: &Client, live: &Live) -> Result<(), DatabaseError> {
    begin(client).await?;
    let (mut seen, mut differing) = (HashSet::new(), Vec::new());
    for_each(client, |lifter| {
        let look = live.look();
        let held = look.memory().and_then(|memory| memory.find(lifter.user)).map_or(&[][..], |seen| seen.cells);
        if held != lifter.cells {
            differing.push(lifter.user);
        }
        seen.insert(hash(&lifter.user));
    })
    .await?;
    client.batch_execute("COMMIT").await?;
    if let Some(memory) = live.look().memory() {
        differing.extend(memory.ids().filter(|id| !seen.contains(&hash(id))));
    }
    let miscounted = live.look().memory().map_or(0, |memory| memory.miscounted() as u64);
    let drift = recheck(client, live, &differing).await? + miscounted;
    live.drift.store(drift, Ordering::Relaxed);
    if drift > 0 {
        slog_scope::error!("the boards differed from the database; reading them anew"; "differences" => drift);
        build(client, live).await?;
    }
    Ok(())
}

/// Of lifters that seemed to differ those that do. Who changed within the last seconds is on the way.
async fn recheck(client: &Client, live: &Live, users: &[Uuid]) -> Result<u64, DatabaseError> {
    let sql = "SELECT u.id, l.is_listed, l.shows_points, l.cells
               FROM unnest($1::uuid[]) AS u (id) LEFT JOIN board_lifters l ON l.user_id = u.id
               WHERE NOT EXISTS (SELECT FROM board_changes c
                                 WHERE c.user_id = u.id AND c.at > clock_timestamp() - interval '10 seconds')";
    let rows = client.query(sql, &[&users]).await?;
    let look = live.look();
    let Some(memory) = look.memory() else { return Ok(0) };
    let differs = |row: &&tokio_postgres::Row| {
        let lifter = lifter_from_row(row, row.get(0), 1);
        let listed: &[_] = if lifter.shown.is_listed { &lifter.cells } else { &[] };
        memory.find(lifter.user).map_or(&[][..], |seen| seen.cells) != listed
    };
    Ok(rows.iter().filter(differs).count() as u64)
}

/// Enough to tell whether an id was among those read; a chance in 2^64 is looked at again anyway.
fn hash(id: &Uuid) -> u64 {
    id.as_u64_pair().1
}
