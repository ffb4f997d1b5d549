use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::platform::extract::{First, printable};
use crate::platform::{Body, Client, Database, Path, Problem, UserId};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config.service(report_user);
}

/// Why a lifter is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportReason {
    Harassment,
    NameOrPicture,
    /// Lifts that were not done.
    FalseLifts,
    Spam,
    Other,
}

impl ReportReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Harassment => "harassment",
            Self::NameOrPicture => "name_or_picture",
            Self::FalseLifts => "false_lifts",
            Self::Spam => "spam",
            Self::Other => "other",
        }
    }
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct ReportCreate {
    #[garde(skip)]
    reason: ReportReason,
    /// What moderators should know; at most 1,000 characters.
    #[garde(length(chars, max = 1000), inner(custom(printable_lines)))]
    note: Option<String>,
}

/// As [`printable`], in several lines.
fn printable_lines(text: &str, context: &()) -> garde::Result {
    printable(&text.replace(['\n', '\r', '\t'], " "), context)
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct ReportMade {
    id: Uuid,
}

/// Report a lifter to the moderators. They are not told.
#[utoipa::path(params(("user_id" = UserId, Path)), request_body = ReportCreate, security(("bearer" = [])), tag = "social",
    responses((status = 201, body = ReportMade), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/users/{user_id}/reports")]
async fn report_user(
    First(me, body): First<SignedIn, Body<ReportCreate>>,
    user_id: Path<UserId>,
    client: Client,
    db: Data<Database>,
) -> Result<HttpResponse, Problem> {
    let ReportCreate { reason, note } = body.0;
    let (user, db) = (user_id.into_inner(), db.connection().await?);
    let id = super::report(&db, &client, me.id, user, reason.as_str(), note.as_deref()).await?;
    Ok(HttpResponse::Created().json(ReportMade { id }))
}
