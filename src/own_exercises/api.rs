use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use super::store::{self, OwnExercise};
use super::{MOST, OwnExerciseError, PREFIX};
use crate::platform::extract::printable;
use crate::platform::{Body, Database, Path, Problem};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(list_own_exercises)
        .service(create_own_exercise)
        .service(rename_own_exercise)
        .service(delete_own_exercise);
}

/// An exercise of one's own. Nobody else reads its name.
#[derive(Serialize, utoipa::ToSchema)]
pub struct OwnExerciseRead {
    id: String,
    name: String,
    /// Whether it is counted in repetitions with the own body weight.
    is_bodyweight: bool,
}

impl From<OwnExercise> for OwnExerciseRead {
    fn from(own: OwnExercise) -> Self {
        Self { id: own.id, name: own.name, is_bodyweight: own.is_bodyweight }
    }
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct OwnExerciseCreate {
    /// 1 to 100 characters; one exercise each.
    #[garde(length(chars, min = 1, max = 100), custom(printable))]
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    #[garde(skip)]
    #[serde(default)]
    is_bodyweight: bool,
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct OwnExerciseRename {
    /// 1 to 100 characters.
    #[garde(length(chars, min = 1, max = 100), custom(printable))]
    #[schema(min_length = 1, max_length = 100)]
    name: String,
}

/// The own exercises, by name.
#[utoipa::path(security(("bearer" = [])), tag = "catalogue",
    responses((status = 200, body = Vec<OwnExerciseRead>), (status = 401, body = Problem)))]
#[get("/exercises/own")]
async fn list_own_exercises(me: SignedIn, db: Data<Database>) -> Result<Json<Vec<OwnExerciseRead>>, Problem> {
    let own = store::list_all(&*db.reader().await?, me.id).await?;
    Ok(Json(own.into_iter().filter(|own| own.merged_into.is_none()).map(OwnExerciseRead::from).collect()))
}

/// Make an exercise of one's own, for what the catalogue lacks. It is private and in no ranking.
#[utoipa::path(request_body = OwnExerciseCreate, security(("bearer" = [])), tag = "catalogue",
    responses((status = 201, body = OwnExerciseRead), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[post("/exercises/own")]
async fn create_own_exercise(
    me: SignedIn,
    body: Body<OwnExerciseCreate>,
    db: Data<Database>,
) -> Result<HttpResponse, Problem> {
    let OwnExerciseCreate { name, is_bodyweight } = body.0;
    let id = format!("{PREFIX}{}", &uuid::Uuid::new_v4().simple().to_string()[..16]);
    let db = db.connection().await?;
    let transaction = db.begin().await?;
    let made = async {
        if !store::lock_user(&db, me.id).await? {
            return Err(OwnExerciseError::Gone);
        }
        if store::count_own(&db, me.id).await? >= MOST {
            return Err(OwnExerciseError::TooMany);
        }
        Ok(store::insert_own(&db, me.id, &id, name.trim(), is_bodyweight).await?)
    };
    let made = made.await;
    transaction.end(made).await?;
    Ok(HttpResponse::Created().json(OwnExerciseRead { id, name: name.trim().to_owned(), is_bodyweight }))
}

/// Give an exercise of one's own another name.
#[utoipa::path(params(("id" = String, Path)), request_body = OwnExerciseRename, security(("bearer" = [])), tag = "catalogue",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[patch("/exercises/own/{id}")]
async fn rename_own_exercise(
    me: SignedIn,
    id: Path<String>,
    body: Body<OwnExerciseRename>,
    db: Data<Database>,
) -> Result<HttpResponse, Problem> {
    let id = checked(&id)?;
    let renamed = store::rename_own(&db.connection().await?, me.id, id, body.0.name.trim()).await;
    match renamed.map_err(OwnExerciseError::from)? {
        0 => Err(OwnExerciseError::Unknown.into()),
        _ => Ok(HttpResponse::NoContent().finish()),
    }
}

/// Delete an exercise of one's own that no workout and no routine names.
#[utoipa::path(params(("id" = String, Path)), security(("bearer" = [])), tag = "catalogue",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
#[delete("/exercises/own/{id}")]
async fn delete_own_exercise(me: SignedIn, id: Path<String>, db: Data<Database>) -> Result<HttpResponse, Problem> {
    let id = checked(&id)?;
    let db = db.connection().await?;
    let transaction = db.begin().await?;
    let deleted = async {
        store::lock_user(&db, me.id).await?;
        store::delete_own(&db, me.id, id).await
    };
    let deleted = deleted.await;
    match transaction.end(deleted).await? {
        (_, true) => Ok(HttpResponse::NoContent().finish()),
        (true, false) => Err(OwnExerciseError::InUse.into()),
        (false, false) => Err(OwnExerciseError::Unknown.into()),
    }
}

/// An id that the database can be asked for.
pub fn checked(id: &str) -> Result<&str, OwnExerciseError> {
    let is_one = id.starts_with(PREFIX) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_one.then_some(id).ok_or(OwnExerciseError::Unknown)
}
