//! `/users/lookup`: existing clients ask at every keystroke.

use actix_web::get;
use actix_web::web::{Data, Json};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::person::{Found, SocialList, SocialPage};
use super::store::lookup::look_up;
use crate::platform::{Config, Database, Problem, Query};
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config.service(look_up_users);
}

#[derive(Deserialize, garde::Validate, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Lookup {
    /// A piece of a username or of a display name, without regard to case; 1 to 64 characters.
    #[garde(length(chars, min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    q: String,
}

/// Lifters by a piece of their name: whose username begins with it first, each by username. At most 1,000 are found.
///
/// Where more have it elsewhere than at the beginning, those are found who came first: names are searched in parts of a
/// hundred thousand until there are enough.
#[utoipa::path(params(Lookup, SocialPage), security(("bearer" = [])), tag = "social",
    responses((status = 200, body = SocialList), (status = 401, body = Problem), (status = 422, body = Problem)))]
#[get("/users/lookup")]
async fn look_up_users(
    me: SignedIn,
    lookup: Query<Lookup>,
    page: Query<SocialPage>,
    db: Data<Database>,
    config: Data<Config>,
) -> Result<Json<SocialList>, Problem> {
    let SocialPage { offset, limit } = page.0;
    let text = lookup.0.q.trim();
    // No name holds a control character, and PostgreSQL no zero byte.
    let found = match text.is_empty() || text.chars().any(char::is_control) {
        true => Found::default(),
        false => look_up(&db.connection().await?, me.id, text, (offset, limit), &config.base_url).await?,
    };
    Ok(Json(SocialList::new(found, offset)))
}
