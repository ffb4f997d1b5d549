use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, patch, post, put};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::board::shown;
use crate::guilds::store::{self, Detail, Guild};
use crate::guilds::{GuildError, GuildName};
use crate::platform::extract::First;
use crate::platform::{Body, Connection, Database, Path, Problem, Time, UserId};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config.service(create_guild).service(list_own_guilds).service(get_own_guild).service(get_guild);
    config.service(update_guild).service(delete_guild).service(set_owner).service(renew_code).service(remove_code);
}

/// A guild as existing clients read one.
#[derive(Serialize, utoipa::ToSchema)]
pub struct GuildRead {
    name: String,
    icon_url: Option<String>,
    id: Uuid,
    /// Null where the owner hides from the reader.
    owner_id: Option<UserId>,
    created_at: Time,
    updated_at: Time,
}

impl From<Guild> for GuildRead {
    fn from(guild: Guild) -> Self {
        Self {
            name: guild.name,
            icon_url: guild.icon_url,
            id: guild.id,
            owner_id: guild.owner,
            created_at: Time(guild.created_at),
            updated_at: Time(guild.updated_at),
        }
    }
}

/// A guild, its place, and what the caller is to it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct GuildDetail {
    #[serde(flatten)]
    guild: GuildRead,
    members: i16,
    /// The DOTS points of the best five; of whoever does not show theirs rounded down to ten.
    points: f64,
    /// The same as it is to be read: `1843.21 points`, or `1820+ points` where some are rounded.
    shown: String,
    is_rounded: bool,
    /// Of how many members points are counted: five at most.
    counted: i16,
    /// One more than there are guilds with more; null without points.
    rank: Option<i64>,
    /// How many guilds have points.
    of: i64,
    is_member: bool,
    is_owner: bool,
    /// Whether the caller's request to join is open.
    has_asked: bool,
    /// By which others join; told to the owner alone, and null while there is none.
    code: Option<String>,
}

impl GuildDetail {
    fn new(detail: Detail, me: UserId) -> Self {
        let is_owner = detail.guild.owner == Some(me);
        Self {
            members: detail.members,
            points: f64::from(detail.points) / 100.0,
            shown: shown(detail.points, detail.is_rounded),
            is_rounded: detail.is_rounded,
            counted: detail.counted,
            rank: (detail.points > 0).then_some(detail.above + 1),
            of: detail.of,
            is_member: detail.is_member,
            is_owner,
            has_asked: detail.has_asked,
            code: detail.code.filter(|_| is_owner),
            guild: detail.guild.into(),
        }
    }

    pub async fn find(db: &Connection, me: UserId, guild: Uuid) -> Result<Json<Self>, Problem> {
        let detail = store::find_guild(db, me, guild).await?.ok_or(GuildError::Unknown)?;
        Ok(Json(Self::new(detail, me)))
    }
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct GuildCreate {
    /// 3 to 40 characters, unique without regard to case.
    #[garde(skip)]
    name: String,
    /// Guilds have no pictures yet, and another server's would follow whoever looks: null.
    #[garde(inner(custom(no_picture)))]
    icon_url: Option<String>,
}

/// Make a guild, and be its owner. A lifter is in one guild at most.
#[utoipa::path(request_body = GuildCreate, security(("bearer" = [])), tag = "guilds",
    responses((status = 201, body = GuildRead), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[post("/guilds")]
async fn create_guild(
    First(me, body): First<SignedIn, Body<GuildCreate>>,
    db: Data<Database>,
) -> Result<HttpResponse, Problem> {
    let GuildCreate { name, icon_url } = body.0;
    let name = GuildName::parse(&name)?;
    let guild = crate::guilds::create(&db.connection().await?, me.id, &name, icon_url.as_deref()).await?;
    Ok(HttpResponse::Created().json(GuildRead::from(guild)))
}

/// The guilds that one owns: one at most.
#[utoipa::path(security(("bearer" = [])), tag = "guilds",
    responses((status = 200, body = Vec<GuildRead>), (status = 401, body = Problem)))]
#[get("/guilds")]
async fn list_own_guilds(me: SignedIn, db: Data<Database>) -> Result<Json<Vec<GuildRead>>, Problem> {
    let guilds = store::list_owned(&*db.reader().await?, me.id).await?;
    Ok(Json(guilds.into_iter().map(GuildRead::from).collect()))
}

/// The guild that one is in.
#[utoipa::path(security(("bearer" = [])), tag = "guilds",
    responses((status = 200, body = GuildDetail), (status = 401, body = Problem), (status = 404, body = Problem)))]
#[get("/guilds/me")]
async fn get_own_guild(me: SignedIn, db: Data<Database>) -> Result<Json<GuildDetail>, Problem> {
    let db = db.connection().await?;
    let guild = store::find_guild_of(&db, me.id).await?.ok_or(GuildError::InNoGuild)?;
    GuildDetail::find(&db, me.id, guild).await
}

/// A guild.
#[utoipa::path(params(("id" = Uuid, Path)), security(("bearer" = [])), tag = "guilds",
    responses((status = 200, body = GuildDetail), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/guilds/{id}")]
async fn get_guild(me: SignedIn, id: Path<Uuid>, db: Data<Database>) -> Result<Json<GuildDetail>, Problem> {
    GuildDetail::find(&db.connection().await?, me.id, id.into_inner()).await
}

/// What is to become of a guild; what is not sent stays.
#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct GuildUpdate {
    /// 3 to 40 characters, unique without regard to case.
    #[garde(skip)]
    name: Option<String>,
    /// Null takes it away.
    #[garde(inner(inner(custom(no_picture))))]
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>)]
    icon_url: Option<Option<String>>,
}

fn no_picture(_: &str, _: &()) -> garde::Result {
    Err(garde::Error::new("must be null: guilds have no pictures yet"))
}

/// Tells null from nothing.
fn sent<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(field).map(Some)
}

/// Rename a guild, or give it another picture. For its owner.
#[utoipa::path(params(("id" = Uuid, Path)), request_body = GuildUpdate, security(("bearer" = [])), tag = "guilds",
    responses((status = 200, body = GuildDetail), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[patch("/guilds/{id}")]
async fn update_guild(
    First(me, body): First<SignedIn, Body<GuildUpdate>>,
    id: Path<Uuid>,
    db: Data<Database>,
) -> Result<Json<GuildDetail>, Problem> {
    let GuildUpdate { name, icon_url } = body.0;
    let name = name.as_deref().map(GuildName::parse).transpose()?;
    let icon_url = icon_url.as_ref().map(Option::as_deref);
    let (db, id) = (db.connection().await?, id.into_inner());
    crate::guilds::change(&db, me.id, id, name.as_ref(), icon_url).await?;
    GuildDetail::find(&db, me.id, id).await
}

/// Delete a guild. For its owner.
#[utoipa::path(params(("id" = Uuid, Path)), security(("bearer" = [])), tag = "guilds",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[delete("/guilds/{id}")]
async fn delete_guild(me: SignedIn, id: Path<Uuid>, db: Data<Database>) -> Result<HttpResponse, Problem> {
    crate::guilds::delete(&db.connection().await?, me.id, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
#[garde(allow_unvalidated)]
pub struct NewOwner {
    user_id: UserId,
}

/// Make another member the owner. For the owner.
#[utoipa::path(params(("id" = Uuid, Path)), request_body = NewOwner, security(("bearer" = [])), tag = "guilds",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[put("/guilds/{id}/owner")]
async fn set_owner(
    First(me, body): First<SignedIn, Body<NewOwner>>,
    id: Path<Uuid>,
    db: Data<Database>,
) -> Result<HttpResponse, Problem> {
    crate::guilds::transfer(&db.connection().await?, me.id, id.into_inner(), body.0.user_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct GuildCode {
    code: String,
}

/// Give a guild a new code to join by; the one before is good no longer. For its owner.
#[utoipa::path(params(("id" = Uuid, Path)), security(("bearer" = [])), tag = "guilds",
    responses((status = 200, body = GuildCode), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[post("/guilds/{id}/code")]
async fn renew_code(me: SignedIn, id: Path<Uuid>, db: Data<Database>) -> Result<Json<GuildCode>, Problem> {
    let code = crate::guilds::renew_code(&db.connection().await?, me.id, id.into_inner()).await?;
    Ok(Json(GuildCode { code }))
}

/// Let nobody join by a code until there is a new one. For the owner.
#[utoipa::path(params(("id" = Uuid, Path)), security(("bearer" = [])), tag = "guilds",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[delete("/guilds/{id}/code")]
async fn remove_code(me: SignedIn, id: Path<Uuid>, db: Data<Database>) -> Result<HttpResponse, Problem> {
    crate::guilds::remove_code(&db.connection().await?, me.id, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
