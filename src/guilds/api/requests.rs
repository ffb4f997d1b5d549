use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post};
use jiff::Timestamp;
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::follows::SocialUser;
use crate::guilds::store::requests::{self, Asked};
use crate::guilds::{GuildError, MOST_REQUESTS, store};
use crate::platform::paging::{Cursor, Listed};
use crate::platform::{Config, Database, Path, Problem, Query, Time, UserId};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config.service(ask_guild).service(list_requests).service(accept_request).service(remove_request);
}

/// Ask a guild to be let in. Doing it twice changes nothing.
#[utoipa::path(params(("id" = Uuid, Path)), security(("bearer" = [])), tag = "guilds",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/guilds/{id}/requests")]
async fn ask_guild(me: SignedIn, id: Path<Uuid>, db: Data<Database>) -> Result<HttpResponse, Problem> {
    match requests::insert_request(&db.connection().await?, id.into_inner(), me.id, MOST_REQUESTS).await? {
        Asked::Done => Ok(HttpResponse::NoContent().finish()),
        Asked::Unknown => Err(GuildError::Unknown.into()),
        Asked::InAGuild => Err(GuildError::InAGuild.into()),
        Asked::TooMany => Err(GuildError::TooManyRequests.into()),
    }
}

/// A lifter who asks to be let in.
#[derive(Serialize, utoipa::ToSchema)]
pub struct GuildRequest {
    user: SocialUser,
    asked_at: Time,
}

/// Who asks to be let in, the oldest first. For the owner.
#[utoipa::path(params(("id" = Uuid, Path), Cursor), security(("bearer" = [])), tag = "guilds",
    responses((status = 200, body = Listed<GuildRequest>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[get("/guilds/{id}/requests")]
async fn list_requests(
    me: SignedIn,
    id: Path<Uuid>,
    page: Query<Cursor>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<Json<Listed<GuildRequest>>, Problem> {
    let (db, id, Cursor { limit, after }) = (db.connection().await?, id.into_inner(), page.0);
    let after = match after.as_deref() {
        None => (Timestamp::UNIX_EPOCH, Uuid::nil()),
        Some(text) => parse_mark(text).ok_or_else(|| Problem::invalid("after", "is not the `next` of a page"))?,
    };
    if store::find_owner(&db, id).await?.ok_or(GuildError::Unknown)? != me.id {
        return Err(GuildError::NotOwner.into());
    }
    let requests = requests::list_requests(&db, me.id, id, after, limit + 1, &config.base_url).await?;
    let requests =
        requests.into_iter().map(|request| GuildRequest { user: request.user, asked_at: Time(request.created_at) });
    let mark = |request: &GuildRequest| format!("{}.{}", request.asked_at.0.as_microsecond(), request.user.id.0);
    Ok(Json(Listed::page(requests.collect(), limit, mark)))
}

fn parse_mark(text: &str) -> Option<(Timestamp, Uuid)> {
    let (at, user) = text.split_once('.')?;
    let at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
    // PostgreSQL knows no time long before.
    (at >= Timestamp::UNIX_EPOCH).then_some((at, user.parse().ok()?))
}

/// Let somebody in who asked. For the owner.
#[utoipa::path(params(("id" = Uuid, Path), ("user_id" = UserId, Path)), security(("bearer" = [])), tag = "guilds",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/guilds/{id}/requests/{user_id}/accept")]
async fn accept_request(me: SignedIn, path: Path<(Uuid, UserId)>, db: Data<Database>) -> Result<HttpResponse, Problem> {
    let (guild, user) = path.into_inner();
    crate::guilds::accept(&db.connection().await?, me.id, guild, user).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Refuse somebody who asked, as the owner; or take the own request back.
#[utoipa::path(params(("id" = Uuid, Path), ("user_id" = UserId, Path)), security(("bearer" = [])), tag = "guilds",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[delete("/guilds/{id}/requests/{user_id}")]
async fn remove_request(me: SignedIn, path: Path<(Uuid, UserId)>, db: Data<Database>) -> Result<HttpResponse, Problem> {
    let (guild, user) = path.into_inner();
    crate::guilds::remove_request(&db.connection().await?, me.id, guild, user).await?;
    Ok(HttpResponse::NoContent().finish())
}
