use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::store;
use crate::platform::extract::{First, printable};
use crate::platform::paging::{Cursor, Listed};
use crate::platform::{Body, Client, Database, Path, Problem, Query, Time, UserId};
use crate::sessions::Moderator;

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_reports).service(close_report);
}

#[derive(Default, Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
#[serde(default)]
pub struct ReportFilter {
    /// True: those that are closed, the newest first. Otherwise those that are open, the oldest first.
    closed: bool,
}

/// Whom a report names.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ReportUser {
    id: UserId,
    username: String,
}

/// What a lifter tells of another.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ReportRead {
    id: Uuid,
    reporter: ReportUser,
    user: ReportUser,
    /// `harassment`, `name_or_picture`, `false_lifts`, `spam` or `other`.
    reason: String,
    note: Option<String>,
    created_at: Time,
    closed_at: Option<Time>,
    /// The moderator's username.
    closed_by: Option<String>,
    outcome: Option<String>,
}

/// What lifters told of others. For moderators.
#[utoipa::path(params(ReportFilter, Cursor), security(("bearer" = [])), tag = "moderation",
    responses((status = 200, body = Listed<ReportRead>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
#[get("/moderation/reports")]
async fn list_reports(
    _: Moderator,
    filter: Query<ReportFilter>,
    page: Query<Cursor>,
    db: Data<Database>,
) -> Result<Json<Listed<ReportRead>>, Problem> {
    let after = page.0.after.as_deref().map(Uuid::parse_str).transpose();
    let after = after.map_err(|_| Problem::invalid("after", "is not the `next` of a page"))?;
    let limit = page.0.limit;
    let reports = store::list_reports(&db.connection().await?, filter.0.closed, after, limit + 1).await?;
    let user = |(id, username)| ReportUser { id: UserId(id), username };
    let reports = reports.into_iter().map(|report| ReportRead {
        id: report.id,
        reporter: user(report.reporter),
        user: user(report.user),
        reason: report.reason,
        note: report.note,
        created_at: Time(report.created_at),
        closed_at: report.closed_at.map(Time),
        closed_by: report.closed_by,
        outcome: report.outcome,
    });
    Ok(Json(Listed::page(reports.collect(), limit, |report: &ReportRead| report.id.to_string())))
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct ReportClose {
    /// What came of it; whoever reported reads it in the own audit. 1 to 200 characters.
    #[garde(length(chars, min = 1, max = 200), custom(printable))]
    outcome: String,
}

/// Close a report, saying what came of it. For moderators, but for whoever it is of.
#[utoipa::path(params(("id" = Uuid, Path)), request_body = ReportClose, security(("bearer" = [])), tag = "moderation",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/moderation/reports/{id}/close")]
async fn close_report(
    First(moderator, body): First<Moderator, Body<ReportClose>>,
    id: Path<Uuid>,
    client: Client,
    db: Data<Database>,
) -> Result<HttpResponse, Problem> {
    super::close(&db.connection().await?, &client, moderator.0.id, id.into_inner(), &body.0.outcome).await?;
    Ok(HttpResponse::NoContent().finish())
}
