//! The own picture: uploaded, replaced, and removed with the account's row always naming the one that is there.

use actix_web::web::{Data, Json, Payload};
use actix_web::{HttpRequest, patch};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{AccountError, UserRead, own_profile, store};
use crate::boards::Live;
use crate::pictures::{self, PictureError, Studio};
use crate::platform::{Config, Connection, Database, Problem, UserId};
use crate::sessions::SignedIn;

const PART: &str = "avatar";
/// Below the folder of all pictures.
const FOLDER: &str = "avatars";

pub fn routes(config: &mut ServiceConfig) {
    config.service(update_own_avatar);
}

#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "it is read piece by piece; this is its description")]
pub struct AvatarUpload {
    /// A JPEG, PNG or WebP picture of at most 10 MiB and 25 megapixels.
    #[schema(value_type = String, format = Binary, content_media_type = "image/*")]
    avatar: Vec<u8>,
}

/// Upload the own picture. It is fitted into 512 by 512 pixels and loses whatever was said in it of where and when.
#[utoipa::path(request_body(content = AvatarUpload, content_type = "multipart/form-data"), security(("bearer" = [])), tag = "accounts",
    responses((status = 200, body = UserRead), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem)))]
#[patch("/users/me/avatar")]
async fn update_own_avatar(
    me: SignedIn,
    request: HttpRequest,
    payload: Payload,
    db: Data<Database>,
    studio: Data<Studio>,
    config: Data<Config>,
    live: Data<Live>,
) -> Result<Json<UserRead>, Problem> {
    let of_part = |error: PictureError| error.of_part(PART);
    let place = studio.place(me.id).map_err(of_part)?;
    let upload = pictures::read_part(&request, payload, PART).await.map_err(of_part)?;
    // On its own, so that a client who goes away does not leave a file that belongs to nobody.
    let kept = actix_web::rt::spawn(async move {
        let _place = place;
        let key = studio.keep(&db, &config.static_directory, FOLDER, me.id, upload).await.map_err(of_part)?;
        replace(&db.connection().await?, &config, me.id, key).await.map_err(Problem::from)?;
        live.catch_up().await;
        Ok::<_, Problem>(own_profile(&*db.reader().await?, me.id, &config.base_url).await?)
    });
    Ok(Json(kept.await.map_err(Problem::internal)??))
}

/// Makes a picture that is there the user's, and removes the one before.
async fn replace(db: &Connection, config: &Config, user: UserId, key: String) -> Result<(), AccountError> {
    // When this fails, the row may name the new picture or the old one: both stay, and one is swept up later.
    let replaced = store::replace_avatar(db, user, &key).await?;
    let is_gone = replaced.is_none();
    let left = replaced.unwrap_or(Some(key));
    pictures::free(db, &config.static_directory, left.as_slice()).await;
    if is_gone { Err(AccountError::Gone) } else { Ok(()) }
}
