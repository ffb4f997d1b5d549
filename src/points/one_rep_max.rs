//! What a set is worth as a single repetition: all formulas beside each other, so that nobody takes one for the truth.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get};
use serde::{Deserialize, Serialize};

use crate::platform::extract::finite;
use crate::platform::{Problem, Query};
use crate::strength::one_rep_max::{Estimator, TRUSTED_REPS};
use crate::strength::units::hundredths;

/// A set of repetitions.
#[derive(Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SetQuery {
    /// Kilograms, above 0 and at most 1000.
    #[garde(custom(finite), range(min = 0.01, max = 1000.0))]
    weight: f64,
    /// 1 to 36.
    #[garde(range(min = 1, max = 36))]
    reps: u32,
}

/// By formula, in kilograms; all are the weight itself for one repetition.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Estimates {
    epley: f64,
    brzycki: f64,
    lombardi: f64,
    mayhew: f64,
    oconner: f64,
    wathan: f64,
    lander: f64,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct OneRepMax {
    weight_kg: f64,
    reps: u32,
    /// Epley is the one that boards use.
    estimates: Estimates,
    lowest_kg: f64,
    highest_kg: f64,
    /// Highest less lowest.
    spread_kg: f64,
    /// Said above ten repetitions.
    warning: Option<&'static str>,
}

const TOO_MANY: &str = "Above 10 repetitions an estimate says little: the formulas were made for fewer.";

/// What a set is worth as a single repetition, by seven formulas.
#[utoipa::path(params(SetQuery), tag = "points",
    responses((status = 200, body = OneRepMax), (status = 422, body = Problem)))]
#[get("/one-rep-max")]
pub async fn get_one_rep_max(query: Query<SetQuery>) -> Result<HttpResponse, Problem> {
    let SetQuery { weight, reps } = query.0;
    let kg = |estimator: Estimator| {
        let estimate = estimator.one_rep_max_kg(weight, reps);
        let estimate = estimate.ok_or_else(|| Problem::invalid("reps", "must be 1 to 36"))?;
        Ok::<f64, Problem>(hundredths(estimate) as f64 / 100.0)
    };
    let estimates = Estimates {
        epley: kg(Estimator::Epley)?,
        brzycki: kg(Estimator::Brzycki)?,
        lombardi: kg(Estimator::Lombardi)?,
        mayhew: kg(Estimator::Mayhew)?,
        oconner: kg(Estimator::OConner)?,
        wathan: kg(Estimator::Wathan)?,
        lander: kg(Estimator::Lander)?,
    };
    let (mut lowest_kg, mut highest_kg) = (f64::INFINITY, 0.0);
    for estimator in Estimator::ALL {
        let estimate = kg(estimator)?;
        (lowest_kg, highest_kg) = (f64::min(lowest_kg, estimate), f64::max(highest_kg, estimate));
    }
    let spread_kg = hundredths(highest_kg - lowest_kg) as f64 / 100.0;
    let warning = (reps > TRUSTED_REPS).then_some(TOO_MANY);
    let answer = OneRepMax { weight_kg: weight, reps, estimates, lowest_kg, highest_kg, spread_kg, warning };
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "public, max-age=86400")).json(answer))
}
