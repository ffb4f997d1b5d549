//! Where a score stands on the ladder of one exercise.

mod api;
mod user;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::catalogue::Exercise;
use crate::strength::ladder::{self, Progress};
use crate::strength::{ScoredAs, standards};

pub fn routes(config: &mut ServiceConfig) {
    api::routes(config);
    user::routes(config);
}

/// The rank that a score gives in an exercise, and what the next one asks for.
pub fn rank_progress(exercise: &Exercise, score: f64, bodyweight_kg: f64, scored_as: ScoredAs) -> Progress {
    let thresholds = match exercise.calibration {
        Some(calibration) => calibration.thresholds(bodyweight_kg, scored_as),
        None => standards::thresholds_kg(bodyweight_kg, scored_as, exercise.multiplier),
    };
    ladder::progress(score, &thresholds)
}
