use actix_web::get;
use actix_web::web::{Data, Json};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::store;
use crate::platform::paging::{Cursor, Listed};
use crate::platform::{Database, Problem, Query, Time, UserId};
use crate::sessions::{Admin, SignedIn};

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_own_audit).service(list_audit);
}

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

/// What was done to the own account, and what the account did; the newest first.
#[utoipa::path(params(Cursor), security(("bearer" = [])), tag = "accounts",
    responses((status = 200, body = Listed<AuditEntry>), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[get("/users/me/audit")]
async fn list_own_audit(
    me: SignedIn,
    page: Query<Cursor>,
    db: Data<Database>,
) -> Result<Json<Listed<AuditEntry>>, Problem> {
    list(&db, Some(me.id), page.0).await
}

/// What was done to all accounts, the newest first. For admins.
#[utoipa::path(params(Cursor), security(("bearer" = [])), tag = "admin",
    responses((status = 200, body = Listed<AuditEntry>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
#[get("/admin/audit")]
async fn list_audit(_: Admin, page: Query<Cursor>, db: Data<Database>) -> Result<Json<Listed<AuditEntry>>, Problem> {
    list(&db, None, page.0).await
}

async fn list(db: &Database, user: Option<UserId>, page: Cursor) -> Result<Json<Listed<AuditEntry>>, Problem> {
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
    Ok(Json(Listed::page(entries.collect(), page.limit, |entry: &AuditEntry| entry.id.to_string())))
}
