use actix_web::http::header::{Accept, CACHE_CONTROL, Header, VARY};
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::api::{RoutineRead, ScenarioSet};
use super::write::Making;
use super::{Routine, RoutineError, Share, share, shared_page, store};
use crate::catalogue::Catalogue;
use crate::pictures;
use crate::platform::idempotency::{IdempotencyKey, Repeatable};
use crate::platform::{Body, Config, Database, Path, Problem, Time};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(import_routine)
        .service(list_shares)
        .service(get_share)
        .service(revoke_share)
        .service(share_routine)
        .service(revoke_shares_of_routine);
}

/// A routine as it was when it was shared.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RoutineShareRead {
    pub code: String,
    pub name: String,
    pub image_url: Option<String>,
    pub scenarios: Vec<ScenarioSet>,
    created_at: Time,
}

impl RoutineShareRead {
    fn new(share: Share, catalogue: &Catalogue, config: &Config) -> Self {
        Self {
            code: share.code,
            name: share.name,
            image_url: share.image_key.map(|key| pictures::url_of(&config.base_url, &key)),
            scenarios: ScenarioSet::of(share.items, catalogue),
            created_at: Time(share.created_at),
        }
    }
}

/// A share as its maker sees it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct OwnShareRead {
    #[serde(flatten)]
    share: RoutineShareRead,
    /// Null once the routine is deleted.
    routine_id: Option<Uuid>,
}

/// Share an own routine or one of everybody's. While it does not change, the code stays the same.
///
/// Whoever has the code can read the routine as it is now, also after it was changed or deleted, until the share is revoked.
#[utoipa::path(params(("routine_id" = Uuid, Path)), security(("bearer" = [])), tag = "routines",
    responses((status = 200, body = RoutineShareRead), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/routines/{routine_id}/share")]
async fn share_routine(
    me: SignedIn,
    routine_id: Path<Uuid>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    config: Data<Config>,
) -> Result<Json<RoutineShareRead>, Problem> {
    let share = share::share(&db.connection().await?, me.id, *routine_id).await?;
    Ok(Json(RoutineShareRead::new(share, &catalogue, &config)))
}

/// Revoke all own shares of a routine. What was imported by them stays.
#[utoipa::path(params(("routine_id" = Uuid, Path)), security(("bearer" = [])), tag = "routines",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[delete("/routines/{routine_id}/share")]
async fn revoke_shares_of_routine(
    me: SignedIn,
    routine_id: Path<Uuid>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    share::revoke_all(&db.connection().await?, &config.static_directory, me.id, *routine_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The own live shares, the newest first; also of routines that are deleted.
#[utoipa::path(security(("bearer" = [])), tag = "routines",
    responses((status = 200, body = Vec<OwnShareRead>), (status = 401, body = Problem)))]
#[get("/routines/shares")]
async fn list_shares(
    me: SignedIn,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    config: Data<Config>,
) -> Result<Json<Vec<OwnShareRead>>, Problem> {
    let shares = store::list_shares(&db.connection().await?, me.id).await?;
    let shares = shares.into_iter().map(|share| OwnShareRead {
        routine_id: share.routine_id,
        share: RoutineShareRead::new(share, &catalogue, &config),
    });
    Ok(Json(shares.collect()))
}

/// A shared routine, for anybody who has its code; for a browser as a page.
#[utoipa::path(params(("code" = String, Path)), tag = "routines",
    responses((status = 200, content((RoutineShareRead = "application/json"), (String = "text/html"))),
        (status = 404, content((Problem = "application/problem+json"), (String = "text/html")))))]
#[get("/routines/shared/{code}")]
async fn get_share(
    request: HttpRequest,
    code: Path<String>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let found = match share::read_code(&code) {
        Ok(code) => store::find_share(&*db.reader().await?, &code).await?,
        Err(_) => None,
    };
    let share = found.map(|share| RoutineShareRead::new(share, &catalogue, &config));
    if wants_a_page(&request) {
        return Ok(match share {
            Some(share) => shared_page::page(&share, &config),
            None => shared_page::nothing_here(&config),
        });
    }
    let share = share.ok_or(RoutineError::UnknownCode)?;
    // It may be revoked at any time.
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-cache")).insert_header((VARY, "Accept")).json(share))
}

/// Whether a request would rather have HTML than JSON. Whoever takes anything gets JSON.
fn wants_a_page(request: &HttpRequest) -> bool {
    let Ok(accept) = Accept::parse(request) else { return false };
    let mut ranked = accept.ranked().into_iter().map(|kind| kind.essence_str().to_ascii_lowercase());
    let first = ranked.find(|kind| {
        ["text/html", "application/xhtml+xml", "application/json", "application/*", "*/*"].contains(&kind.as_str())
    });
    first.is_some_and(|kind| ["text/html", "application/xhtml+xml"].contains(&kind.as_str()))
}

/// Revoke one of the own shares. What was imported by it stays.
#[utoipa::path(params(("code" = String, Path)), security(("bearer" = [])), tag = "routines",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
#[delete("/routines/shared/{code}")]
async fn revoke_share(
    me: SignedIn,
    code: Path<String>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let code = share::read_code(&code)?;
    share::revoke(&db.connection().await?, &config.static_directory, me.id, &code).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, Serialize, garde::Validate, utoipa::ToSchema)]
pub struct RoutineImport {
    /// As it is typed: spaces around it and small letters do not matter.
    #[garde(length(chars, min = 4, max = 32))]
    #[schema(min_length = 4, max_length = 32)]
    share_code: String,
}

/// Make a shared routine one's own. The free plan has room for three.
///
/// With an `Idempotency-Key` a repeated request gets the first one's answer and makes nothing more.
#[utoipa::path(request_body = RoutineImport, security(("bearer" = [])), tag = "routines",
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = RoutineRead), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/routines/import")]
async fn import_routine(
    me: SignedIn,
    body: Body<RoutineImport>,
    key: IdempotencyKey,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let repeatable = Repeatable::new(key, "/routines/import", &body.0);
    let answer = |routine: &Routine| serde_json::to_string(&RoutineRead::new(routine.clone(), &catalogue, &config));
    let db = db.connection().await?;
    let making = Making { db: &db, catalogue: &catalogue, repeatable: &repeatable, user: me.id };
    Ok(share::import(making, &share::read_code(&body.0.share_code)?, answer).await?.into())
}
