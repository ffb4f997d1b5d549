//! The rank of a lifter, for clients that ask one thing at a time.

use actix_web::get;
use actix_web::web::{Data, Json};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::catalogue::Catalogue;
use crate::platform::{Config, Database, Path, Problem, UserId};
use crate::sessions::Visitor;
use crate::strength::ladder::{Rank, name_of};
use crate::{accounts, lifts};

pub fn routes(config: &mut ServiceConfig) {
    config.service(get_rank_of_energy).service(get_rank_color).service(get_rank_icon).service(get_highscore_value);
}

/// By the rank's place from Iron on; whoever has none is white.
const COLORS: [&str; 12] = [
    "#808080", "#cd7f32", "#c0c0c0", "#efbf04", "#00ced1", "#b9f2ff", "#62f40c", "#ff00ff", "#ffde21", "#a45ee5",
    "#ff4040", "#00ffff",
];

/// The rank of an energy; `Unranked` below 100.
#[utoipa::path(params(("energy" = i64, Path)), tag = "ranks",
    responses((status = 200, body = String, content_type = "application/json"), (status = 422, body = Problem)))]
#[get("/ranks/rank_from_energy/{energy}")]
async fn get_rank_of_energy(energy: Path<i64>) -> Json<&'static str> {
    Json(name_of(Rank::from_energy(energy.into_inner() as f64)))
}

async fn rank_of(db: &Database, config: &Config, user: UserId, visitor: Visitor) -> Result<String, Problem> {
    let profile = accounts::public_profile(&db.connection().await?, user, visitor.0, &config.base_url).await?;
    Ok(profile.rank)
}

/// The colour of a lifter's rank, as `#rrggbb`.
#[utoipa::path(params(("user_id" = UserId, Path)), tag = "ranks",
    responses((status = 200, body = String, content_type = "application/json"), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/ranks/rank_color/{user_id}")]
async fn get_rank_color(
    visitor: Visitor,
    user_id: Path<UserId>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<Json<&'static str>, Problem> {
    let rank = rank_of(&db, &config, user_id.into_inner(), visitor).await?;
    let place = Rank::ALL.iter().position(|known| known.name() == rank);
    Ok(Json(place.and_then(|place| COLORS.get(place).copied()).unwrap_or("#ffffff")))
}

/// Where existing clients keep the picture of a lifter's rank.
#[utoipa::path(params(("user_id" = UserId, Path)), tag = "ranks",
    responses((status = 200, body = String, content_type = "application/json"), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/ranks/rank_icon/{user_id}")]
async fn get_rank_icon(
    visitor: Visitor,
    user_id: Path<UserId>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<Json<String>, Problem> {
    let rank = rank_of(&db, &config, user_id.into_inner(), visitor).await?;
    Ok(Json(format!("assets/images/ranks/{}.svg", rank.to_lowercase())))
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct HighscoreValue {
    /// Kilograms or repetitions; 0 where there is no score.
    high_score: f64,
}

/// The best score of a lifter in an exercise, and nothing else.
#[utoipa::path(params(("user_id" = UserId, Path), ("scenario_id" = String, Path)), tag = "ranks",
    responses((status = 200, body = HighscoreValue), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/ranks/user/{user_id}/scenario/{scenario_id}/highscore_value")]
async fn get_highscore_value(
    visitor: Visitor,
    path: Path<(UserId, String)>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
) -> Result<Json<HighscoreValue>, Problem> {
    let (user, scenario_id) = path.into_inner();
    let high_score = lifts::find_highscore(&*db.reader().await?, &catalogue, user, &scenario_id, visitor.0).await?;
    Ok(Json(HighscoreValue { high_score }))
}
