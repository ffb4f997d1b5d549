//! Blocking: whoever is blocked is told nothing, and finds nobody.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, put};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::FollowError;
use super::store::blocks;
use crate::platform::paging::{Cursor, Listed};
use crate::platform::{Config, Database, Path, Problem, Query, Time, UserId};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_blocks).service(block_user).service(unblock_user);
}

/// Block a lifter: neither follows the other any more, nor can, nor finds the other. They are not told. Doing it twice changes
/// nothing.
#[utoipa::path(params(("user_id" = UserId, Path)), security(("bearer" = [])), tag = "social",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[put("/users/{user_id}/block")]
async fn block_user(me: SignedIn, user_id: Path<UserId>, db: Data<Database>) -> Result<HttpResponse, Problem> {
    super::block(&db.connection().await?, me.id, user_id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Take a block back. Who followed whom does not come back with it.
#[utoipa::path(params(("user_id" = UserId, Path)), security(("bearer" = [])), tag = "social",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[delete("/users/{user_id}/block")]
async fn unblock_user(me: SignedIn, user_id: Path<UserId>, db: Data<Database>) -> Result<HttpResponse, Problem> {
    match blocks::delete_block(&db.connection().await?, me.id, user_id.into_inner()).await? {
        true => Ok(HttpResponse::NoContent().finish()),
        false => Err(FollowError::Unknown.into()),
    }
}

/// Somebody whom one has blocked.
#[derive(Serialize, utoipa::ToSchema)]
pub struct BlockedUser {
    id: UserId,
    username: String,
    display_name: Option<String>,
    avatar_url: Option<String>,
    blocked_at: Time,
}

/// Whom one has blocked.
#[utoipa::path(params(Cursor), security(("bearer" = [])), tag = "social",
    responses((status = 200, body = Listed<BlockedUser>), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[get("/users/me/blocks")]
async fn list_blocks(
    me: SignedIn,
    page: Query<Cursor>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<Json<Listed<BlockedUser>>, Problem> {
    let after = page.0.after.as_deref().map_or(Ok(Uuid::nil()), Uuid::parse_str);
    let after = after.map_err(|_| Problem::invalid("after", "is not the `next` of a page"))?;
    let blocked = blocks::list_blocks(&*db.reader().await?, me.id, after, page.0.limit + 1).await?;
    let blocked = blocked.into_iter().map(|blocked| BlockedUser {
        id: UserId(blocked.id),
        username: blocked.username,
        display_name: blocked.display_name,
        avatar_url: blocked.avatar_key.map(|key| format!("{}/static/{key}", config.base_url)),
        blocked_at: Time(blocked.created_at),
    });
    Ok(Json(Listed::page(blocked.collect(), page.0.limit, |blocked: &BlockedUser| blocked.id.0.to_string())))
}
