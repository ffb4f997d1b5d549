use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::store;
use crate::platform::extract::printable;
use crate::platform::{Body, Client, Database, Path, Problem, Time};
use crate::sessions::InPerson;

pub fn routes(config: &mut ServiceConfig) {
    config.service(create_api_key).service(list_api_keys).service(delete_api_key);
}

/// What a key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Every GET that the user may do.
    Read,
    /// The rest too, but for what concerns the account itself: sessions, keys, password, deletion.
    Write,
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct ApiKeyCreate {
    /// What it is for; 1 to 50 characters.
    #[garde(length(chars, min = 1, max = 50), custom(printable))]
    name: String,
    /// `read`, or `read` and `write`.
    #[garde(length(min = 1, max = 2))]
    scopes: Vec<Scope>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct ApiKeyMade {
    id: Uuid,
    /// To be sent as `Authorization: Bearer rd_…`. It is told this once.
    key: String,
    /// By which it can be told from others later.
    prefix: String,
}

/// Make a key by which another program may act for oneself.
#[utoipa::path(request_body = ApiKeyCreate, security(("bearer" = [])), tag = "api keys",
    responses((status = 201, body = ApiKeyMade), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/api-keys")]
async fn create_api_key(
    me: InPerson,
    body: Body<ApiKeyCreate>,
    client: Client,
    db: Data<Database>,
) -> Result<HttpResponse, Problem> {
    let may_write = body.0.scopes.contains(&Scope::Write);
    let key = super::make(&db.connection().await?, &client, me.id, &body.0.name, may_write).await?;
    Ok(HttpResponse::Created().insert_header(("Cache-Control", "no-store")).json(ApiKeyMade {
        id: key.id,
        key: key.text,
        prefix: key.prefix,
    }))
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct ApiKeyRead {
    id: Uuid,
    name: String,
    prefix: String,
    scopes: Vec<Scope>,
    created_at: Time,
    /// To about a minute; null where it never was.
    last_used_at: Option<Time>,
}

/// The own keys, the newest first.
#[utoipa::path(security(("bearer" = [])), tag = "api keys",
    responses((status = 200, body = Vec<ApiKeyRead>), (status = 401, body = Problem)))]
#[get("/api-keys")]
async fn list_api_keys(me: InPerson, db: Data<Database>) -> Result<Json<Vec<ApiKeyRead>>, Problem> {
    let keys = store::list_keys(&*db.reader().await?, me.id).await?;
    let keys = keys.into_iter().map(|key| ApiKeyRead {
        id: key.id,
        name: key.name,
        prefix: key.prefix,
        scopes: if key.may_write { vec![Scope::Read, Scope::Write] } else { vec![Scope::Read] },
        created_at: Time(key.created_at),
        last_used_at: key.last_used_at.map(Time),
    });
    Ok(Json(keys.collect()))
}

/// Take a key back. It is refused at once.
#[utoipa::path(params(("id" = Uuid, Path)), security(("bearer" = [])), tag = "api keys",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[delete("/api-keys/{id}")]
async fn delete_api_key(
    me: InPerson,
    id: Path<Uuid>,
    client: Client,
    db: Data<Database>,
) -> Result<HttpResponse, Problem> {
    super::remove(&db.connection().await?, &client, me.id, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
