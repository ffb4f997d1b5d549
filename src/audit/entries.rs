//! Entries as they are shown. The routes are where people and admins look for them.

use serde::Serialize;
use uuid::Uuid;

use super::store;
use crate::platform::paging::{Cursor, Listed};
use crate::platform::{Database, Problem, Time, UserId};

/// Something that was done to an account.
#[derive(Serialize, utoipa::ToSchema)]
pub struct AuditEntry {
    id: i64,
    at: Time,
    /// Who did it; null for somebody unknown, for an operator at the command line, and for users who are gone.
    actor: Option<Uuid>,
    action: String,
    /// Whose account it was done to.
    target: Option<Uuid>,
    /// `done` or `refused`.
    result: String,
    detail: Option<String>,
    /// From where; kept for 90 days, and shown to who did it and to admins.
    address: Option<String>,
    request_id: Option<String>,
}

/// A page of entries, the newest first: those that name a user, or all, for admins.
pub async fn list(db: &Database, user: Option<UserId>, page: Cursor) -> Result<Listed<AuditEntry>, Problem> {
    let before = page.after_number(i64::MAX)?;
    let entries = store::list_entries(&db.connection().await?, user, before, page.limit + 1).await?;
    let entries = entries.into_iter().map(|entry| AuditEntry {
        id: entry.id,
        at: Time(entry.at),
        // Where a stranger or a moderator sat is the admins' to know.
        address: entry
            .address
            .filter(|_| user.is_none() || entry.actor == user.map(|user| user.0))
            .map(|at| at.to_string()),
        actor: entry.actor,
        action: entry.action,
        target: entry.target,
        result: entry.result,
        detail: entry.detail,
        request_id: entry.request_id,
    });
    Ok(Listed::page(entries.collect(), page.limit, |entry: &AuditEntry| entry.id.to_string()))
}
