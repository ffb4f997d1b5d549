use actix_web::get;
use actix_web::web::{Data, Json};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::catalogue::Catalogue;
use crate::platform::extract::finite;
use crate::platform::{Problem, Query};
use crate::strength::ScoredAs;
use crate::strength::ladder::name_of;

pub fn routes(config: &mut ServiceConfig) {
    config.service(get_rank_progress);
}

/// A score and who made it.
#[derive(Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RankQuery {
    #[garde(skip)]
    scenario_id: String,
    /// Kilograms as a single, or repetitions.
    #[garde(custom(finite), range(min = 0.0, max = 1_000_000.0))]
    final_score: f64,
    /// Kilograms, above 0 and at most 1000.
    #[garde(custom(finite), range(min = f64::MIN_POSITIVE, max = 1000.0))]
    user_weight: f64,
    /// `female` is scored as women, anything else as men.
    #[garde(skip)]
    user_gender: Option<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct RankProgress {
    /// Iron to Celestial, or Unranked.
    current_rank: &'static str,
    /// What the next rank asks for; -1 at the top.
    next_rank_threshold: f64,
}

/// The rank of a score in an exercise and what the next one asks for.
#[utoipa::path(params(RankQuery), tag = "ranks",
    responses((status = 200, body = RankProgress), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/ranks/get_rank_progress")]
async fn get_rank_progress(query: Query<RankQuery>, catalogue: Data<Catalogue>) -> Result<Json<RankProgress>, Problem> {
    let RankQuery { scenario_id, final_score, user_weight, user_gender } = query.0;
    let exercise = catalogue
        .find(&scenario_id)
        .ok_or_else(|| Problem::not_found("No exercise has this id; GET /api/v1/scenarios lists them."))?;
    let scored_as = user_gender.as_deref().and_then(ScoredAs::from_gender).unwrap_or(ScoredAs::Men);
    let progress = super::rank_progress(exercise, final_score, user_weight, scored_as);
    Ok(Json(RankProgress {
        current_rank: name_of(progress.rank),
        next_rank_threshold: progress.next_threshold.unwrap_or(-1.0),
    }))
}
