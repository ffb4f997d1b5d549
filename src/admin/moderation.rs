use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, patch};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use super::Actor;
use super::store::{self, Filter};
use crate::boards::Live;
use crate::platform::extract::{First, printable};
use crate::platform::paging::{Cursor, Listed};
use crate::platform::{Body, Client, Database, Path, Problem, Query, UserId};
use crate::sessions::Moderator;

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_withheld).service(withhold_user);
}

/// A lifter who was taken off the boards.
#[derive(Serialize, utoipa::ToSchema)]
pub struct WithheldUser {
    id: UserId,
    username: String,
    display_name: Option<String>,
}

/// The lifters who were taken off the boards, by username. For moderators.
#[utoipa::path(params(Cursor), security(("bearer" = [])), tag = "moderation",
    responses((status = 200, body = Listed<WithheldUser>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
#[get("/moderation/users")]
async fn list_withheld(
    _: Moderator,
    page: Query<Cursor>,
    db: Data<Database>,
) -> Result<Json<Listed<WithheldUser>>, Problem> {
    let Cursor { limit, after } = page.0;
    let after = after.unwrap_or_default();
    if after.contains('\0') {
        return Err(Problem::invalid("after", "is not the `next` of a page"));
    }
    let filter = Filter { only_withheld: true, after: &after, ..Filter::default() };
    let accounts = store::list_accounts(&db.connection().await?, &filter, limit + 1).await?;
    let users = accounts.into_iter().map(|account| WithheldUser {
        id: account.id,
        username: account.username,
        display_name: account.display_name,
    });
    Ok(Json(Listed::page(users.collect(), limit, |user: &WithheldUser| user.username.to_lowercase())))
}

#[derive(Deserialize, garde::Validate, utoipa::ToSchema)]
pub struct Withholding {
    /// True: on no board and in no search. False: back again.
    #[garde(skip)]
    is_withheld: bool,
    /// Why; the lifter reads it in the own audit. 1 to 200 characters.
    #[garde(length(chars, min = 1, max = 200), custom(printable))]
    reason: String,
}

/// Take a lifter off the boards, or put them back. For moderators; those can do it to members alone.
#[utoipa::path(params(("user_id" = UserId, Path)), request_body = Withholding, security(("bearer" = [])), tag = "moderation",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
#[patch("/moderation/users/{user_id}")]
async fn withhold_user(
    First(moderator, body): First<Moderator, Body<Withholding>>,
    user_id: Path<UserId>,
    client: Client,
    db: Data<Database>,
    live: Data<Live>,
) -> Result<HttpResponse, Problem> {
    let actor = Actor { id: Some(moderator.0.id), client };
    let Withholding { is_withheld, reason } = body.0;
    super::withhold(&db.connection().await?, &actor, user_id.into_inner(), is_withheld, &reason).await?;
    live.catch_up().await;
    Ok(HttpResponse::NoContent().finish())
}
