//! Whether the boards are what lifts and energies give: `repduel check-boards`, and a job every hour.
//!
//! Three things are compared, each batch of lifters in one snapshot: the standings with what follows from the lifts, what
//! is packed for memory with the standings, and the counts of every list in memory with those that SQL counts. The ranks of
//! a list are its counts, so equal counts are equal ranks.

mod job;
mod lists;

use std::collections::BTreeMap;

use tokio_postgres::Client;
use uuid::Uuid;

use super::bulk;
use super::cell::cells;
use super::standing::Standing;
use super::store::truth::{self, Truth};
use super::store::{lifter_from_row, standing_from_row};
use crate::catalogue::Catalogue;
use crate::platform::DatabaseError;

pub use job::{CheckBoards, SCHEDULE};
use lists::check_lists;

/// How many lifters are compared in one snapshot.
const BATCH: i64 = 5_000;

/// Nobody waits for a comparison, so it may take its time.
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0";

/// What a comparison found.
#[derive(Debug, Default)]
pub struct Findings {
    pub lifters: u64,
    /// Of each lifter that differs, in words.
    pub differences: Vec<(Uuid, String)>,
    /// Lists whose ranks differ from SQL's, in words.
    pub lists: Vec<String>,
}

impl Findings {
    pub fn number(&self) -> usize {
        self.differences.len() + self.lists.len()
    }
}

/// Compares everything; `step` is told how many lifters have been.
pub async fn check(db: &Client, catalogue: &Catalogue, mut step: impl FnMut(u64)) -> Result<Findings, DatabaseError> {
    let mut findings = Findings::default();
    let mut after = Uuid::nil();
    loop {
        db.batch_execute(SNAPSHOT).await?;
        let rows = db.query("SELECT id FROM users WHERE id > $1 ORDER BY id LIMIT $2", &[&after, &BATCH]).await?;
        let users: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
        check_batch(db, catalogue, &users, &mut findings).await?;
        db.batch_execute("COMMIT").await?;
        let Some(last) = users.last() else { break };
        after = *last;
        findings.lifters += users.len() as u64;
        step(findings.lifters);
    }
    findings.lists = check_lists(db).await?;
    Ok(findings)
}

/// Compares some lifters; the caller holds the snapshot.
pub async fn check_some(
    db: &Client,
    catalogue: &Catalogue,
    users: &[Uuid],
) -> Result<Vec<(Uuid, String)>, DatabaseError> {
    let mut findings = Findings::default();
    check_batch(db, catalogue, users, &mut findings).await?;
    Ok(findings.differences)
}

async fn check_batch(
    db: &Client,
    catalogue: &Catalogue,
    users: &[Uuid],
    findings: &mut Findings,
) -> Result<(), DatabaseError> {
    let truths = truth::find(db, catalogue, users).await?;
    let mut stored: BTreeMap<Uuid, (Vec<Standing>, bool)> = BTreeMap::new();
    let rows = db
        .query(
            "SELECT board, basis::text, minus_value, tie, at, lift_id, parts, sex::text, class, age, of_all, of_sex,
                    of_class, of_age, user_id, is_listed
             FROM standings WHERE user_id = ANY ($1) ORDER BY user_id, board, standings.basis, ordinal",
            &[&users],
        )
        .await?;
    for row in rows {
        let (standings, all_listed) = stored.entry(row.get(14)).or_insert_with(|| (Vec::new(), row.get(15)));
        *all_listed &= row.get::<_, bool>(15);
        standings.push(standing_from_row(&row, 0));
    }
    let sql = "SELECT user_id, is_listed, shows_points, cells FROM board_lifters WHERE user_id = ANY ($1)";
    let packed: BTreeMap<Uuid, _> =
        db.query(sql, &[&users]).await?.iter().map(|row| (row.get(0), lifter_from_row(row, row.get(0), 1))).collect();
    for truth in truths {
        let (standings, listed) = stored.remove(&truth.user).unwrap_or((Vec::new(), truth.shown.is_listed));
        let user = truth.user;
        if standings != truth.standings {
            findings.differences.push((user, differs(&standings, &truth)));
        } else if !standings.is_empty() && listed != truth.shown.is_listed {
            findings
                .differences
                .push((user, format!("is listed: {}, and their standings say {listed}", truth.shown.is_listed)));
        } else if let Some(why) = differs_packed(packed.get(&user), &truth) {
            findings.differences.push((user, why));
        }
    }
    Ok(())
}

fn differs(stored: &[Standing], truth: &Truth) -> String {
    let missing = truth.standings.iter().find(|standing| !stored.contains(standing));
    let wrong = stored.iter().find(|standing| !truth.standings.contains(standing));
    let said = |standing: Option<&Standing>| {
        standing.map_or("nothing".to_owned(), |standing| {
            let Standing { board, basis, mark, of, .. } = standing;
            format!("board {} {} {} at lift {} of {:04b}", board.0, basis.as_str(), mark.value, mark.lift_id, of.0)
        })
    };
    format!("stands with {}, and should with {}", said(wrong), said(missing))
}

fn differs_packed(packed: Option<&super::store::LifterRow>, truth: &Truth) -> Option<String> {
    let expected = cells(&truth.standings);
    match packed {
        None if expected.is_empty() => None,
        None => Some("is not packed for memory".into()),
        Some(row) if row.cells != expected => Some("is packed otherwise than the standings say".into()),
        Some(row) if row.shown != truth.shown => Some("is packed with another visibility".into()),
        Some(_) => None,
    }
}

/// Makes the standings of those that differ anew; gives their number.
pub async fn repair(db: &Client, catalogue: &Catalogue, findings: &Findings) -> Result<u64, DatabaseError> {
    let users: Vec<Uuid> = findings.differences.iter().map(|(user, _)| *user).collect();
    db.batch_execute("BEGIN; SET LOCAL statement_timeout = 0").await?;
    let repaired = bulk::refresh(db, catalogue, &users).await?;
    db.batch_execute("COMMIT").await?;
    Ok(repaired)
}

/// Keeps what a comparison found, for the figures.
pub async fn note(db: &Client, findings: &Findings) -> Result<(), DatabaseError> {
    db.execute(
        "INSERT INTO board_checks (checked_at, lifters, differences) VALUES (now(), $1, $2)
         ON CONFLICT (is_only_row) DO UPDATE
             SET checked_at = excluded.checked_at, lifters = excluded.lifters, differences = excluded.differences",
        &[&(findings.lifters as i64), &(findings.number() as i64)],
    )
    .await?;
    Ok(())
}
