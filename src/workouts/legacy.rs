//! Workouts as existing clients know them: "routine submissions". They send their lifts on their own, as scores.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::new_workout::{CheckedSet, NewSet, NewWorkout, SetKind, check_time};
use super::record::{Form, Recording, record_workout};
use super::store::{self, SetRow, WorkoutRow};
use crate::accounts;
use crate::boards::Live;
use crate::catalogue::Catalogue;
use crate::lifts::Equipment;
use crate::platform::extract::printable;
use crate::platform::idempotency::{IdempotencyKey, Repeatable};
use crate::platform::{Body, Config, Database, Path, Problem, Query, Time, UserId};
use crate::progress::Curve;
use crate::quests::Templates;
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config.service(create_routine_submission).service(list_routine_submissions);
}

#[derive(Debug, Clone, Serialize, Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct ScenarioSubmission {
    #[garde(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    scenario_id: String,
    /// 0 to 100.
    #[garde(range(min = 0, max = 100))]
    #[schema(minimum = 0, maximum = 100)]
    sets: i32,
    /// 0 to 1000.
    #[garde(range(min = 0, max = 1000))]
    #[schema(minimum = 0, maximum = 1000)]
    reps: i32,
    /// Kilograms, 0 to 1000.
    #[garde(range(min = 0.0, max = 1000.0))]
    #[schema(minimum = 0, maximum = 1000)]
    weight: f64,
    /// Kilograms times repetitions, 0 to 100,000,000.
    #[garde(range(min = 0.0, max = 1e8))]
    #[schema(minimum = 0, maximum = 100000000)]
    total_volume: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct RoutineSubmissionCreate {
    #[garde(skip)]
    routine_id: Option<Uuid>,
    /// Not read: the workout is of whoever sends it.
    #[garde(skip)]
    #[serde(default)]
    user_id: Option<UserId>,
    /// Minutes, 0 to 1440.
    #[garde(range(min = 0.0, max = 1440.0))]
    #[schema(minimum = 0, maximum = 1440)]
    duration: f64,
    /// With an offset or `Z`; at most five minutes ahead.
    #[garde(skip)]
    #[schema(value_type = String, format = DateTime)]
    completion_timestamp: Timestamp,
    /// 1 to 50 characters.
    #[garde(length(chars, min = 1, max = 50), custom(printable))]
    #[schema(min_length = 1, max_length = 50)]
    status: String,
    /// At most 300; `scenarios` is the same.
    #[garde(length(max = 300), dive)]
    #[serde(alias = "scenarios")]
    #[schema(max_items = 300)]
    scenario_submissions: Vec<ScenarioSubmission>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct RoutineSubmissionRead {
    routine_id: Option<Uuid>,
    user_id: UserId,
    /// Minutes.
    duration: f64,
    completion_timestamp: Time,
    status: String,
    title: String,
    scenario_submissions: Vec<ScenarioSubmission>,
}

impl RoutineSubmissionRead {
    pub fn new(workout: WorkoutRow, sets: Vec<SetRow>) -> Self {
        let submission = |set: SetRow| ScenarioSubmission {
            scenario_id: set.exercise_id,
            sets: set.sets,
            reps: set.reps,
            weight: set.weight_kg,
            total_volume: set.total_volume,
        };
        Self {
            routine_id: workout.routine_id,
            user_id: workout.user_id,
            duration: workout.minutes,
            completion_timestamp: Time(workout.completed_at),
            status: workout.status,
            title: workout.title,
            scenario_submissions: sets.into_iter().map(submission).collect(),
        }
    }
}

impl TryFrom<RoutineSubmissionCreate> for NewWorkout {
    type Error = Problem;

    fn try_from(sent: RoutineSubmissionCreate) -> Result<Self, Problem> {
        let set = |set: ScenarioSubmission| CheckedSet {
            times: set.sets,
            total_volume: set.total_volume + 0.0,
            sent: NewSet {
                id: None,
                exercise_id: set.scenario_id,
                reps: set.reps,
                weight_kg: set.weight + 0.0,
                kind: SetKind::Normal,
                assisted: false,
                rpe: None,
                rest_seconds: None,
                equipment: Equipment::Raw,
            },
        };
        Ok(Self {
            routine_id: sent.routine_id,
            title: None,
            note: None,
            status: sent.status,
            minutes: sent.duration + 0.0,
            completed_at: check_time("completion_timestamp", Some(sent.completion_timestamp))?,
            sets: sent.scenario_submissions.into_iter().map(set).collect(),
        })
    }
}

/// The answer for a workout that was just written.
pub fn written(me: UserId, new: &NewWorkout, title: String) -> serde_json::Result<String> {
    let submission = |set: &CheckedSet| ScenarioSubmission {
        scenario_id: set.sent.exercise_id.clone(),
        sets: set.times,
        reps: set.sent.reps,
        weight: set.sent.weight_kg,
        total_volume: set.total_volume,
    };
    serde_json::to_string(&RoutineSubmissionRead {
        routine_id: new.routine_id,
        user_id: me,
        duration: new.minutes,
        completion_timestamp: Time(new.completed_at),
        status: new.status.clone(),
        title,
        scenario_submissions: new.sets.iter().map(submission).collect(),
    })
}

/// Record a workout without its lifts, which existing clients send as scores.
///
/// One of the same time of completion, or with the same `Idempotency-Key`, gets the first one's answer.
#[utoipa::path(request_body = RoutineSubmissionCreate, security(("bearer" = [])), tag = "workouts",
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = RoutineSubmissionRead), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/routine_submission")]
#[allow(clippy::too_many_arguments, reason = "each is taken from the request or the program")]
async fn create_routine_submission(
    me: SignedIn,
    body: Body<RoutineSubmissionCreate>,
    key: IdempotencyKey,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    templates: Data<Templates>,
    live: Data<Live>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let repeatable = Repeatable::new(key, "/routine_submission", &body.0);
    let recording = Recording {
        db: &db.connection().await?,
        live: &live,
        catalogue: &catalogue,
        templates: &templates,
        curve: Curve::of(&config),
        repeatable: &repeatable,
    };
    Ok(record_workout(&recording, me.id, NewWorkout::try_from(body.0)?, Form::Legacy).await?.into())
}

#[derive(Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct SubmissionPage {
    /// 1 to 1000.
    #[garde(range(min = 1, max = 1_000))]
    #[param(minimum = 1, maximum = 1_000)]
    limit: i64,
    /// The `completion_timestamp` of the last one of the page before.
    #[garde(skip)]
    #[param(value_type = Option<String>, format = DateTime)]
    after: Option<Timestamp>,
}

impl Default for SubmissionPage {
    fn default() -> Self {
        Self { limit: 500, after: None }
    }
}

/// The workouts of somebody, the newest first.
#[utoipa::path(params(("user_id" = UserId, Path), SubmissionPage), security(("bearer" = [])), tag = "workouts",
    responses((status = 200, body = Vec<RoutineSubmissionRead>), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[get("/routine_submission/user/{user_id}")]
async fn list_routine_submissions(
    me: SignedIn,
    user_id: Path<UserId>,
    page: Query<SubmissionPage>,
    db: Data<Database>,
) -> Result<Json<Vec<RoutineSubmissionRead>>, Problem> {
    let db = db.connection().await?;
    if !accounts::is_active(&db, me.id).await? {
        return Err(SignedIn::gone());
    }
    let before = page.0.after.unwrap_or(store::LATEST).clamp(store::EARLIEST, store::LATEST);
    let workouts = store::list_workouts(&db, user_id.into_inner(), me.id, before, page.0.limit).await?;
    let ids: Vec<_> = workouts.iter().map(|workout| workout.id).collect();
    let mut sets = store::by_workout(store::list_sets(&db, &ids, me.id).await?);
    let read = |workout: WorkoutRow| {
        let sets = sets.remove(&workout.id).unwrap_or_default();
        RoutineSubmissionRead::new(workout, sets)
    };
    Ok(Json(workouts.into_iter().map(read).collect()))
}
