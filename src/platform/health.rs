//! Whether this service lives, is ready, and reaches its database.

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;

use super::database::Shared;
use super::lifecycle::Lifecycle;
use super::{Database, Problem};

#[derive(Serialize, utoipa::ToSchema)]
pub struct Health {
    pub status: &'static str,
    /// The name that existing clients know this service by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<&'static str>,
}

const OK: Health = Health { status: "ok", service: None, database: None };

/// The name of this service.
#[utoipa::path(responses((status = 200, body = Health)), tag = "service")]
#[get("/")]
pub async fn get_root() -> HttpResponse {
    HttpResponse::Ok().json(Health { service: Some("repduel-backend"), ..OK })
}

/// The process answers.
#[utoipa::path(responses((status = 200, body = Health)), tag = "service")]
#[get("/health")]
pub async fn get_health() -> HttpResponse {
    HttpResponse::Ok().json(OK)
}

/// The process answers, whatever the state of anything else.
#[utoipa::path(responses((status = 200, body = Health)), tag = "service")]
#[get("/health/live")]
pub async fn get_live() -> HttpResponse {
    HttpResponse::Ok().json(OK)
}

/// Requests can be served: the database answers and the process is not going down.
#[utoipa::path(responses((status = 200, body = Health), (status = 503, body = Problem)), tag = "service")]
#[get("/health/ready")]
pub async fn get_ready(
    database: Data<Database>,
    shared: Data<Arc<Shared>>,
    lifecycle: Data<Lifecycle>,
) -> Result<HttpResponse, Problem> {
    if lifecycle.is_draining() {
        return Err(Problem::unavailable("This process is going down.", 1));
    }
    if shared.name().is_err() {
        return Err(Problem::unavailable("The database has not been found yet.", 1));
    }
    ask(&database).await
}

/// The database answers.
#[utoipa::path(responses((status = 200, body = Health), (status = 503, body = Problem)), tag = "service")]
#[get("/health/db")]
pub async fn get_database(database: Data<Database>) -> Result<HttpResponse, Problem> {
    ask(&database).await
}

async fn ask(database: &Database) -> Result<HttpResponse, Problem> {
    database.connection().await?.query_one("SELECT 1", &[]).await?;
    Ok(HttpResponse::Ok().json(Health { database: Some("reachable"), ..OK }))
}

/// For operators: which database is used, or why none is.
#[get("/health")]
pub async fn get_details(shared: Data<Arc<Shared>>, lifecycle: Data<Lifecycle>) -> HttpResponse {
    let pool = shared.pool_status();
    let (database, missing) = match shared.name() {
        Ok(name) => (Some(name.to_owned()), None),
        Err(reason) => (None, Some(reason)),
    };
    HttpResponse::Ok().json(serde_json::json!({
        "status": if missing.is_none() { "ok" } else { "degraded" },
        "is_draining": lifecycle.is_draining(),
        "database": database,
        "database_missing_because": missing,
        "connections": { "size": pool.size, "idle": pool.idle, "waiting": pool.waiting },
    }))
}
