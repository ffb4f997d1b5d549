use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use super::new_lift::ScoreCreate;
use super::{Lift, LiftError, NewLift, Recorded, Sent, Together, board, store};
use crate::accounts::{self, UserRead};
use crate::boards::{Doubt, RankChange};
use crate::catalogue::Catalogue;
use crate::platform::cuts::{Cuts, EVERY};
use crate::platform::idempotency::{IdempotencyKey, Repeatable};
use crate::platform::{Body, Config, Database, Page, Path, Problem, Query, Time, UserId};
use crate::sessions::{BoardReader, SignedIn, Visitor};

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(create_score)
        .service(create_score_of_body)
        .service(list_board)
        .service(list_scores)
        .service(get_highscore)
        .service(list_personal_best_events);
}

/// A lift as existing clients read one.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ScoreOut {
    id: i32,
    user_id: UserId,
    scenario_id: String,
    /// Kilograms.
    weight_lifted: f64,
    /// Repetitions with the own body weight, otherwise the estimated single in kilograms.
    score_value: f64,
    is_bodyweight: bool,
    /// When it was lifted.
    created_at: Time,
    sets: Option<i32>,
    reps: Option<i32>,
    equipment: String,
    /// `self`, `meet`, `import` or `device`.
    source: String,
}

impl ScoreOut {
    pub fn new(lift: Lift, catalogue: &Catalogue) -> Self {
        Self {
            id: lift.id,
            user_id: lift.user_id,
            is_bodyweight: catalogue.find(&lift.exercise_id).is_some_and(|exercise| exercise.is_bodyweight),
            scenario_id: lift.exercise_id,
            weight_lifted: lift.weight_kg,
            score_value: lift.score_value,
            created_at: Time(lift.performed_at),
            sets: lift.sets,
            reps: lift.reps,
            equipment: lift.equipment,
            source: lift.source,
        }
    }
}

/// A lift, and the places that it changed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RankedScore {
    #[serde(flatten)]
    score: ScoreOut,
    /// Among everybody and in the own weight class.
    ranks: Vec<RankChange>,
    /// Why a moderator has to look first: `ceiling` or `bodyweight`.
    waits_for_moderator: Option<&'static str>,
}

impl RankedScore {
    pub fn new(lift: Lift, ranks: Vec<RankChange>, waits: Option<Doubt>, catalogue: &Catalogue) -> Self {
        Self { score: ScoreOut::new(lift, catalogue), ranks, waits_for_moderator: waits.map(Doubt::as_str) }
    }
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct ScoreCreateResponse {
    score: ScoreOut,
    is_personal_best: bool,
    previous_best_score_value: Option<f64>,
    previous_best_weight_lifted: Option<f64>,
    previous_best_reps: Option<i32>,
    previous_best_sets: Option<i32>,
    /// The places that it changed, among everybody and in the own weight class.
    ranks: Vec<RankChange>,
    /// Why a moderator has to look first: `ceiling` (more than anybody has done: the lift is on no board until then) or
    /// `bodyweight` (below 35 kg, or moved by more than a tenth in 30 days: no points and no class until then).
    waits_for_moderator: Option<&'static str>,
}

impl ScoreCreateResponse {
    fn new(recorded: &Recorded, catalogue: &Catalogue) -> Self {
        let best = recorded.previous_best.as_ref();
        Self {
            is_personal_best: recorded.is_personal_best,
            previous_best_score_value: best.map(|best| best.score_value),
            previous_best_weight_lifted: best.map(|best| best.weight_kg),
            previous_best_reps: best.and_then(|best| best.reps),
            previous_best_sets: best.and_then(|best| best.sets),
            ranks: recorded.ranks.clone(),
            waits_for_moderator: recorded.waits.map(Doubt::as_str),
            score: ScoreOut::new(recorded.lift.clone(), catalogue),
        }
    }
}

/// Record a lift. Personal best, energy, rank and history follow in the same transaction.
///
/// With an `Idempotency-Key` a repeated request gets the first one's answer and records nothing more.
#[utoipa::path(request_body = ScoreCreate, security(("bearer" = [])), tag = "scores",
    params(("scenario_id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = ScoreCreateResponse), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/scores/scenario/{scenario_id}")]
async fn create_score(
    me: SignedIn,
    scenario_id: Path<String>,
    body: Body<ScoreCreate>,
    key: IdempotencyKey,
    catalogue: Data<Catalogue>,
    together: Data<Together>,
) -> Result<HttpResponse, Problem> {
    let exercise = catalogue.find(&scenario_id).ok_or(LiftError::UnknownExercise)?;
    if body.0.scenario_id.as_ref().is_some_and(|sent| *sent != exercise.id) {
        return Err(LiftError::OtherExercise.into());
    }
    let repeatable = Repeatable::new(key, &exercise.id, &body.0);
    let new = NewLift::try_from(body.0)?;
    let answer = |recorded: &Recorded, catalogue: &Catalogue| {
        serde_json::to_string(&ScoreCreateResponse::new(recorded, catalogue))
    };
    let sent = Sent { user: me.id, exercise_id: exercise.id.clone(), new, repeatable, answer };
    Ok(super::record_lift(&together, sent).await?.into())
}

/// Record a lift of the exercise that the body names.
///
/// As for one whose exercise is in the path, with a shorter answer.
#[utoipa::path(request_body = ScoreCreate, security(("bearer" = [])), tag = "scores",
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = RankedScore), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/scores")]
async fn create_score_of_body(
    me: SignedIn,
    body: Body<ScoreCreate>,
    key: IdempotencyKey,
    catalogue: Data<Catalogue>,
    together: Data<Together>,
) -> Result<HttpResponse, Problem> {
    let scenario_id = body.0.scenario_id.as_ref().ok_or(LiftError::NoExercise)?;
    let exercise = catalogue.find(scenario_id).ok_or(LiftError::UnknownExercise)?;
    // Not the route of the other: its answer has another form.
    let repeatable = Repeatable::new(key, "/scores", &body.0);
    let new = NewLift::try_from(body.0)?;
    let answer = |recorded: &Recorded, catalogue: &Catalogue| {
        let Recorded { lift, ranks, waits, .. } = recorded;
        serde_json::to_string(&RankedScore::new(lift.clone(), ranks.clone(), *waits, catalogue))
    };
    let sent = Sent { user: me.id, exercise_id: exercise.id.clone(), new, repeatable, answer };
    Ok(super::record_lift(&together, sent).await?.into())
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct LeaderboardScore {
    id: i32,
    weight_lifted: f64,
    score_value: f64,
    /// Whether it is estimated from several repetitions, as this board allows; GET /boards/{board} keeps singles apart.
    is_estimate: bool,
    created_at: Time,
    user: UserRead,
}

/// Where the boards of exercises are cut.
#[derive(Default)]
pub struct LiftCuts(Cuts<String, board::Mark>);

/// The lifters of an exercise, the best first, each once. Raw and wraps lifts count.
#[utoipa::path(params(("scenario_id" = String, Path), Page), tag = "scores",
    responses((status = 200, body = Vec<LeaderboardScore>), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[get("/scores/scenario/{scenario_id}/leaderboard")]
async fn list_board(
    _: BoardReader,
    scenario_id: Path<String>,
    page: Query<Page>,
    cuts: Data<LiftCuts>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    config: Data<Config>,
) -> Result<Json<Vec<LeaderboardScore>>, Problem> {
    let Some(exercise) = catalogue.find(&scenario_id) else { return Ok(Json(Vec::new())) };
    let Page { limit, offset } = page.0;
    let marks = async { board::list_cuts(&*db.reader().await?, &exercise.id, EVERY).await };
    let place = u32::try_from(offset).unwrap_or(u32::MAX);
    let (mark, skip) = cuts.0.find(exercise.id.clone(), place, marks).await?.unwrap_or((board::Mark::FIRST, place));
    let rows = board::list_board(&db.connection().await?, &exercise.id, mark, limit, i64::from(skip), &config.base_url)
        .await?;
    let scores = rows.into_iter().map(|row| LeaderboardScore {
        id: row.lift_id,
        weight_lifted: row.weight_kg,
        score_value: row.score_value,
        is_estimate: !exercise.is_bodyweight && row.score_value != row.weight_kg,
        created_at: Time(row.performed_at),
        user: row.user,
    });
    Ok(Json(scores.collect()))
}

#[derive(Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ScoreLimit {
    /// 1 to 100000.
    #[garde(range(min = 1, max = 100_000))]
    #[param(minimum = 1, maximum = 100_000)]
    limit: i64,
}

impl Default for ScoreLimit {
    fn default() -> Self {
        Self { limit: 10_000 }
    }
}

/// All lifts of somebody in an exercise, the newest first.
#[utoipa::path(params(("user_id" = UserId, Path), ("scenario_id" = String, Path), ScoreLimit), tag = "scores",
    responses((status = 200, body = Vec<ScoreOut>), (status = 422, body = Problem)))]
#[get("/scores/user/{user_id}/scenario/{scenario_id}")]
async fn list_scores(
    visitor: Visitor,
    path: Path<(UserId, String)>,
    limit: Query<ScoreLimit>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
) -> Result<Json<Vec<ScoreOut>>, Problem> {
    let (user, scenario_id) = path.into_inner();
    let Some(exercise) = catalogue.find(&scenario_id) else { return Ok(Json(Vec::new())) };
    let lifts = store::list_lifts(&db.connection().await?, user, &exercise.id, visitor.0, limit.0.limit).await?;
    Ok(Json(lifts.into_iter().map(|lift| ScoreOut::new(lift, &catalogue)).collect()))
}

/// The best lift of somebody in an exercise.
#[utoipa::path(params(("user_id" = UserId, Path), ("scenario_id" = String, Path)), tag = "scores",
    responses((status = 200, body = ScoreOut), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/scores/user/{user_id}/scenario/{scenario_id}/highscore")]
async fn get_highscore(
    visitor: Visitor,
    path: Path<(UserId, String)>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
) -> Result<Json<ScoreOut>, Problem> {
    let (user, scenario_id) = path.into_inner();
    let exercise = catalogue.find(&scenario_id).ok_or(LiftError::NoScore)?;
    let lift = store::find_best_lift(&*db.reader().await?, user, &exercise.id, visitor.0).await?;
    Ok(Json(ScoreOut::new(lift.ok_or(LiftError::NoScore)?, &catalogue)))
}

#[derive(Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct EventLimit {
    /// 1 to 200.
    #[garde(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: i64,
}

impl Default for EventLimit {
    fn default() -> Self {
        Self { limit: 50 }
    }
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct PersonalBestEventRead {
    id: i32,
    user_id: UserId,
    scenario_id: String,
    exercise_name: Option<String>,
    score_value: f64,
    weight_lifted: f64,
    is_bodyweight: bool,
    created_at: Time,
    reps: Option<i32>,
}

/// The rises of somebody's personal bests, the newest first.
#[utoipa::path(params(("user_id" = UserId, Path), EventLimit), security(("bearer" = [])), tag = "scores",
    responses((status = 200, body = Vec<PersonalBestEventRead>), (status = 401, body = Problem)))]
#[get("/personal_best_events/user/{user_id}")]
async fn list_personal_best_events(
    me: SignedIn,
    user_id: Path<UserId>,
    limit: Query<EventLimit>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
) -> Result<Json<Vec<PersonalBestEventRead>>, Problem> {
    let user_id = user_id.into_inner();
    let db = db.connection().await?;
    if !accounts::is_active(&db, me.id).await? {
        return Err(SignedIn::gone());
    }
    let events = store::bests::list_best_events(&db, user_id, me.id, limit.0.limit).await?;
    let events = events.into_iter().map(|event| {
        let exercise = catalogue.find(&event.exercise_id);
        PersonalBestEventRead {
            id: event.id,
            user_id,
            exercise_name: exercise.map(|exercise| exercise.name.clone()),
            is_bodyweight: exercise.is_some_and(|exercise| exercise.is_bodyweight),
            scenario_id: event.exercise_id,
            score_value: event.score_value,
            weight_lifted: event.weight_kg,
            created_at: Time(event.created_at),
            reps: event.reps,
        }
    });
    Ok(Json(events.collect()))
}
