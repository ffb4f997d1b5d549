use actix_web::web::{Data, Json};
use actix_web::{get, patch};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::change::change;
use super::changes::UserUpdate;
use super::tools::Tools;
use super::{AccountError, Changes, UserRead};
use crate::audit::{self, AuditEntry};
use crate::platform::paging::{Cursor, Listed};
use crate::platform::{Body, Config, Database, Path, Problem, Query, UserId};
use crate::sessions::{InPerson, SignedIn, Visitor};
use crate::strength::Unit;

/// The routes, each under the name that existing clients use and, where it differs, the one that new clients use.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(get_own_user)
        .service(get_me)
        .service(update_own_user)
        .service(update_unit)
        .service(list_own_audit)
        .service(get_user_by_name)
        .service(get_user);
}

/// The own profile.
#[utoipa::path(responses((status = 200, body = UserRead), (status = 401, body = Problem)), security(("bearer" = [])), tag = "accounts")]
#[get("/users/me")]
async fn get_own_user(me: SignedIn, db: Data<Database>, config: Data<Config>) -> Result<Json<UserRead>, Problem> {
    Ok(Json(super::own_profile(&*db.reader().await?, me.id, &config.base_url).await?))
}

/// The own profile.
#[utoipa::path(responses((status = 200, body = UserRead), (status = 401, body = Problem)), security(("bearer" = [])), tag = "accounts")]
#[get("/auth/me")]
async fn get_me(me: SignedIn, db: Data<Database>, config: Data<Config>) -> Result<Json<UserRead>, Problem> {
    Ok(Json(super::own_profile(&*db.reader().await?, me.id, &config.base_url).await?))
}

/// Change the own profile. Only what is sent changes; energy and rank follow at once. A new password ends all other
/// sessions.
#[utoipa::path(request_body = UserUpdate, security(("bearer" = [])), tag = "accounts",
    responses((status = 200, body = UserRead), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
#[patch("/users/me")]
async fn update_own_user(me: SignedIn, body: Body<UserUpdate>, tools: Tools) -> Result<Json<UserRead>, Problem> {
    Ok(Json(change(&tools, me, Changes::try_from(body.0)?).await?))
}

/// The unit that weights are shown in.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[garde(allow_unvalidated)]
pub struct UnitUpdate {
    /// `kg` or `lbs`.
    preferred_unit: String,
}

/// Change the unit that weights are shown in. Energy and rank follow.
#[utoipa::path(request_body = UnitUpdate, security(("bearer" = [])), tag = "accounts",
    responses((status = 200, body = UserRead), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[patch("/users/me/unit")]
async fn update_unit(me: SignedIn, body: Body<UnitUpdate>, tools: Tools) -> Result<Json<UserRead>, Problem> {
    let unit = Unit::parse(&body.0.preferred_unit);
    let unit = unit.ok_or_else(|| Problem::invalid("preferred_unit", "must be kg or lbs"))?;
    Ok(Json(change(&tools, me, Changes { unit: Some(unit), ..Changes::default() }).await?))
}

/// What was done to the own account, and what the account did; the newest first.
#[utoipa::path(params(Cursor), security(("bearer" = [])), tag = "accounts",
    responses((status = 200, body = Listed<AuditEntry>), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[get("/users/me/audit")]
async fn list_own_audit(
    me: InPerson,
    page: Query<Cursor>,
    db: Data<Database>,
) -> Result<Json<Listed<AuditEntry>>, Problem> {
    Ok(Json(audit::list(&db, Some(me.id), page.0).await?))
}

/// What everybody may see of a lifter.
#[utoipa::path(params(("user_id" = UserId, Path)), security((), ("bearer" = [])), tag = "accounts",
    responses((status = 200, body = UserRead), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/users/{user_id}")]
async fn get_user(
    visitor: Visitor,
    user_id: Path<UserId>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<Json<UserRead>, Problem> {
    let user = user_id.into_inner();
    Ok(Json(super::public_profile(&*db.reader().await?, user, visitor.0, &config.base_url).await?))
}

/// What everybody may see of the lifter of a name; case does not matter.
#[utoipa::path(params(("username" = String, Path)), security((), ("bearer" = [])), tag = "accounts",
    responses((status = 200, body = UserRead), (status = 404, body = Problem)))]
#[get("/users/username/{username}")]
async fn get_user_by_name(
    visitor: Visitor,
    username: Path<String>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<Json<UserRead>, Problem> {
    if username.contains('\0') {
        return Err(AccountError::Unknown.into());
    }
    Ok(Json(super::public_profile_by_name(&*db.reader().await?, &username, visitor.0, &config.base_url).await?))
}
