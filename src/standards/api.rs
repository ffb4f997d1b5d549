use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, get};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::platform::{Path, Problem, Query};
use crate::strength::ladder::RUNGS;
use crate::strength::standards::{Standard, standards};
use crate::strength::{ScoredAs, Unit};

pub fn routes(config: &mut ServiceConfig) {
    config.service(get_standards).service(super::ladder::get_ladder);
}

/// Whose standards, and in which unit body weight and answer are.
#[derive(Deserialize, garde::Validate, utoipa::IntoParams)]
#[garde(allow_unvalidated)]
#[into_params(parameter_in = Query)]
pub struct StandardsQuery {
    /// `male` (default) or `female`.
    gender: Option<String>,
    /// `kg` (default) or `lbs`.
    unit: Option<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct Lifts {
    squat: i64,
    bench: i64,
    deadlift: i64,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct RankStandard {
    total: i64,
    lifts: Lifts,
    /// Empty; kept for existing clients.
    metadata: serde_json::Map<String, serde_json::Value>,
}

/// The standards by the names of the ranks, Iron first.
#[derive(utoipa::ToSchema)]
#[schema(value_type = std::collections::HashMap<String, RankStandard>)]
pub struct Standards([Standard; RUNGS]);

impl Serialize for Standards {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(RUNGS))?;
        for standard in &self.0 {
            let Standard { rank, total, squat, bench, deadlift } = *standard;
            let lifts = Lifts { squat, bench, deadlift };
            map.serialize_entry(rank.name(), &RankStandard { total, lifts, metadata: serde_json::Map::new() })?;
        }
        map.end()
    }
}

/// What each rank asks for, in multiples of five of the unit.
#[utoipa::path(params(("bodyweight" = f64, Path, description = "Above 0, in the unit"), StandardsQuery), tag = "ranks",
    responses((status = 200, body = std::collections::HashMap<String, RankStandard>), (status = 400, body = Problem),
        (status = 422, body = Problem)))]
#[get("/standards/{bodyweight}")]
async fn get_standards(bodyweight: Path<f64>, query: Query<StandardsQuery>) -> Result<HttpResponse, Problem> {
    let bodyweight = bodyweight.into_inner();
    if !bodyweight.is_finite() {
        return Err(Problem::invalid("bodyweight", "must be a finite number"));
    }
    if bodyweight <= 0.0 {
        return Err(Problem::bad_request("bodyweight: must be above 0"));
    }
    let gender = query.0.gender.unwrap_or_else(|| "male".into());
    let scored_as =
        ScoredAs::from_gender(&gender).ok_or_else(|| Problem::bad_request("gender: must be male or female"))?;
    let unit = Unit::parse(query.0.unit.as_deref().unwrap_or("kg"))
        .ok_or_else(|| Problem::invalid("unit", "must be kg or lbs"))?;
    let pack = Standards(standards(unit.to_kg(bodyweight), scored_as, unit));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .json(pack))
}
