use actix_web::get;
use actix_web::web::{Data, Json};
use serde::Serialize;

use super::place::Place;
use crate::boards::list_standings_of;
use crate::boards::memory::List;
use crate::boards::scope::{Board, Scope};
use crate::boards::store::lifters;
use crate::boards::view::{Boards, View};
use crate::platform::{Path, Problem, Time, UserId};
use crate::sessions::{BoardReader, Visitor};

/// All boards of one lifter.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LifterStanding {
    pub user_id: UserId,
    /// False for oneself while one is on no board: by the own wish, or a moderator's.
    pub is_listed: bool,
    pub places: Vec<Place>,
    /// Lifts that a moderator has to see first; to others none are told.
    pub waiting: Vec<Waiting>,
}

/// A lift that waits for a moderator, and what it would count.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Waiting {
    pub lift_id: i32,
    pub exercise_id: String,
    pub weight_kg: f64,
    pub reps: Option<i32>,
    pub performed_at: Time,
    /// `ceiling`: the whole lift. `bodyweight`: its points and its class.
    pub why: String,
    /// The DOTS points that it would have; null where it would have none.
    pub points: Option<f64>,
}

/// Every place of a lifter at once, on all standing lists. To others without points and weight classes, unless the lifter shows
/// them.
#[utoipa::path(params(("user_id" = UserId, Path)), tag = "boards",
    responses((status = 200, body = LifterStanding), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/users/{user_id}/standing")]
pub async fn get_standing(
    _: BoardReader,
    visitor: Visitor,
    user_id: Path<UserId>,
    boards: Data<Boards>,
) -> Result<Json<LifterStanding>, Problem> {
    let user = user_id.into_inner();
    let is_me = visitor.0 == Some(user);
    let connection = boards.db.connection().await?;
    let shown = lifters::find_shown(&connection, user).await?.filter(|shown| shown.is_listed || is_me);
    let shown = shown.ok_or_else(|| Problem::not_found("No lifter has this id."))?;
    let standings = list_standings_of(&connection, user).await?;
    let waiting = if is_me { lifters::list_waiting(&connection, &boards.catalogue, user).await? } else { Vec::new() };
    // Each place may take one of its own.
    drop(connection);
    let mut places = Vec::new();
    let lists = standings.iter().filter(|_| shown.is_listed).flat_map(|standing| {
        standing.scopes().map(|scope| List { board: standing.board, basis: standing.basis, scope })
    });
    for list in lists.collect::<Vec<_>>() {
        let is_private = list.board == Board::DOTS || matches!(list.scope, Scope::Class(_));
        if is_private && !is_me && !shown.shows_points {
            continue;
        }
        if let Some(standpoint) = View::Held(list).standpoint(&boards, user.0).await? {
            let mut place = Place::on(list, &standpoint, &boards.catalogue);
            if is_private && !is_me {
                place.next = None;
            }
            places.push(place);
        }
    }
    let waiting = waiting.into_iter().map(|waiting| Waiting {
        lift_id: waiting.lift.id,
        exercise_id: waiting.exercise_id,
        weight_kg: waiting.lift.weight_kg,
        reps: waiting.lift.reps,
        performed_at: Time(waiting.lift.at),
        why: waiting.lift.doubt.map_or("", |doubt| doubt.as_str()).to_owned(),
        points: waiting.points.map(|points| f64::from(points) / 100.0),
    });
    Ok(Json(LifterStanding { user_id: user, is_listed: shown.is_listed, places, waiting: waiting.collect() }))
}
