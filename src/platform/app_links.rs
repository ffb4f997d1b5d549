//! What phones and browsers that have an existing client ask for at the root.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde_json::json;

use super::{Config, Problem};

/// Which app opens this server's links on an iPhone.
#[utoipa::path(responses((status = 200, body = serde_json::Value), (status = 404, body = Problem)), tag = "service")]
#[get("/.well-known/apple-app-site-association")]
pub async fn get_app_association(config: Data<Config>) -> Result<HttpResponse, Problem> {
    association(&config)
}

/// The same where older phones look.
#[utoipa::path(responses((status = 200, body = serde_json::Value), (status = 404, body = Problem)), tag = "service")]
#[get("/apple-app-site-association")]
pub async fn get_app_association_of_old(config: Data<Config>) -> Result<HttpResponse, Problem> {
    association(&config)
}

fn association(config: &Config) -> Result<HttpResponse, Problem> {
    let team = config.apple_team_id.as_deref().ok_or_else(|| Problem::not_found("APPLE_TEAM_ID is not set."))?;
    let app = format!("{team}.{}", config.ios_bundle_id);
    let details = json!([{ "appID": app, "paths": ["*"] }]);
    Ok(HttpResponse::Ok().json(json!({ "applinks": { "apps": [], "details": details } })))
}

/// The service worker of old web clients: gone, so that browsers drop the one that they have.
#[utoipa::path(responses((status = 410, body = Problem)), tag = "service")]
#[get("/flutter_service_worker.js")]
pub async fn get_old_service_worker() -> Result<HttpResponse, Problem> {
    Err(Problem::new(StatusCode::GONE, "This web app has no service worker any more."))
}
