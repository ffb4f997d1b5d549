//! `/users/me/rank-rises`: what the own lifts moved. Whoever was passed is told nothing.

use actix_web::get;
use actix_web::web::{Data, Json};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::store::rises::{KeptRise, list_rises};
use crate::platform::paging::{Cursor, Listed};
use crate::platform::{Database, Problem, Query, Time};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_own_rank_rises);
}

/// A rise by an own lift.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RankRise {
    id: i64,
    /// `overall` (DOTS of all), `class` (DOTS in the own weight class), `energy`, and by energy too: `following` (among those
    /// whom one follows), `guild` (in one's guild).
    board: String,
    /// The place before; null for whoever was not on the board.
    from: Option<i32>,
    to: i32,
    /// How many stood there then.
    of: i32,
    /// At most three of those who were passed, by username: of points and classes only who shows them.
    passed: Vec<String>,
    passed_count: i32,
    created_at: Time,
}

impl From<KeptRise> for RankRise {
    fn from(rise: KeptRise) -> Self {
        Self {
            id: rise.id,
            board: rise.board,
            from: rise.from_rank,
            to: rise.to_rank,
            of: rise.of,
            passed: rise.passed,
            passed_count: rise.passed_count,
            created_at: Time(rise.created_at),
        }
    }
}

/// The own rises on boards, the newest first; kept for 90 days.
#[utoipa::path(params(Cursor), security(("bearer" = [])), tag = "boards",
    responses((status = 200, body = Listed<RankRise>), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[get("/users/me/rank-rises")]
async fn list_own_rank_rises(
    me: SignedIn,
    page: Query<Cursor>,
    db: Data<Database>,
) -> Result<Json<Listed<RankRise>>, Problem> {
    let before = page.0.after_number(i64::MAX)?;
    let rises = list_rises(&db.connection().await?, me.id, before, page.0.limit + 1).await?;
    let rises = rises.into_iter().map(RankRise::from).collect();
    Ok(Json(Listed::page(rises, page.0.limit, |rise: &RankRise| rise.id.to_string())))
}
