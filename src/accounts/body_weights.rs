//! The log of the own body weight; nobody else reads it.

use actix_web::get;
use actix_web::web::{Data, Json};
use jiff::civil::Date;
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::store;
use crate::platform::paging::{Cursor, Listed};
use crate::platform::{Database, Problem, Query};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_body_weights);
}

/// What somebody weighed from a day on.
#[derive(Serialize, utoipa::ToSchema)]
pub struct BodyWeight {
    /// Null: from this day on it was not stated.
    weight_kg: Option<f64>,
    /// The day, in the own time zone; a second entry of a day replaces the first.
    #[schema(value_type = String, format = Date, example = "2026-11-20")]
    recorded_at: Date,
}

/// The own body weights, the newest first.
#[utoipa::path(params(Cursor), security(("bearer" = [])), tag = "accounts",
    responses((status = 200, body = Listed<BodyWeight>), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[get("/users/me/body-weights")]
async fn list_body_weights(
    me: SignedIn,
    page: Query<Cursor>,
    db: Data<Database>,
) -> Result<Json<Listed<BodyWeight>>, Problem> {
    let before = page.0.after.as_deref().map(str::parse::<Date>).transpose();
    // PostgreSQL's years begin later than this calendar's.
    let before = before.ok().filter(|day| day.is_none_or(|day| day.year() > 0));
    let before = before.ok_or_else(|| Problem::invalid("after", "is not the `next` of a page"))?;
    let weights = store::list_body_weights(&*db.reader().await?, me.id, before, page.0.limit + 1).await?;
    let weights = weights.into_iter().map(|(recorded_at, weight_kg)| BodyWeight { weight_kg, recorded_at });
    Ok(Json(Listed::page(weights.collect(), page.0.limit, |weight| weight.recorded_at.to_string())))
}
