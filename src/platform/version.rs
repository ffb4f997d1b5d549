//! What is running: `GET /version`, `repduel --version`.

use actix_web::{HttpResponse, get};
use serde::Serialize;

pub const VERSION: &str = env!("CARGO_PKG_VERSION");
pub const COMMIT: &str = env!("REPDUEL_COMMIT");
pub const BUILT: &str = env!("REPDUEL_BUILT");
/// All three in a line.
pub const LONG: &str =
    concat!(env!("CARGO_PKG_VERSION"), " (", env!("REPDUEL_COMMIT"), ", built ", env!("REPDUEL_BUILT"), ")");

#[derive(Serialize, utoipa::ToSchema)]
pub struct Version {
    pub version: &'static str,
    /// The commit that it was built from.
    pub commit: &'static str,
    /// The time of that commit, so that two builds of one commit are the same.
    pub built: &'static str,
}

/// Which program this is.
#[utoipa::path(responses((status = 200, body = Version)), tag = "service")]
#[get("/version")]
pub async fn get_version() -> HttpResponse {
    HttpResponse::Ok().json(Version { version: VERSION, commit: COMMIT, built: BUILT })
}
