//! Routines that somebody does not want to see: existing clients hide one of everybody's after copying it.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::store;
use crate::platform::{Database, Path, Problem};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_hidden_routines).service(hide_routine).service(show_routine);
}

/// The ids of the routines that are left out of the own list.
#[utoipa::path(security(("bearer" = [])), tag = "routines",
    responses((status = 200, body = Vec<Uuid>), (status = 401, body = Problem)))]
#[get("/users/me/hidden-routines")]
async fn list_hidden_routines(me: SignedIn, db: Data<Database>) -> Result<Json<Vec<Uuid>>, Problem> {
    Ok(Json(store::list_hidden(&*db.reader().await?, me.id).await?))
}

/// Leave a routine out of the own list. Whatever the id is, the answer is the same.
#[utoipa::path(params(("routine_id" = String, Path)), security(("bearer" = [])), tag = "routines",
    responses((status = 204), (status = 401, body = Problem)))]
#[post("/users/me/hidden-routines/{routine_id}")]
async fn hide_routine(me: SignedIn, routine_id: Path<String>, db: Data<Database>) -> Result<HttpResponse, Problem> {
    // Existing clients count on it that no id is an error.
    if let Ok(routine) = Uuid::parse_str(&routine_id) {
        store::insert_hidden(&db.connection().await?, me.id, routine).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Take a routine into the own list again. Whatever the id is, the answer is the same.
#[utoipa::path(params(("routine_id" = String, Path)), security(("bearer" = [])), tag = "routines",
    responses((status = 204), (status = 401, body = Problem)))]
#[delete("/users/me/hidden-routines/{routine_id}")]
async fn show_routine(me: SignedIn, routine_id: Path<String>, db: Data<Database>) -> Result<HttpResponse, Problem> {
    if let Ok(routine) = Uuid::parse_str(&routine_id) {
        store::delete_hidden(&db.connection().await?, me.id, routine).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}
