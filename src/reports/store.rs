use jiff::Timestamp;
use uuid::Uuid;

use crate::platform::visibility::visible;
use crate::platform::{Connection, DatabaseError, UserId};

/// Takes hold of a user until the transaction ends.
pub async fn lock_user(db: &Connection, user: UserId) -> Result<u64, DatabaseError> {
    db.execute("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE", &[&user.0]).await
}

/// What came of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    Done,
    UnknownLifter,
    Already,
    TooMany,
}

/// Stores a report of somebody who is there for `me`, unless one is open or `most` of `me`'s are. A block hides nobody from
/// this.
pub async fn insert_report(
    db: &Connection,
    id: Uuid,
    me: UserId,
    user: UserId,
    reason: &str,
    note: Option<&str>,
    most: i64,
) -> Result<Made, DatabaseError> {
    let sql = concat!(
        "WITH target AS (SELECT u.id FROM users u WHERE u.id = $3 AND ",
        visible!("$2"),
        " FOR KEY SHARE OF u),
              made AS (INSERT INTO reports (id, reporter_id, user_id, reason, note)
                       SELECT $1, $2, target.id, $4, $5 FROM target
                       WHERE (SELECT count(*) FROM reports WHERE reporter_id = $2 AND closed_at IS NULL) < $6
                       ON CONFLICT (reporter_id, user_id) WHERE closed_at IS NULL DO NOTHING RETURNING id)
         SELECT EXISTS (SELECT FROM target), EXISTS (SELECT FROM made),
                EXISTS (SELECT FROM reports WHERE reporter_id = $2 AND user_id = $3 AND closed_at IS NULL)"
    );
    let row = db.query_one(sql, &[&id, &me.0, &user.0, &reason, &note, &most]).await?;
    Ok(match (row.get(0), row.get(1), row.get(2)) {
        (false, _, _) => Made::UnknownLifter,
        (true, true, _) => Made::Done,
        (true, false, true) => Made::Already,
        (true, false, false) => Made::TooMany,
    })
}

/// A report as moderators see it.
pub struct Report {
    pub id: Uuid,
    pub reporter: (Uuid, String),
    pub user: (Uuid, String),
    pub reason: String,
    pub note: Option<String>,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub closed_by: Option<String>,
    pub outcome: Option<String>,
}

macro_rules! list_reports {
    ($condition:literal) => {
        concat!(
            "SELECT r.id, r.reporter_id, by_whom.username, r.user_id, of_whom.username, r.reason, r.note, r.created_at,
                    r.closed_at, closer.username, r.outcome
             FROM reports r JOIN users by_whom ON by_whom.id = r.reporter_id JOIN users of_whom ON of_whom.id = r.user_id
             LEFT JOIN users closer ON closer.id = r.closed_by
             WHERE ",
            $condition,
            " LIMIT $2"
        )
    };
}

/// Those that are open, the oldest first; or those that are closed, the newest first. From behind `after` on.
pub async fn list_reports(
    db: &Connection,
    is_closed: bool,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Report>, DatabaseError> {
    let (sql, start) = match is_closed {
        false => (list_reports!("r.closed_at IS NULL AND r.id > $1 ORDER BY r.id"), Uuid::nil()),
        true => (list_reports!("r.closed_at IS NOT NULL AND r.id < $1 ORDER BY r.id DESC"), Uuid::max()),
    };
    let rows = db.query(sql, &[&after.unwrap_or(start), &limit]).await?;
    let reports = rows.iter().map(|row| Report {
        id: row.get(0),
        reporter: (row.get(1), row.get(2)),
        user: (row.get(3), row.get(4)),
        reason: row.get(5),
        note: row.get(6),
        created_at: row.get(7),
        closed_at: row.get(8),
        closed_by: row.get(9),
        outcome: row.get(10),
    });
    Ok(reports.collect())
}

/// What came of closing a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    Done { reporter: UserId },
    Unknown,
    OfYourself,
    Already,
}

/// Closes a report that is open and not of the moderator.
pub async fn close_report(
    db: &Connection,
    id: Uuid,
    moderator: UserId,
    outcome: &str,
) -> Result<Closed, DatabaseError> {
    let row = db
        .query_opt(
            "WITH report AS (SELECT id, reporter_id, user_id, closed_at FROM reports WHERE id = $1 FOR UPDATE),
                  closed AS (UPDATE reports r SET closed_at = clock_timestamp(), closed_by = $2, outcome = $3 FROM report
                             WHERE r.id = report.id AND report.closed_at IS NULL AND report.user_id <> $2)
             SELECT reporter_id, user_id = $2, closed_at IS NOT NULL FROM report",
            &[&id, &moderator.0, &outcome],
        )
        .await?;
    Ok(match row.map(|row| (UserId(row.get(0)), row.get(1), row.get(2))) {
        None => Closed::Unknown,
        Some((_, true, _)) => Closed::OfYourself,
        Some((_, _, true)) => Closed::Already,
        Some((reporter, false, false)) => Closed::Done { reporter },
    })
}
