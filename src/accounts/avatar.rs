//! The own picture: uploaded, replaced, and removed with the account's row always naming the one that is there.

use actix_web::web::{Data, Json, Payload};
use actix_web::{HttpRequest, patch};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{AccountError, UserRead, own_profile, store};
use crate::boards::Live;
use crate::pictures::{self, PictureError, Studio};
use crate::platform::{Config, Database, Problem, UserId};
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
        (status = 413, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
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
        let key = studio.keep(&config.static_directory, FOLDER, upload).await.map_err(of_part)?;
        replace(&db, &config, me.id, &key).await.map_err(Problem::from)?;
        live.catch_up().await;
        Ok::<_, Problem>(own_profile(&*db.reader().await?, me.id, &config.base_url).await?)
    });
    Ok(Json(kept.await.map_err(Problem::internal)??))
}

/// Makes a file that is there the user's picture, and removes the one before.
async fn replace(db: &Database, config: &Config, user: UserId, key: &str) -> Result<(), AccountError> {
    // When this fails, the row may name the new file or the old one: both stay.
    let replaced = store::replace_avatar(&db.connection().await?, user, key).await?;
    let Some(before) = replaced else {
        pictures::remove(&config.static_directory, key).await;
        return Err(AccountError::Gone);
    };
    if let Some(before) = before {
        pictures::remove(&config.static_directory, &before).await;
    }
    Ok(())
}
