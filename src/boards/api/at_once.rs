//! Places that memory knows, answered before a route is looked for: what is asked most must cost least.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse};
use uuid::Uuid;

use super::place::Place;
use crate::boards::filter::{BoardFilter, Filter};
use crate::boards::standpoint::Standpoint;
use crate::boards::view::Boards;
use crate::platform::envelope::KnownRoute;
use crate::platform::{Config, UserId};
use crate::sessions::reader_of_boards;

const ROUTE: KnownRoute = KnownRoute("/api/v1/boards/{board}/users/{user_id}");

/// The middleware. Whatever it does not answer itself goes the usual way, with the same answer.
pub async fn at_once(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody + 'static>, Error> {
    let Some(body) = known_place(&request) else {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    };
    request.extensions_mut().insert(ROUTE);
    let answer = HttpResponse::Ok().content_type("application/json").body(body);
    Ok(request.into_response(answer).map_into_right_body())
}

/// The place of somebody else on the board of everybody.
fn known_place(request: &ServiceRequest) -> Option<Vec<u8>> {
    let path = request.match_info().unprocessed().strip_prefix("/api/v1/boards/")?;
    if request.method() != Method::GET || !request.query_string().is_empty() {
        return None;
    }
    let (name, user) = path.split_once("/users/")?;
    let user = Uuid::try_parse(user).ok()?;
    let visitor = reader_of_boards(request.request())?;
    if visitor == Some(UserId(user)) {
        return None;
    }
    let boards = request.app_data::<Data<Boards>>()?;
    let filter =
        Filter::parse(name, &BoardFilter::default(), None, &boards.catalogue, request.app_data::<Data<Config>>()?);
    let filter = filter.ok()?;
    let standpoint = Standpoint::in_memory(boards.live.look().memory()?, filter.list()?, user)?;
    let may_see = standpoint.shows_points || !filter.tells_bodyweight();
    may_see.then(|| Place::seen(name, &filter, &standpoint, None, false, &boards.catalogue).json().ok()).flatten()
}
