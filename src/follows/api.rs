use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post};
use utoipa_actix_web::service_config::ServiceConfig;

use super::FollowError;
use super::person::{Relationship, SocialList, SocialPage};
use super::store::lists::{self, Edges};
use crate::platform::{Config, Database, Path, Problem, Query, UserId};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(follow)
        .service(unfollow)
        .service(get_relationship)
        .service(list_followers)
        .service(list_following)
        .service(list_friends);
}

/// Follow a lifter. Doing it twice changes nothing. Following and unfollowing together: 60 times an hour.
#[utoipa::path(params(("user_id" = UserId, Path)), security(("bearer" = [])), tag = "social",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
#[post("/users/{user_id}/follow")]
async fn follow(me: SignedIn, user_id: Path<UserId>, db: Data<Database>) -> Result<HttpResponse, Problem> {
    super::follow(&db.connection().await?, me.id, user_id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Follow a lifter no longer. Doing it twice changes nothing.
#[utoipa::path(params(("user_id" = UserId, Path)), security(("bearer" = [])), tag = "social",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
#[delete("/users/{user_id}/follow")]
async fn unfollow(me: SignedIn, user_id: Path<UserId>, db: Data<Database>) -> Result<HttpResponse, Problem> {
    super::unfollow(&db.connection().await?, me.id, user_id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a lifter and oneself are to each other. Somebody whom one has blocked is there, to be unblocked.
#[utoipa::path(params(("user_id" = UserId, Path)), security(("bearer" = [])), tag = "social",
    responses((status = 200, body = Relationship), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/users/{user_id}/relationship")]
async fn get_relationship(
    me: SignedIn,
    user_id: Path<UserId>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<Json<Relationship>, Problem> {
    let person = lists::find_person(&*db.reader().await?, me.id, user_id.into_inner(), &config.base_url).await?;
    Ok(Json(person.ok_or(FollowError::Unknown)?))
}

/// Who follows a lifter, the newest first.
#[utoipa::path(params(("user_id" = UserId, Path), SocialPage), security(("bearer" = [])), tag = "social",
    responses((status = 200, body = SocialList), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/users/{user_id}/followers")]
async fn list_followers(
    me: SignedIn,
    user_id: Path<UserId>,
    page: Query<SocialPage>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<Json<SocialList>, Problem> {
    list(me, user_id.into_inner(), Edges::Followers, page.0, &db, &config).await
}

/// Whom a lifter follows, the newest first.
#[utoipa::path(params(("user_id" = UserId, Path), SocialPage), security(("bearer" = [])), tag = "social",
    responses((status = 200, body = SocialList), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/users/{user_id}/following")]
async fn list_following(
    me: SignedIn,
    user_id: Path<UserId>,
    page: Query<SocialPage>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<Json<SocialList>, Problem> {
    list(me, user_id.into_inner(), Edges::Following, page.0, &db, &config).await
}

/// Whom a lifter follows and is followed by, by when the lifter followed them, the newest first.
#[utoipa::path(params(("user_id" = UserId, Path), SocialPage), security(("bearer" = [])), tag = "social",
    responses((status = 200, body = SocialList), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/users/{user_id}/friends")]
async fn list_friends(
    me: SignedIn,
    user_id: Path<UserId>,
    page: Query<SocialPage>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<Json<SocialList>, Problem> {
    list(me, user_id.into_inner(), Edges::Friends, page.0, &db, &config).await
}

async fn list(
    me: SignedIn,
    user: UserId,
    edges: Edges,
    SocialPage { offset, limit }: SocialPage,
    db: &Database,
    config: &Config,
) -> Result<Json<SocialList>, Problem> {
    let db = db.connection().await?;
    let found = lists::list_edges(&db, me.id, user, edges, (offset, limit), &config.base_url).await?;
    Ok(Json(SocialList::new(found.ok_or(FollowError::Unknown)?, offset)))
}
