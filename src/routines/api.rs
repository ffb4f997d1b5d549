use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post, put};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::items::{RoutineCreate, RoutineUpdate};
use super::write::{self, Making};
use super::{Item, Routine, RoutineError, store};
use crate::catalogue::Catalogue;
use crate::pictures;
use crate::platform::idempotency::{IdempotencyKey, Repeatable};
use crate::platform::{Body, Config, Database, Path, Problem, Time, UserId};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(create_routine)
        .service(list_routines)
        .service(get_routine)
        .service(replace_routine)
        .service(delete_routine);
}

/// One exercise in its place.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ScenarioSet {
    scenario_id: String,
    name: String,
    sets: i32,
    reps: i32,
    /// Items of one number are done in turn.
    superset: Option<i16>,
    /// Kilograms.
    weight_kg: Option<f64>,
    /// Of the estimated maximum, instead of a weight.
    percent: Option<f32>,
    rest_seconds: Option<i32>,
    note: Option<String>,
}

/// What an exercise is called whose maker has removed it.
const NAMELESS: &str = "Removed exercise";

impl ScenarioSet {
    pub fn of(items: Vec<Item>, catalogue: &Catalogue) -> Vec<Self> {
        items.into_iter().map(|item| Self::new(item, catalogue)).collect()
    }

    fn new(item: Item, catalogue: &Catalogue) -> Self {
        let of_catalogue = catalogue.find(&item.exercise_id).map(|exercise| exercise.name.clone());
        Self {
            name: of_catalogue.or(item.own.map(|own| own.name)).unwrap_or_else(|| NAMELESS.to_owned()),
            scenario_id: item.exercise_id,
            sets: item.sets,
            reps: item.reps,
            superset: item.superset,
            weight_kg: item.weight_kg,
            percent: item.percent,
            rest_seconds: item.rest_seconds,
            note: item.note,
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn sets_and_reps(&self) -> (i32, i32) {
        (self.sets, self.reps)
    }

    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }
}

/// A routine as existing clients read one.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RoutineRead {
    id: Uuid,
    name: String,
    image_url: Option<String>,
    /// Null: everybody's.
    user_id: Option<UserId>,
    created_at: Time,
    updated_at: Time,
    /// In their order.
    scenarios: Vec<ScenarioSet>,
}

impl RoutineRead {
    pub fn new(routine: Routine, catalogue: &Catalogue, config: &Config) -> Self {
        Self {
            id: routine.id,
            name: routine.name,
            image_url: routine.image_key.map(|key| pictures::url_of(&config.base_url, &key)),
            user_id: routine.user_id,
            created_at: Time(routine.created_at),
            updated_at: Time(routine.updated_at),
            scenarios: ScenarioSet::of(routine.items, catalogue),
        }
    }
}

/// Make a routine. The free plan has room for three.
///
/// With an `Idempotency-Key` a repeated request gets the first one's answer and makes nothing more.
#[utoipa::path(request_body = RoutineCreate, security(("bearer" = [])), tag = "routines",
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = RoutineRead), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/routines")]
async fn create_routine(
    me: SignedIn,
    body: Body<RoutineCreate>,
    key: IdempotencyKey,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let repeatable = Repeatable::new(key, "/routines", &body.0);
    let answer = |routine: &Routine| serde_json::to_string(&RoutineRead::new(routine.clone(), &catalogue, &config));
    let db = db.connection().await?;
    let making = Making { db: &db, catalogue: &catalogue, repeatable: &repeatable, user: me.id };
    Ok(write::create(making, &config, &body.0, answer).await?.into())
}

/// The own routines in the order of their making, and then everybody's that are not hidden.
#[utoipa::path(security(("bearer" = [])), tag = "routines",
    responses((status = 200, body = Vec<RoutineRead>), (status = 401, body = Problem)))]
#[get("/routines")]
async fn list_routines(
    me: SignedIn,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    config: Data<Config>,
) -> Result<Json<Vec<RoutineRead>>, Problem> {
    let routines = store::list_routines(&db.connection().await?, me.id).await?;
    Ok(Json(routines.into_iter().map(|routine| RoutineRead::new(routine, &catalogue, &config)).collect()))
}

/// One of the own routines, of everybody's, or of others' while they share it.
#[utoipa::path(params(("routine_id" = Uuid, Path)), security(("bearer" = [])), tag = "routines",
    responses((status = 200, body = RoutineRead), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/routines/{routine_id}")]
async fn get_routine(
    me: SignedIn,
    routine_id: Path<Uuid>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    config: Data<Config>,
) -> Result<Json<RoutineRead>, Problem> {
    let routine = store::find_routine(&*db.reader().await?, me.id, *routine_id).await?.ok_or(RoutineError::Unknown)?;
    Ok(Json(RoutineRead::new(routine, &catalogue, &config)))
}

/// Replace an own routine. Items and picture that are left out stay; a picture that is null goes.
#[utoipa::path(params(("routine_id" = Uuid, Path)), request_body = RoutineUpdate, security(("bearer" = [])),
    tag = "routines",
    responses((status = 200, body = RoutineRead), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[put("/routines/{routine_id}")]
async fn replace_routine(
    me: SignedIn,
    routine_id: Path<Uuid>,
    body: Body<RoutineUpdate>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    config: Data<Config>,
) -> Result<Json<RoutineRead>, Problem> {
    let db = db.connection().await?;
    let routine = write::replace(&db, &catalogue, &config, me.id, *routine_id, &body.0).await?;
    Ok(Json(RoutineRead::new(routine, &catalogue, &config)))
}

/// Delete an own routine. Workouts that were logged with it stay, and so do its shares until they are revoked.
#[utoipa::path(params(("routine_id" = Uuid, Path)), security(("bearer" = [])), tag = "routines",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[delete("/routines/{routine_id}")]
async fn delete_routine(
    me: SignedIn,
    routine_id: Path<Uuid>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    write::delete(&db.connection().await?, &config.static_directory, me.id, *routine_id).await?;
    Ok(HttpResponse::NoContent().finish())
}
