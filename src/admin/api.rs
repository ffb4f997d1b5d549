use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, patch};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use super::store::{self, Filter};
use super::{Account, Actor, AdminError, Change};
use crate::audit::{self, AuditEntry};
use crate::boards::Live;
use crate::platform::extract::First;
use crate::platform::paging::{Cursor, Listed};
use crate::platform::{Body, Client, Config, Database, Path, Problem, Query, Time, UserId};
use crate::sessions::{Admin, Role, Tokens};

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_users).service(get_user).service(update_user).service(delete_user).service(list_audit);
}

/// An account as admins see it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct AdminUser {
    id: UserId,
    username: String,
    email: Option<String>,
    display_name: Option<String>,
    /// `member`, `moderator` or `admin`.
    role: String,
    is_active: bool,
    /// Taken off the boards by a moderator.
    is_withheld: bool,
    is_verified: bool,
    has_second_factor: bool,
    created_at: Time,
}

impl From<Account> for AdminUser {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            username: account.username,
            email: account.email,
            display_name: account.display_name,
            role: account.role,
            is_active: account.is_active,
            is_withheld: account.is_withheld,
            is_verified: account.is_verified,
            has_second_factor: account.has_second_factor,
            created_at: Time(account.created_at),
        }
    }
}

#[derive(Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct UserSearch {
    /// How a username or an e-mail begins; by e-mail 1,000 are found, the first by it.
    #[garde(length(max = 254))]
    query: String,
    /// 1 to 100.
    #[garde(range(min = 1, max = 100))]
    limit: i64,
    /// The `next` of the page before.
    #[garde(length(max = 100))]
    after: String,
}

impl Default for UserSearch {
    fn default() -> Self {
        Self { query: String::new(), limit: 50, after: String::new() }
    }
}

/// The accounts of this server by username. For admins.
#[utoipa::path(params(UserSearch), security(("bearer" = [])), tag = "admin",
    responses((status = 200, body = Listed<AdminUser>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
#[get("/admin/users")]
async fn list_users(
    _: Admin,
    search: Query<UserSearch>,
    db: Data<Database>,
) -> Result<Json<Listed<AdminUser>>, Problem> {
    let UserSearch { query, limit, after } = search.0;
    if query.contains('\0') || after.contains('\0') {
        return Ok(Json(Listed { items: Vec::new(), next: None }));
    }
    let filter = Filter { begins_with: query.trim(), after: &after, most_by_email: Some(1_000), ..Filter::default() };
    let accounts = store::list_accounts(&db.connection().await?, &filter, limit + 1).await?;
    let users = accounts.into_iter().map(AdminUser::from).collect();
    Ok(Json(Listed::page(users, limit, |user: &AdminUser| user.username.to_lowercase())))
}

/// An account. For admins.
#[utoipa::path(params(("user_id" = UserId, Path)), security(("bearer" = [])), tag = "admin",
    responses((status = 200, body = AdminUser), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/admin/users/{user_id}")]
async fn get_user(_: Admin, user_id: Path<UserId>, db: Data<Database>) -> Result<Json<AdminUser>, Problem> {
    Ok(Json(read(&db, user_id.into_inner()).await?))
}

async fn read(db: &Database, user: UserId) -> Result<AdminUser, Problem> {
    let account = store::find_account_by_id(&*db.reader().await?, user).await?;
    Ok(account.ok_or(AdminError::Unknown)?.into())
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[garde(allow_unvalidated)]
pub struct AdminUserUpdate {
    role: Option<Role>,
    /// False: out everywhere within seconds, and no login.
    is_active: Option<bool>,
}

/// Give somebody a role, or deactivate them. For admins.
#[utoipa::path(params(("user_id" = UserId, Path)), request_body = AdminUserUpdate, security(("bearer" = [])), tag = "admin",
    responses((status = 200, body = AdminUser), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[patch("/admin/users/{user_id}")]
async fn update_user(
    First(admin, body): First<Admin, Body<AdminUserUpdate>>,
    user_id: Path<UserId>,
    client: Client,
    db: Data<Database>,
    tokens: Data<Tokens>,
    live: Data<Live>,
) -> Result<Json<AdminUser>, Problem> {
    let user = user_id.into_inner();
    let change = Change { role: body.0.role, is_active: body.0.is_active };
    let actor = Actor { id: Some(admin.0.id), client };
    super::change(&db.connection().await?, &tokens, &actor, user, change).await?;
    live.catch_up().await;
    Ok(Json(read(&db, user).await?))
}

/// Delete somebody's account and everything in it. It cannot be undone. For admins.
#[utoipa::path(params(("user_id" = UserId, Path)), security(("bearer" = [])), tag = "admin",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[delete("/admin/users/{user_id}")]
async fn delete_user(
    admin: Admin,
    user_id: Path<UserId>,
    client: Client,
    db: Data<Database>,
    config: Data<Config>,
    live: Data<Live>,
) -> Result<HttpResponse, Problem> {
    let actor = Actor { id: Some(admin.0.id), client };
    super::delete(&db.connection().await?, &config.static_directory, &actor, user_id.into_inner()).await?;
    live.catch_up().await;
    Ok(HttpResponse::NoContent().finish())
}

/// What was done to all accounts, the newest first. For admins.
#[utoipa::path(params(Cursor), security(("bearer" = [])), tag = "admin",
    responses((status = 200, body = Listed<AuditEntry>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
#[get("/admin/audit")]
async fn list_audit(_: Admin, page: Query<Cursor>, db: Data<Database>) -> Result<Json<Listed<AuditEntry>>, Problem> {
    Ok(Json(audit::list(&db, None, page.0).await?))
}
