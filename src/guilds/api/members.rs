use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::guild::GuildDetail;
use crate::follows::SocialUser;
use crate::guilds::GuildError;
use crate::guilds::store::{self, members};
use crate::platform::extract::First;
use crate::platform::{Body, Config, Database, Path, Problem, Time, UserId};
use crate::sessions::SignedIn;

pub fn first_routes(config: &mut ServiceConfig) {
    config.service(join_guild);
}

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_members).service(remove_member);
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct GuildJoin {
    /// As its owner gave it; case, spaces and hyphens do not matter.
    #[garde(length(max = 100))]
    code: String,
}

/// Join the guild of a code.
#[utoipa::path(request_body = GuildJoin, security(("bearer" = [])), tag = "guilds",
    responses((status = 200, body = GuildDetail), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/guilds/join")]
async fn join_guild(
    First(me, body): First<SignedIn, Body<GuildJoin>>,
    db: Data<Database>,
) -> Result<Json<GuildDetail>, Problem> {
    let db = db.connection().await?;
    let guild = crate::guilds::join(&db, me.id, &body.0.code).await?;
    GuildDetail::find(&db, me.id, guild).await
}

/// A lifter in a guild.
#[derive(Serialize, utoipa::ToSchema)]
pub struct GuildMember {
    user: SocialUser,
    is_owner: bool,
    joined_at: Time,
    /// The lifter's DOTS; told of those who show theirs, and of oneself.
    points: Option<f64>,
}

/// The members of a guild, the longest first.
#[utoipa::path(params(("id" = Uuid, Path)), security(("bearer" = [])), tag = "guilds",
    responses((status = 200, body = Vec<GuildMember>), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/guilds/{id}/members")]
async fn list_members(
    me: SignedIn,
    id: Path<Uuid>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<Json<Vec<GuildMember>>, Problem> {
    let (db, id) = (db.connection().await?, id.into_inner());
    store::find_owner(&db, id).await?.ok_or(GuildError::Unknown)?;
    let members = members::list_members(&db, me.id, id, &config.base_url).await?;
    let members = members.into_iter().map(|member| GuildMember {
        user: member.user,
        is_owner: member.is_owner,
        joined_at: Time(member.joined_at),
        points: member.points.map(|points| f64::from(points) / 100.0),
    });
    Ok(Json(members.collect()))
}

/// Leave a guild, or, as its owner, take a member out. A guild passes on to whoever has been in it for longest, and goes with
/// the last one.
#[utoipa::path(params(("id" = Uuid, Path), ("user_id" = UserId, Path)), security(("bearer" = [])), tag = "guilds",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[delete("/guilds/{id}/members/{user_id}")]
async fn remove_member(me: SignedIn, path: Path<(Uuid, UserId)>, db: Data<Database>) -> Result<HttpResponse, Problem> {
    let (guild, user) = path.into_inner();
    crate::guilds::remove_member(&db.connection().await?, me.id, guild, user).await?;
    Ok(HttpResponse::NoContent().finish())
}
