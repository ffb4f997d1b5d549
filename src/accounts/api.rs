use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, patch, post};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::changes::{Errors, UserUpdate, parse_display_name};
use super::{AccountError, Changes, Email, Hasher, NewUser, Password, UserRead, Username};
use crate::pictures;
use crate::platform::{Body, Config, Database, Path, Problem, UserId};
use crate::sessions::SignedIn;

/// The routes, each under the name that existing clients use and, where it differs, the one that new clients use.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(create_user)
        .service(register)
        .service(get_own_user)
        .service(get_me)
        .service(update_own_user)
        .service(get_user_by_name)
        .service(get_user);
}

/// A new account. Other fields are ignored.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[garde(allow_unvalidated)]
pub struct UserCreate {
    /// 3 to 32 letters, digits, `_`, `.` or `-`.
    #[schema(min_length = 3, max_length = 32, pattern = "^[A-Za-z0-9_.-]+$")]
    username: String,
    #[schema(format = "email", max_length = 254)]
    email: String,
    /// 8 to 256 characters; none of the most common passwords, not the username, not the e-mail.
    #[schema(min_length = 8, max_length = 256)]
    password: String,
    /// 1 to 50 characters; the username where it is not given.
    #[schema(max_length = 50)]
    display_name: Option<String>,
}

impl TryFrom<UserCreate> for NewUser {
    type Error = Problem;

    fn try_from(body: UserCreate) -> Result<Self, Problem> {
        let mut errors = Errors::default();
        let email = errors.required("email", Some(Some(&body.email)), |text| Email::parse(text));
        let username = errors.required("username", Some(Some(&body.username)), |text| Username::parse(text));
        let names = [body.username.as_str(), body.email.as_str()];
        let password = errors.required("password", Some(Some(body.password)), |text| Password::parse_for(text, &names));
        // Existing clients may send an empty one.
        let shown = body.display_name.filter(|name| !name.trim().is_empty());
        let display_name = shown.and_then(|name| errors.required("display_name", Some(Some(name)), parse_display_name));
        match (email, username, password) {
            (Some(email), Some(username), Some(password)) => {
                errors.into_result(NewUser { email, username, display_name, password })
            }
            _ => errors.into_result(()).and(Err(Problem::internal("a field was refused without a reason"))),
        }
    }
}

/// Make an account.
#[utoipa::path(request_body = UserCreate, tag = "accounts",
    responses((status = 201, body = UserRead), (status = 400, body = Problem), (status = 422, body = Problem)))]
#[post("/users")]
async fn create_user(
    body: Body<UserCreate>,
    db: Data<Database>,
    hasher: Data<Hasher>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let user = super::register(&db, &hasher, &config.base_url, body.0.try_into()?).await?;
    Ok(HttpResponse::Created().json(user))
}

/// Make an account.
#[utoipa::path(request_body = UserCreate, tag = "accounts",
    responses((status = 201, body = UserRead), (status = 400, body = Problem), (status = 422, body = Problem)))]
#[post("/auth/register")]
async fn register(
    body: Body<UserCreate>,
    db: Data<Database>,
    hasher: Data<Hasher>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let user = super::register(&db, &hasher, &config.base_url, body.0.try_into()?).await?;
    Ok(HttpResponse::Created().json(user))
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

/// Change the own profile. Only what is sent changes; energy and rank follow at once.
#[utoipa::path(request_body = UserUpdate, security(("bearer" = [])), tag = "accounts",
    responses((status = 200, body = UserRead), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem)))]
#[patch("/users/me")]
async fn update_own_user(
    me: SignedIn,
    body: Body<UserUpdate>,
    db: Data<Database>,
    hasher: Data<Hasher>,
    config: Data<Config>,
) -> Result<Json<UserRead>, Problem> {
    let changes = Changes::try_from(body.0)?;
    let changed = super::change(&db, &hasher, &config.base_url, me.id, changes).await?;
    if let Some(key) = changed.removed_avatar {
        pictures::remove(&config.static_directory, &key).await;
    }
    Ok(Json(changed.profile))
}

/// What everybody may see of a lifter.
#[utoipa::path(params(("user_id" = UserId, Path)), tag = "accounts",
    responses((status = 200, body = UserRead), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/users/{user_id}")]
async fn get_user(user_id: Path<UserId>, db: Data<Database>, config: Data<Config>) -> Result<Json<UserRead>, Problem> {
    Ok(Json(super::public_profile(&*db.reader().await?, user_id.into_inner(), &config.base_url).await?))
}

/// What everybody may see of the lifter of a name; case does not matter.
#[utoipa::path(params(("username" = String, Path)), tag = "accounts",
    responses((status = 200, body = UserRead), (status = 404, body = Problem)))]
#[get("/users/username/{username}")]
async fn get_user_by_name(
    username: Path<String>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<Json<UserRead>, Problem> {
    if username.contains('\0') {
        return Err(AccountError::Unknown.into());
    }
    Ok(Json(super::public_profile_by_name(&*db.reader().await?, &username, &config.base_url).await?))
}
