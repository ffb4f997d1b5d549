//! Pictures of routines: uploaded first, given to a routine then.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, post};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{RoutineError, store};
use crate::pictures::{self, PictureError, Studio};
use crate::platform::{Config, Connection, Database, Problem, UserId};
use crate::sessions::SignedIn;

const PART: &str = "image";
/// Below the folder of all pictures.
const FOLDER: &str = "routines";

pub fn routes(config: &mut ServiceConfig) {
    config.service(create_routine_image);
}

/// The key of a picture that a client names by key or address. Whether the client may is for [`hold`] to say.
pub fn key_of(config: &Config, text: Option<&str>) -> Result<Option<String>, RoutineError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let key = pictures::key_of(config, text).filter(|key| pictures::is_key(FOLDER, key));
    key.map(Some).ok_or(RoutineError::ForeignImage)
}

/// Makes sure that a user may give a picture to a routine, and that it stays until the transaction ends.
pub async fn hold(db: &Connection, user: UserId, key: Option<&str>) -> Result<(), RoutineError> {
    match key {
        Some(key) if !store::hold_image(db, user, key).await? => Err(RoutineError::ForeignImage),
        _ => Ok(()),
    }
}

#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "it is read piece by piece; this is its description")]
pub struct RoutineImageUpload {
    /// A JPEG, PNG or WebP picture of at most 10 MiB and 25 megapixels.
    #[schema(value_type = String, format = Binary, content_media_type = "image/*")]
    image: Vec<u8>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct RoutineImage {
    /// Where it is; to be sent as `image_url` of a routine.
    image_url: String,
    /// The same without the server's name; it does as well.
    image_key: String,
}

/// Upload a picture for a routine. It is made small as the own picture is.
///
/// It goes after a day if no routine has it by then. All pictures of a user together take at most 50 MiB.
#[utoipa::path(request_body(content = RoutineImageUpload, content_type = "multipart/form-data"),
    security(("bearer" = [])), tag = "routines",
    responses((status = 201, body = RoutineImage), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem)))]
#[post("/routines/images")]
async fn create_routine_image(
    me: SignedIn,
    request: HttpRequest,
    payload: Payload,
    db: Data<Database>,
    studio: Data<Studio>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let of_part = |error: PictureError| error.of_part(PART);
    let place = studio.place(me.id).map_err(of_part)?;
    let upload = pictures::read_part(&request, payload, PART).await.map_err(of_part)?;
    let base_url = config.base_url.clone();
    // On its own, so that a client who goes away does not leave a picture half kept.
    let kept = actix_web::rt::spawn(async move {
        let _place = place;
        studio.keep(&db, &config.static_directory, FOLDER, me.id, upload).await.map_err(of_part)
    });
    let image_key = kept.await.map_err(Problem::internal)??;
    Ok(HttpResponse::Created().json(RoutineImage { image_url: pictures::url_of(&base_url, &image_key), image_key }))
}
