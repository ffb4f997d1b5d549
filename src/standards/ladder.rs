//! The ladder of one lift, by the shares that were measured of women and of men, beside real competitors.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get};
use serde::{Deserialize, Serialize};

use crate::platform::extract::finite;
use crate::platform::{Problem, Query};
use crate::strength::reference::{Measured, competitors};
use crate::strength::standards::CoreLift;
use crate::strength::units::hundredths;
use crate::strength::{Rank, ScoredAs, shares};

/// Which lift's ladder, and whose.
#[derive(Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LadderQuery {
    /// back_squat, barbell_bench_press or deadlift.
    #[garde(skip)]
    exercise: String,
    /// Kilograms, 1 to 500.
    #[garde(custom(finite), range(min = 1.0, max = 500.0))]
    bodyweight: f64,
    /// men or women.
    #[garde(skip)]
    scored_as: String,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct Rung {
    /// Iron to Celestial.
    rank: &'static str,
    threshold_kg: f64,
    /// How many in a hundred competitors near this body weight lift less; 0 to 99.
    percent_below: Option<u8>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct LiftLadder {
    exercise: &'static str,
    scored_as: &'static str,
    bodyweight_kg: f64,
    /// The part of a raw total that this lift makes.
    share: f64,
    /// Iron first.
    rows: Vec<Rung>,
    /// Whom the percentages are of.
    compared_with: &'static str,
}

/// What each rank asks for in one lift, by shares of a total measured of each sex. `/standards` has others, which existing
/// clients know.
#[utoipa::path(params(LadderQuery), tag = "ranks",
    responses((status = 200, body = LiftLadder), (status = 422, body = Problem)))]
#[get("/ladder")]
pub async fn get_ladder(query: Query<LadderQuery>) -> Result<HttpResponse, Problem> {
    let LadderQuery { exercise, bodyweight, scored_as } = query.0;
    let lift = CoreLift::from_exercise(&exercise)
        .ok_or_else(|| Problem::invalid("exercise", "must be back_squat, barbell_bench_press or deadlift"))?;
    let scored_as = ScoredAs::parse(&scored_as).ok_or_else(|| Problem::invalid("scored_as", "must be men or women"))?;
    let bodyweight_hundredths = u32::try_from(hundredths(bodyweight)).ok();
    let rung = |(rank, threshold): (Rank, f64)| {
        let kg_hundredths = hundredths(threshold);
        let standing = u32::try_from(kg_hundredths)
            .ok()
            .and_then(|kg| competitors(scored_as, Measured::from(lift), kg, bodyweight_hundredths));
        Rung {
            rank: rank.name(),
            threshold_kg: kg_hundredths as f64 / 100.0,
            percent_below: standing.map(|standing| standing.percent),
        }
    };
    let answer = LiftLadder {
        exercise: lift.exercise_id(),
        scored_as: scored_as.as_str(),
        bodyweight_kg: bodyweight,
        share: shares::share(lift, scored_as),
        rows: Rank::ALL.into_iter().zip(shares::thresholds_kg(bodyweight, scored_as, lift)).map(rung).collect(),
        compared_with: "competitors without supportive gear, near this body weight; not all gym-goers",
    };
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "public, max-age=86400")).json(answer))
}
