use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use super::store;
use crate::boards::{self, Live};
use crate::platform::cuts::{Cuts, EVERY};
use crate::platform::{Body, Config, Database, Page, Path, Problem, Query, Time, UserId};
use crate::sessions::{BoardReader, SignedIn, Visitor};
use crate::strength::ladder::{Rank, name_of};

pub fn routes(config: &mut ServiceConfig) {
    config.service(submit_energy).service(list_board).service(get_latest).service(list_daily).service(list_history);
}

/// What existing clients post: their own idea of a lifter's energy.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[garde(allow_unvalidated)]
pub struct EnergySubmission {
    user_id: UserId,
    /// Ignored: the server knows.
    #[serde(default)]
    #[allow(dead_code, reason = "part of the wire, and believed by nobody")]
    energy: Option<f64>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct Message {
    message: &'static str,
}

/// Bring the own energy up to date. The sent numbers are not believed: energy is computed from the lifts.
#[utoipa::path(request_body = EnergySubmission, security(("bearer" = [])), tag = "energy",
    responses((status = 200, body = Message), (status = 401, body = Problem), (status = 403, body = Problem)))]
#[post("/energy/submit")]
async fn submit_energy(
    me: SignedIn,
    body: Body<EnergySubmission>,
    db: Data<Database>,
    live: Data<Live>,
) -> Result<Json<Message>, Problem> {
    if body.0.user_id != me.id {
        return Err(Problem::forbidden("user_id: is not yours; energy can be submitted for oneself only"));
    }
    let db = db.connection().await?;
    let transaction = db.begin().await?;
    if !store::lock_user(&transaction, me.id).await? {
        return Err(SignedIn::gone());
    }
    super::recompute(&transaction, me.id).await?;
    transaction.commit().await?;
    live.catch_up().await;
    Ok(Json(Message { message: "Energy is up to date." }))
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct EnergyLeaderboardEntry<'a> {
    /// The place; equal energies have different ones.
    rank: i64,
    user_id: UserId,
    username: &'a str,
    display_name: Option<&'a str>,
    total_energy: f64,
    /// Always: energy counts bests that are estimated from several repetitions.
    is_estimate: bool,
    avatar_url: Option<String>,
    user_rank: Option<&'static str>,
}

/// Pages from here on begin at the energy that the boards name, instead of walking there.
const SHALLOW: i64 = 1_000;

/// Where the leaderboard is cut among those of one energy.
#[derive(Default)]
pub struct EnergyCuts(Cuts<u32, store::Mark>);

/// Active lifters by energy.
#[utoipa::path(params(Page), tag = "energy",
    responses((status = 200, body = Vec<EnergyLeaderboardEntry>), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[get("/energy/leaderboard")]
async fn list_board(
    _: BoardReader,
    page: Query<Page>,
    db: Data<Database>,
    live: Data<Live>,
    cuts: Data<EnergyCuts>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let Page { limit, offset } = page.0;
    let known = (offset >= SHALLOW).then(|| boards::energy_at(&live, offset)).flatten();
    let rows = match known {
        Some((energy, skip)) => {
            let marks = async { store::list_cuts(&*db.reader().await?, energy, EVERY).await };
            match cuts.0.find(energy, skip, marks).await? {
                Some((mark, skip)) => {
                    store::list_board_behind(&*db.reader().await?, mark, limit, i64::from(skip)).await?
                }
                None => {
                    let above = f64::from(energy) + 0.5;
                    store::list_board(&*db.reader().await?, above, limit, i64::from(skip)).await?
                }
            }
        }
        None => store::list_board(&*db.reader().await?, f64::INFINITY, limit, offset).await?,
    };
    let entries = rows.iter().zip(offset + 1..).map(|(row, rank)| {
        let total_energy = row.energy().round();
        EnergyLeaderboardEntry {
            rank,
            user_id: row.user_id(),
            username: row.username(),
            display_name: row.display_name(),
            total_energy,
            is_estimate: true,
            avatar_url: row.avatar_key().map(|key| format!("{}/static/{key}", config.base_url)),
            user_rank: Some(name_of(Rank::from_energy(total_energy))),
        }
    });
    Ok(HttpResponse::Ok().json(entries.collect::<Vec<_>>()))
}

/// A lifter's energy as a whole number; 0 for somebody unknown.
#[utoipa::path(params(("user_id" = UserId, Path)), tag = "energy",
    responses((status = 200, body = i64, content_type = "application/json"), (status = 422, body = Problem)))]
#[get("/energy/latest/{user_id}")]
async fn get_latest(visitor: Visitor, user_id: Path<UserId>, db: Data<Database>) -> Result<Json<i64>, Problem> {
    let energy = store::find_energy(&*db.reader().await?, user_id.into_inner(), visitor.0).await?;
    Ok(Json(energy.unwrap_or(0.0).trunc() as i64))
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct DailyEnergy {
    /// `YYYY-MM-DD`, in UTC.
    #[schema(format = Date)]
    date: String,
    total_energy: f64,
}

/// The greatest energy of each day on which it changed, the earliest day first.
#[utoipa::path(params(("user_id" = UserId, Path)), tag = "energy",
    responses((status = 200, body = Vec<DailyEnergy>), (status = 422, body = Problem)))]
#[get("/energy/daily/{user_id}")]
async fn list_daily(
    visitor: Visitor,
    user_id: Path<UserId>,
    db: Data<Database>,
) -> Result<Json<Vec<DailyEnergy>>, Problem> {
    let days = store::list_daily(&db.connection().await?, user_id.into_inner(), visitor.0).await?;
    Ok(Json(days.into_iter().map(|(day, total_energy)| DailyEnergy { date: day.to_string(), total_energy }).collect()))
}

/// An energy that somebody had.
#[derive(Serialize, utoipa::ToSchema)]
pub struct EnergyEntry {
    id: uuid::Uuid,
    user_id: UserId,
    energy: f64,
    created_at: Time,
}

/// All changes of somebody's energy, the newest first.
#[utoipa::path(params(("user_id" = UserId, Path)), security(("bearer" = [])), tag = "energy",
    responses((status = 200, body = Vec<EnergyEntry>), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[get("/energy/history/{user_id}")]
async fn list_history(
    me: SignedIn,
    user_id: Path<UserId>,
    db: Data<Database>,
) -> Result<Json<Vec<EnergyEntry>>, Problem> {
    let user_id = user_id.into_inner();
    let entries = store::list_history(&db.connection().await?, user_id, me.id).await?;
    let entry = |(id, energy, at)| EnergyEntry { id, user_id, energy, created_at: Time(at) };
    Ok(Json(entries.into_iter().map(entry).collect()))
}
