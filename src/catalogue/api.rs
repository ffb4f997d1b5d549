use std::collections::HashMap;

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{Catalogue, Exercise, Load};
use crate::platform::cached::CachedJson;
use crate::platform::{Path, Problem};
use crate::strength;

/// Clients may keep the catalogue for this long, in seconds, before they ask whether it changed.
const MAX_AGE: u32 = 300;

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_scenarios).service(list_exercises).service(get_details).service(get_multiplier);
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct ScenarioOut<'a> {
    id: &'a str,
    name: &'a str,
    description: Option<&'a str>,
}

/// Repetitions at reference body weights (50, 95 and 140 kg).
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    beginner_50: i32,
    elite_50: i32,
    beginner_140: i32,
    elite_140: i32,
    intermediate_95: i32,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct ScenarioDetails<'a> {
    id: &'a str,
    name: &'a str,
    description: Option<&'a str>,
    /// The share of a DOTS total that the rank thresholds are made of.
    multiplier: Option<f64>,
    /// How much of the volume counts for XP.
    volume_multiplier: Option<f64>,
    /// Whether the score is the repetitions of one set.
    is_bodyweight: bool,
    primary_muscles: &'a [String],
    secondary_muscles: &'a [String],
    equipment: &'a [String],
    /// Given for exercises that are counted in repetitions.
    calibration: Option<Calibration>,
    /// Whether two people can compare it.
    is_ranked: bool,
    /// What the weight of a lift means.
    load: Load,
    /// What makes a repetition count.
    standard: &'a str,
}

impl<'a> From<&'a Exercise> for ScenarioDetails<'a> {
    fn from(exercise: &'a Exercise) -> Self {
        Self {
            id: &exercise.id,
            name: &exercise.name,
            description: Some(&exercise.description),
            multiplier: Some(exercise.multiplier),
            volume_multiplier: Some(exercise.volume_multiplier),
            is_bodyweight: exercise.is_bodyweight,
            primary_muscles: &exercise.primary_muscles,
            secondary_muscles: &exercise.secondary_muscles,
            equipment: &exercise.equipment,
            calibration: exercise.calibration.map(Calibration::from),
            is_ranked: exercise.is_ranked(),
            load: exercise.load,
            standard: &exercise.standard,
        }
    }
}

impl From<strength::Calibration> for Calibration {
    fn from(calibration: strength::Calibration) -> Self {
        let strength::Calibration { beginner_50, elite_50, beginner_140, elite_140, intermediate_95 } = calibration;
        Self { beginner_50, elite_50, beginner_140, elite_140, intermediate_95 }
    }
}

impl From<Calibration> for strength::Calibration {
    fn from(calibration: Calibration) -> Self {
        let Calibration { beginner_50, elite_50, beginner_140, elite_140, intermediate_95 } = calibration;
        Self { beginner_50, elite_50, beginner_140, elite_140, intermediate_95 }
    }
}

/// All answers of the catalogue, written once.
pub struct CatalogueAnswers {
    list: CachedJson,
    exercises: CachedJson,
    details: HashMap<String, CachedJson>,
}

impl CatalogueAnswers {
    pub fn new(catalogue: &Catalogue) -> serde_json::Result<Self> {
        let list: Vec<_> = catalogue
            .iter()
            .map(|exercise| ScenarioOut {
                id: &exercise.id,
                name: &exercise.name,
                description: Some(&exercise.description),
            })
            .collect();
        let exercises: Vec<_> = catalogue.iter().map(ScenarioDetails::from).collect();
        let details = exercises.iter().map(|exercise| Ok((exercise.id.to_owned(), CachedJson::new(exercise)?)));
        let details = details.collect::<serde_json::Result<_>>()?;
        Ok(Self { list: CachedJson::new(&list)?, exercises: CachedJson::new(&exercises)?, details })
    }
}

/// All exercises.
#[utoipa::path(responses((status = 200, body = Vec<ScenarioOut>), (status = 304)), tag = "catalogue")]
#[get("/scenarios")]
async fn list_scenarios(request: HttpRequest, answers: Data<CatalogueAnswers>) -> HttpResponse {
    answers.list.answer(&request, MAX_AGE)
}

/// Everything about all exercises, for clients that look things up without asking again.
#[utoipa::path(responses((status = 200, body = Vec<ScenarioDetails>), (status = 304)), tag = "catalogue")]
#[get("/exercises")]
async fn list_exercises(request: HttpRequest, answers: Data<CatalogueAnswers>) -> HttpResponse {
    answers.exercises.answer(&request, MAX_AGE)
}

/// The share of a total that the rank thresholds of an exercise are made of.
#[utoipa::path(params(("scenario_id" = String, Path)), tag = "catalogue",
    responses((status = 200, body = f64, content_type = "application/json"), (status = 404, body = Problem)))]
#[get("/scenarios/{scenario_id}/multiplier")]
async fn get_multiplier(scenario_id: Path<String>, catalogue: Data<Catalogue>) -> Result<Json<f64>, Problem> {
    let exercise = catalogue.find(&scenario_id);
    let unknown = || Problem::not_found("No exercise has this id; GET /api/v1/scenarios lists them.");
    exercise.map(|exercise| Json(exercise.multiplier)).ok_or_else(unknown)
}

/// Everything about an exercise.
#[utoipa::path(params(("scenario_id" = String, Path)), tag = "catalogue",
    responses((status = 200, body = ScenarioDetails), (status = 304), (status = 404, body = Problem)))]
#[get("/scenarios/{scenario_id}/details")]
async fn get_details(
    scenario_id: Path<String>,
    request: HttpRequest,
    answers: Data<CatalogueAnswers>,
) -> Result<HttpResponse, Problem> {
    let details = answers.details.get(scenario_id.as_str());
    details
        .map(|details| details.answer(&request, MAX_AGE))
        .ok_or_else(|| Problem::not_found("No exercise has this id; GET /api/v1/scenarios lists them."))
}
