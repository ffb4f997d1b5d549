use actix_web::post;
use actix_web::web::Json;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use super::lifter::{Lifter, Scored};
use super::row::{EQUIPMENT, Sex};
use crate::platform::{Body, Problem};
use crate::strength::reference::Measured;
use crate::strength::units::from_hundredths;
use crate::strength::{Event, Formula};

pub fn routes(config: &mut ServiceConfig) {
    config.service(score_lifter).service(super::one_rep_max::get_one_rep_max);
}

/// What a lifter did at a meet; at least one lift or a total.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct MeetResult {
    /// M, F or Mx; Mx is scored by the men's constants.
    #[garde(skip)]
    sex: String,
    #[garde(range(min = 1.0, max = 500.0))]
    bodyweight_kg: f64,
    /// SBD (default), BD, SD, SB, S, B or D.
    #[garde(skip)]
    event: Option<String>,
    /// Raw (default), Wraps, Straps, Single-ply, Multi-ply or Unlimited.
    #[garde(skip)]
    equipment: Option<String>,
    /// Years; 23.5 is approximate.
    #[garde(range(min = 1.0, max = 150.0))]
    age: Option<f64>,
    /// The day of the meet, which chooses constants and classes; today's when it is not given.
    #[garde(skip)]
    #[schema(value_type = Option<String>, format = Date)]
    date: Option<Date>,
    #[garde(range(min = 0.01, max = 1000.0))]
    squat_kg: Option<f64>,
    #[garde(range(min = 0.01, max = 1000.0))]
    bench_kg: Option<f64>,
    #[garde(range(min = 0.01, max = 1000.0))]
    deadlift_kg: Option<f64>,
    /// The sum of the event's lifts that are given, when it is not.
    #[garde(range(min = 0.01, max = 3000.0))]
    total_kg: Option<f64>,
}

impl MeetResult {
    /// The lifter of the domain, or the fields that make none.
    fn into_lifter(self) -> Result<Lifter, Problem> {
        let sex = Sex::parse(self.sex.as_bytes()).ok_or_else(|| Problem::invalid("sex", "must be M, F or Mx"))?;
        let event = self.event.as_deref().map_or(Some(Event::FullPower), Event::parse);
        let event = event.ok_or_else(|| Problem::invalid("event", "must be SBD, BD, SD, SB, S, B or D"))?;
        let equipment = self.equipment.as_deref().unwrap_or(EQUIPMENT[0]);
        let equipment = EQUIPMENT.into_iter().find(|known| *known == equipment).ok_or_else(|| {
            Problem::invalid("equipment", "must be Raw, Wraps, Straps, Single-ply, Multi-ply or Unlimited")
        })?;
        let lifts_kg = [self.squat_kg, self.bench_kg, self.deadlift_kg];
        if self.total_kg.is_none() && lifts_kg == [None; 3] {
            return Err(Problem::invalid("total_kg", "must be given, or one of squat_kg, bench_kg and deadlift_kg"));
        }
        let day = self.date.map(|date| (date.year(), date.month().unsigned_abs(), date.day().unsigned_abs()));
        let age = self.age.map(|age| age as f32);
        let Self { bodyweight_kg, total_kg, .. } = self;
        Ok(Lifter { sex, bodyweight_kg, event, equipment, age, day, lifts_kg, total_kg })
    }
}

/// By formula; null where it does not apply.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PointsByFormula {
    dots: Option<f64>,
    wilks1994: Option<f64>,
    wilks2020: Option<f64>,
    ipf_gl: Option<f64>,
    /// Of 2019.
    ipf_points: Option<f64>,
    glossbrenner: Option<f64>,
    schwartz_malone: Option<f64>,
}

/// Weight classes by their labels, such as 83 or 84+.
#[derive(Serialize, utoipa::ToSchema)]
pub struct WeightClasses {
    ipf: &'static str,
    traditional: &'static str,
}

/// Where a lift stands among those who compete raw; they are stronger than those who only train.
#[derive(Serialize, utoipa::ToSchema)]
pub struct AmongCompetitors {
    /// How many in a hundred are weaker; 0 to 99.
    percent: u8,
    /// How many lifters it was compared with: the same sex, near the same body weight.
    lifters: u32,
    /// Null for the lightest.
    bodyweight_from_kg: Option<f64>,
    /// Not included; null for the heaviest.
    bodyweight_to_kg: Option<f64>,
    sentence: String,
}

/// Null for lifts that were not given, and for all but Raw.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LiftsAmongCompetitors {
    squat: Option<AmongCompetitors>,
    bench: Option<AmongCompetitors>,
    deadlift: Option<AmongCompetitors>,
    /// Of SBD alone.
    total: Option<AmongCompetitors>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct ScoredLifter {
    /// Null when no lift of the event was given.
    total_kg: Option<f64>,
    points: PointsByFormula,
    /// Null without an age, below 14 and above 90.
    age_coefficient: Option<f64>,
    /// The age class: subjunior, junior, open, m1 to m4; null below 14.
    age_class: Option<&'static str>,
    class: WeightClasses,
    competitors: LiftsAmongCompetitors,
}

impl From<Scored> for ScoredLifter {
    fn from(scored: Scored) -> Self {
        let points = |formula| scored.points(formula).map(from_hundredths);
        let place = |measured| {
            scored.among_competitors(measured).map(|(standing, sentence)| {
                let band = standing.band.unwrap_or_default();
                AmongCompetitors {
                    percent: standing.percent,
                    lifters: standing.lifters,
                    bodyweight_from_kg: band.from_kg,
                    bodyweight_to_kg: band.to_kg,
                    sentence,
                }
            })
        };
        Self {
            total_kg: scored.total_kg(),
            points: PointsByFormula {
                dots: points(Formula::Dots),
                wilks1994: points(Formula::Wilks1994),
                wilks2020: points(Formula::Wilks2020),
                ipf_gl: points(Formula::IpfGl),
                ipf_points: points(Formula::IpfPoints),
                glossbrenner: points(Formula::Glossbrenner),
                schwartz_malone: points(Formula::SchwartzMalone),
            },
            age_coefficient: scored.age_coefficient(),
            age_class: scored.age_class.map(|class| class.name()),
            class: WeightClasses { ipf: scored.ipf_class.label(), traditional: scored.traditional_class.label() },
            competitors: LiftsAmongCompetitors {
                squat: place(Measured::Squat),
                bench: place(Measured::Bench),
                deadlift: place(Measured::Deadlift),
                total: place(Measured::Total),
            },
        }
    }
}

/// One lifter's points by every formula, classes, and where each lift stands among competitors. Nothing is stored.
#[utoipa::path(request_body = MeetResult, tag = "points",
    responses((status = 200, body = ScoredLifter), (status = 422, body = Problem)))]
#[post("/points")]
async fn score_lifter(body: Body<MeetResult>) -> Result<Json<ScoredLifter>, Problem> {
    let lifter = body.0.into_lifter()?;
    Ok(Json(Scored::of(lifter, jiff::Zoned::now().year()).into()))
}
