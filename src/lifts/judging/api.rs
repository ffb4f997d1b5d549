use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::store;
use super::wire::JudgedLiftRead;
use super::{Judge, Verdict};
use crate::boards::Live;
use crate::catalogue::Catalogue;
use crate::platform::extract::{First, OptionalBody, printable};
use crate::platform::paging::{Cursor, Listed};
use crate::platform::{Body, Client, Database, Path, Problem, Query};
use crate::sessions::{Moderator, SignedIn};

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_lifts).service(accept_lift).service(void_lift).service(restore_lift);
    config.service(list_own_judged_lifts).service(answer_void);
}

/// Which lifts are asked for.
#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    #[default]
    Waiting,
    Voided,
    Answered,
}

#[derive(Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct LiftSearch {
    /// `waiting` for a moderator, `voided`, or voided and `answered` by the lifter.
    #[garde(skip)]
    #[param(inline)]
    state: State,
    /// 1 to 100.
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: i64,
    /// The `next` of the page before.
    #[garde(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    after: Option<String>,
}

impl Default for LiftSearch {
    fn default() -> Self {
        let Cursor { limit, after } = Cursor::default();
        Self { state: State::default(), limit, after }
    }
}

/// The lifts that wait for a moderator or were voided, the oldest entry first. For moderators.
///
/// The body weight is shown, since it is what is judged.
#[utoipa::path(params(LiftSearch), security(("bearer" = [])), tag = "moderation",
    responses((status = 200, body = Listed<JudgedLiftRead>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
#[get("/moderation/lifts")]
async fn list_lifts(
    First(_moderator, search): First<Moderator, Query<LiftSearch>>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
) -> Result<Json<Listed<JudgedLiftRead>>, Problem> {
    let LiftSearch { state, limit, after } = search.0;
    let after = Cursor { limit, after }.after_number(0)?;
    let lifts = store::list_lifts(&db.connection().await?, state, after, limit + 1).await?;
    let lifts = lifts.into_iter().map(|lift| JudgedLiftRead::new(lift, &catalogue)).collect();
    Ok(Json(Listed::page(lifts, limit, JudgedLiftRead::mark)))
}

#[derive(Default, Deserialize, garde::Validate, utoipa::ToSchema)]
#[serde(default)]
pub struct Acceptance {
    /// Why; the lifter reads it in the own audit. 1 to 200 characters.
    #[garde(inner(length(chars, min = 1, max = 200), custom(printable)))]
    #[schema(min_length = 1, max_length = 200)]
    reason: Option<String>,
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct Judgement {
    /// Why; the lifter reads it. 1 to 200 characters.
    #[garde(length(chars, min = 1, max = 200), custom(printable))]
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

type OfLift<T> = First<Moderator, First<Path<i32>, T>>;

/// Accept a lift that waits: it stands on the boards at once. For moderators, but not of their own lifts.
#[utoipa::path(params(("id" = i32, Path)), request_body = Option<Acceptance>, security(("bearer" = [])), tag = "moderation",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/moderation/lifts/{id}/accept")]
async fn accept_lift(
    First(moderator, First(id, body)): OfLift<OptionalBody<Acceptance>>,
    client: Client,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    live: Data<Live>,
) -> Result<HttpResponse, Problem> {
    let judge = Judge { id: moderator.0.id, client };
    let verdict = Verdict::Accept { reason: body.0.reason };
    super::judge(&db.connection().await?, &catalogue, &judge, id.into_inner(), &verdict).await?;
    live.catch_up().await;
    Ok(HttpResponse::NoContent().finish())
}

/// Void a lift: it stands nowhere any more, and what was best before it is the best again. For moderators, but not of their
/// own lifts.
#[utoipa::path(params(("id" = i32, Path)), request_body = Judgement, security(("bearer" = [])), tag = "moderation",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/moderation/lifts/{id}/void")]
async fn void_lift(
    First(moderator, First(id, body)): OfLift<Body<Judgement>>,
    client: Client,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    live: Data<Live>,
) -> Result<HttpResponse, Problem> {
    let judge = Judge { id: moderator.0.id, client };
    let verdict = Verdict::Void { reason: body.0.reason };
    super::judge(&db.connection().await?, &catalogue, &judge, id.into_inner(), &verdict).await?;
    live.catch_up().await;
    Ok(HttpResponse::NoContent().finish())
}

/// Restore a lift that was voided; it waits again where it waited before. For moderators, but not of their own lifts.
#[utoipa::path(params(("id" = i32, Path)), request_body = Judgement, security(("bearer" = [])), tag = "moderation",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/moderation/lifts/{id}/restore")]
async fn restore_lift(
    First(moderator, First(id, body)): OfLift<Body<Judgement>>,
    client: Client,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
    live: Data<Live>,
) -> Result<HttpResponse, Problem> {
    let judge = Judge { id: moderator.0.id, client };
    let verdict = Verdict::Restore { reason: body.0.reason };
    super::judge(&db.connection().await?, &catalogue, &judge, id.into_inner(), &verdict).await?;
    live.catch_up().await;
    Ok(HttpResponse::NoContent().finish())
}

/// The own lifts that wait for a moderator, were accepted or were voided, the newest entry first.
#[utoipa::path(params(Cursor), security(("bearer" = [])), tag = "scores",
    responses((status = 200, body = Listed<JudgedLiftRead>), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[get("/users/me/lifts/judged")]
async fn list_own_judged_lifts(
    me: SignedIn,
    page: Query<Cursor>,
    db: Data<Database>,
    catalogue: Data<Catalogue>,
) -> Result<Json<Listed<JudgedLiftRead>>, Problem> {
    let before = page.0.after_number(i64::MAX)?;
    let lifts = store::list_lifts_of(&db.connection().await?, me.id, before, page.0.limit + 1).await?;
    let lifts = lifts.into_iter().map(|lift| JudgedLiftRead::new(lift, &catalogue)).collect();
    Ok(Json(Listed::page(lifts, page.0.limit, JudgedLiftRead::mark)))
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct VoidAnswer {
    /// 1 to 500 characters; moderators read it.
    #[garde(length(chars, min = 1, max = 500), custom(printable))]
    #[schema(min_length = 1, max_length = 500)]
    text: String,
}

/// Say something to an own lift being voided: once.
#[utoipa::path(params(("id" = i32, Path)), request_body = VoidAnswer, security(("bearer" = [])), tag = "scores",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/lifts/{id}/answer")]
async fn answer_void(
    First(me, First(id, body)): First<SignedIn, First<Path<i32>, Body<VoidAnswer>>>,
    client: Client,
    db: Data<Database>,
) -> Result<HttpResponse, Problem> {
    super::answer(&db.connection().await?, &client, me.id, id.into_inner(), &body.0.text).await?;
    Ok(HttpResponse::NoContent().finish())
}
