use std::net::IpAddr;

use jiff::Timestamp;
use uuid::Uuid;

use super::{Entry, Result};
use crate::platform::{Client, Connection, DatabaseError, UserId};

pub async fn insert_entry(
    db: &Connection,
    client: &Client,
    entry: &Entry<'_>,
) -> std::result::Result<u64, DatabaseError> {
    let result = match entry.result {
        Result::Done => "done",
        Result::Refused => "refused",
    };
    // Whoever is being deleted is waited for, and stands in no entry afterwards; nor does where they were.
    db.execute(
        "WITH actor AS (SELECT id FROM users WHERE id = $1 FOR KEY SHARE),
              target AS (SELECT id FROM users WHERE id = $3 FOR KEY SHARE)
         INSERT INTO audit (actor, action, target, result, detail, address, request_id)
         SELECT actor.id, $2, target.id, $4, CASE WHEN is_whole THEN $5 END, CASE WHEN is_whole THEN $6::inet END, $7
         FROM (SELECT) AS one LEFT JOIN actor ON true LEFT JOIN target ON true,
              LATERAL (SELECT ($1::uuid IS NULL OR actor.id IS NOT NULL)
                              AND ($3::uuid IS NULL OR target.id IS NOT NULL) AS is_whole) AS whole",
        &[
            &entry.actor.map(|user| user.0),
            &entry.action.as_str(),
            &entry.target.map(|user| user.0),
            &result,
            &entry.detail,
            &client.address,
            &client.request_id,
        ],
    )
    .await
}

/// Takes a user out of all entries.
pub async fn forget_user(db: &Connection, user: UserId) -> std::result::Result<u64, DatabaseError> {
    db.execute("SELECT forget_user_in_audit($1)", &[&user.0]).await
}

/// An entry as it was written.
pub struct Written {
    pub id: i64,
    pub at: Timestamp,
    pub actor: Option<Uuid>,
    pub action: String,
    pub target: Option<Uuid>,
    pub result: String,
    pub detail: Option<String>,
    pub address: Option<IpAddr>,
    pub request_id: Option<String>,
}

/// The newest first, from before the entry `before` on: those that name a user, or all.
pub async fn list_entries(
    db: &Connection,
    user: Option<UserId>,
    before: i64,
    limit: i64,
) -> std::result::Result<Vec<Written>, DatabaseError> {
    let rows = match user {
        Some(user) => {
            db.query(
                // Each side by its index: of the two together PostgreSQL would read everything of theirs, or of everybody.
                "SELECT id, at, actor, action, target, result, detail, address, request_id FROM (
                     (SELECT * FROM audit WHERE actor = $3 AND id < $1 ORDER BY id DESC LIMIT $2)
                     UNION ALL
                     (SELECT * FROM audit WHERE target = $3 AND actor IS DISTINCT FROM $3 AND id < $1
                      ORDER BY id DESC LIMIT $2)) both_sides
                 ORDER BY id DESC LIMIT $2",
                &[&before, &limit, &user.0],
            )
            .await?
        }
        None => {
            db.query(
                "SELECT id, at, actor, action, target, result, detail, address, request_id FROM audit
                 WHERE id < $1 ORDER BY id DESC LIMIT $2",
                &[&before, &limit],
            )
            .await?
        }
    };
    let read = |row: &tokio_postgres::Row| Written {
        id: row.get(0),
        at: row.get(1),
        actor: row.get(2),
        action: row.get(3),
        target: row.get(4),
        result: row.get(5),
        detail: row.get(6),
        address: row.get(7),
        request_id: row.get(8),
    };
    Ok(rows.iter().map(read).collect())
}
