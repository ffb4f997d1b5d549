//! An exercise of one's own becomes one of the catalogue: its sets are of that, and what of them counts becomes lifts, as of
//! when their workouts came.

use std::collections::BTreeMap;

use actix_web::post;
use actix_web::web::{Data, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::WorkoutError;
use super::counting::lifts_of;
use super::edits::make_lifts;
use super::new_workout::CheckedSet;
use super::store::{self, SetRow};
use crate::boards::Live;
use crate::catalogue::{Catalogue, Exercise};
use crate::lifts::{self, Equipment};
use crate::own_exercises;
use crate::platform::{Body, Connection, Database, Path, Problem, UserId};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config.service(merge_own_exercise);
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct OwnExerciseMerge {
    /// An exercise of the catalogue.
    #[garde(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    into: String,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct OwnExerciseMerged {
    /// The exercise of the catalogue that has its history now.
    exercise_id: String,
    /// How many workouts that was.
    workouts: usize,
}

/// Make an exercise of one's own one of the catalogue, with its history: the sets are of that, and those that count become
/// lifts of their days.
#[utoipa::path(params(("id" = String, Path)), request_body = OwnExerciseMerge, security(("bearer" = [])), tag = "catalogue",
    responses((status = 200, body = OwnExerciseMerged), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[post("/exercises/own/{id}/merge")]
async fn merge_own_exercise(
    me: SignedIn,
    id: Path<String>,
    body: Body<OwnExerciseMerge>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    live: Data<Live>,
) -> Result<Json<OwnExerciseMerged>, Problem> {
    let (id, into) = (own_exercises::checked(&id)?, body.0.into);
    let unknown = || Problem::invalid("into", "no exercise of the catalogue has this id");
    let target = catalogue.find(&into).ok_or_else(unknown)?;
    let workouts = merge(&db.connection().await?, &live, &catalogue, me.id, id, target).await?;
    live.catch_up().await;
    Ok(Json(OwnExerciseMerged { exercise_id: into, workouts }))
}

/// Makes an own exercise one of the catalogue with all its history; gives how many workouts that was.
///
/// Errors: those of [`own_exercises::mark_merged`].
async fn merge(
    db: &Connection,
    live: &Live,
    catalogue: &Catalogue,
    me: UserId,
    id: &str,
    target: &Exercise,
) -> Result<usize, Problem> {
    let transaction = db.begin().await?;
    let merged = async {
        own_exercises::mark_merged(db, me, id, &target.id, target.is_bodyweight).await?;
        let workouts = merge_history(db, live, catalogue, me, id, &target.id).await?;
        lifts::recount(db, catalogue, me).await?;
        Ok(workouts)
    };
    let merged = merged.await;
    transaction.end(merged).await
}

/// Moves the history of an own exercise. The caller holds the lifter's row; gives how many workouts there were.
async fn merge_history(
    db: &Connection,
    live: &Live,
    catalogue: &Catalogue,
    me: UserId,
    from: &str,
    into: &str,
) -> Result<usize, WorkoutError> {
    let workouts = store::list_with_exercise(db, me, from).await?;
    store::rename_exercise(db, me, from, into).await?;
    for (id, completed_at, recorded_at) in &workouts {
        merge_workout(db, live, catalogue, me, (*id, *completed_at, *recorded_at), into).await?;
    }
    Ok(workouts.len())
}

async fn merge_workout(
    db: &Connection,
    live: &Live,
    catalogue: &Catalogue,
    me: UserId,
    (id, completed_at, recorded_at): (Uuid, Timestamp, Timestamp),
    into: &str,
) -> Result<(), WorkoutError> {
    let rows = store::list_sets(db, &[id], me).await?;
    let rows: Vec<SetRow> = rows.into_iter().filter(|set| set.exercise_id == into && set.lift_id.is_none()).collect();
    let positions: Vec<_> = rows.iter().map(|set| set.position).collect();
    let sets: Vec<CheckedSet> = rows.into_iter().map(|set| set.into_sent(Equipment::Raw)).collect();
    let (done, of_sets) = lifts_of(catalogue, &sets, completed_at);
    let lifts = make_lifts(db, live, catalogue, me, &done, recorded_at).await?;
    let mut of_lifts = BTreeMap::<i32, Vec<i16>>::new();
    for (position, place) in positions.into_iter().zip(of_sets) {
        if let Some(lift) = place.and_then(|place| lifts.get(place)) {
            of_lifts.entry(*lift).or_default().push(position);
        }
    }
    for (lift, positions) in of_lifts {
        store::set_lift(db, id, &positions, lift).await?;
    }
    Ok(())
}
