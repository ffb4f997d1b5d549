use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, patch, post};
use jiff::Timestamp;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::new_workout::{NewWorkout, WorkoutCreate, WorkoutUpdate};
use super::read::WorkoutRead;
use super::record::{Form, Recording, WorkoutSummary, record_workout};
use super::{WorkoutError, edits, store};
use crate::boards::Live;
use crate::catalogue::Catalogue;
use crate::platform::idempotency::{IdempotencyKey, Repeatable};
use crate::platform::paging::{Cursor, Listed};
use crate::platform::{Body, Config, Connection, Database, Path, Problem, Query, UserId};
use crate::progress::Curve;
use crate::quests::Templates;
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(create_workout)
        .service(get_workout)
        .service(update_workout)
        .service(delete_workout)
        .service(list_workouts);
}

/// Record a workout with its sets, and with all that follows from it: the lifts that count, personal bests, points, quests,
/// energy and ranks.
///
/// It may be sent again at any time: by its `Idempotency-Key`, by the ids of its sets and by the time of its completion it
/// is known, and gets the first one's answer.
#[utoipa::path(request_body = WorkoutCreate, security(("bearer" = [])), tag = "workouts",
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = WorkoutSummary), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/workouts")]
#[allow(clippy::too_many_arguments, reason = "each is taken from the request or the program")]
async fn create_workout(
    me: SignedIn,
    body: Body<WorkoutCreate>,
    key: IdempotencyKey,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    templates: Data<Templates>,
    live: Data<Live>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let repeatable = Repeatable::new(key, "/workouts", &body.0);
    let recording = Recording {
        db: &db.connection().await?,
        live: &live,
        catalogue: &catalogue,
        templates: &templates,
        curve: Curve::of(&config),
        repeatable: &repeatable,
    };
    Ok(record_workout(&recording, me.id, NewWorkout::try_from(body.0)?, Form::New).await?.into())
}

/// A workout with its sets.
#[utoipa::path(params(("id" = Uuid, Path)), security(("bearer" = [])), tag = "workouts",
    responses((status = 200, body = WorkoutRead), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/workouts/{id}")]
async fn get_workout(
    me: SignedIn,
    id: Path<Uuid>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
) -> Result<Json<WorkoutRead>, Problem> {
    Ok(Json(read(&db.connection().await?, &catalogue, me.id, id.into_inner()).await?))
}

async fn read(db: &Connection, catalogue: &Catalogue, me: UserId, id: Uuid) -> Result<WorkoutRead, WorkoutError> {
    let workout = store::find_workout(db, id, me).await?.ok_or(WorkoutError::Unknown)?;
    Ok(WorkoutRead::new(workout, store::list_sets(db, &[id], me).await?, catalogue))
}

/// Change an own workout. Where sets are sent, the lifts of the workout are made anew from them; bests, points, quests, energy
/// and ranks follow.
#[utoipa::path(params(("id" = Uuid, Path)), request_body = WorkoutUpdate, security(("bearer" = [])), tag = "workouts",
    responses((status = 200, body = WorkoutRead), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[patch("/workouts/{id}")]
async fn update_workout(
    me: SignedIn,
    id: Path<Uuid>,
    body: Body<WorkoutUpdate>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    templates: Data<Templates>,
    live: Data<Live>,
) -> Result<Json<WorkoutRead>, Problem> {
    let (db, id) = (db.connection().await?, id.into_inner());
    let editing = edits::Editing { db: &db, live: &live, catalogue: &catalogue, templates: &templates };
    edits::edit_workout(&editing, me.id, id, body.0).await?;
    live.catch_up().await;
    Ok(Json(read(&db, &catalogue, me.id, id).await?))
}

/// Delete an own workout with its lifts; bests, points, quests, energy and ranks follow.
#[utoipa::path(params(("id" = Uuid, Path)), security(("bearer" = [])), tag = "workouts",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[delete("/workouts/{id}")]
async fn delete_workout(
    me: SignedIn,
    id: Path<Uuid>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    templates: Data<Templates>,
    live: Data<Live>,
) -> Result<HttpResponse, Problem> {
    let db = db.connection().await?;
    let editing = edits::Editing { db: &db, live: &live, catalogue: &catalogue, templates: &templates };
    edits::delete_workout(&editing, me.id, id.into_inner()).await?;
    live.catch_up().await;
    Ok(HttpResponse::NoContent().finish())
}

/// The workouts of somebody, the newest first.
#[utoipa::path(params(("user_id" = UserId, Path), Cursor), security(("bearer" = [])), tag = "workouts",
    responses((status = 200, body = Listed<WorkoutRead>), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[get("/users/{user_id}/workouts")]
async fn list_workouts(
    me: SignedIn,
    user_id: Path<UserId>,
    page: Query<Cursor>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
) -> Result<Json<Listed<WorkoutRead>>, Problem> {
    let before = page.0.after_number(store::LATEST.as_microsecond())?;
    let before = Timestamp::from_microsecond(before).ok();
    let before = before.filter(|before| (store::EARLIEST..=store::LATEST).contains(before));
    let before = before.ok_or_else(|| Problem::invalid("after", "is not the `next` of a page"))?;
    let db = db.connection().await?;
    let rows = store::list_workouts(&db, user_id.into_inner(), me.id, before, page.0.limit + 1).await?;
    let ids: Vec<_> = rows.iter().map(|workout| workout.id).collect();
    let mut sets = store::by_workout(store::list_sets(&db, &ids, me.id).await?);
    let read = rows.into_iter().map(|workout| {
        let sets = sets.remove(&workout.id).unwrap_or_default();
        WorkoutRead::new(workout, sets, &catalogue)
    });
    let mark = |workout: &WorkoutRead| workout.completed_at.0.as_microsecond().to_string();
    Ok(Json(Listed::page(read.collect(), page.0.limit, mark)))
}
