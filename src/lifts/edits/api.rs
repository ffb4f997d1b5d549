use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, patch};
use utoipa_actix_web::service_config::ServiceConfig;

use super::LiftUpdate;
use crate::boards::Live;
use crate::catalogue::Catalogue;
use crate::lifts::api::RankedScore;
use crate::lifts::new_lift::check_time;
use crate::platform::{Body, Database, Path, Problem, UserId};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config.service(update_score).service(delete_score).service(delete_scores);
}

/// Change an own lift. Only what is sent changes; personal best, energy and boards follow in the same transaction.
///
/// What was lifted on another day is scored with the body weight of that day. A lift that a moderator accepted waits
/// anew where it claims more than before; one that a moderator voided cannot be changed.
#[utoipa::path(params(("id" = i32, Path)), request_body = LiftUpdate, security(("bearer" = [])), tag = "scores",
    responses((status = 200, body = RankedScore), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[patch("/scores/{id}")]
async fn update_score(
    me: SignedIn,
    id: Path<i32>,
    body: Body<LiftUpdate>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    live: Data<Live>,
) -> Result<Json<RankedScore>, Problem> {
    check_time(body.0.performed_at)?;
    let db = db.connection().await?;
    let (lift, waits, ranks) = super::edit_lift(&db, &live, &catalogue, me.id, id.into_inner(), &body.0).await?;
    live.catch_up().await;
    Ok(Json(RankedScore::new(lift, ranks, waits, &catalogue)))
}

/// Delete an own lift. What was best before it is the best again.
#[utoipa::path(params(("id" = i32, Path)), security(("bearer" = [])), tag = "scores",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[delete("/scores/{id}")]
async fn delete_score(
    me: SignedIn,
    id: Path<i32>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    live: Data<Live>,
) -> Result<HttpResponse, Problem> {
    super::delete_lift(&db.connection().await?, &catalogue, me.id, id.into_inner()).await?;
    live.catch_up().await;
    Ok(HttpResponse::NoContent().finish())
}

/// Delete all own lifts, with personal bests and their history. Energy is 0 then; its history stays.
#[utoipa::path(params(("user_id" = UserId, Path)), security(("bearer" = [])), tag = "scores",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[delete("/scores/user/{user_id}")]
async fn delete_scores(
    me: SignedIn,
    user_id: Path<UserId>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    live: Data<Live>,
) -> Result<HttpResponse, Problem> {
    if user_id.into_inner() != me.id {
        return Err(Problem::forbidden("user_id: is not yours; everybody deletes their own lifts"));
    }
    super::delete_lifts(&db.connection().await?, &catalogue, me.id).await?;
    live.catch_up().await;
    Ok(HttpResponse::NoContent().finish())
}
