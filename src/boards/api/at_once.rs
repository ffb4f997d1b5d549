//! Places that memory knows, answered before a route is looked for: what is asked most must cost least.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderValue, ORIGIN};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse};
use uuid::Uuid;

use super::place::Place;
use crate::boards::filter::{BoardFilter, Filter};
use crate::boards::standpoint::Standpoint;
use crate::boards::view::Boards;
use crate::platform::envelope::{Envelope, KnownRoute, finish_at_once};
use crate::platform::{Config, UserId};
use crate::sessions::{charge_stranger, reader_of_boards};

const ROUTE: KnownRoute = KnownRoute("/api/v1/boards/{board}/users/{user_id}");

/// The middleware for those whom nobody knows, before all others: their answer waits for nothing, so it needs neither a time
/// limit nor an identity. Whatever it does not answer itself goes the usual way, with the same answer.
pub async fn at_once_for_strangers(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody + 'static>, Error> {
    let began = Instant::now();
    let body = match request.headers().contains_key(ORIGIN) {
        true => None,
        false => asked_place(&request).and_then(|(name, user)| known_place(&request, name, user)),
    };
    let envelope = request.app_data::<Data<Envelope>>().cloned();
    // Charged last, and only for what is answered here: everything else is charged on its usual way.
    let known = body.zip(envelope).filter(|_| charge_stranger(&request));
    let Some((body, envelope)) = known else {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    };
    let answer = HttpResponse::Ok().content_type(JSON).body(body);
    Ok(finish_at_once(&envelope, request, ROUTE, began, answer).map_into_right_body())
}

/// The middleware for everybody else, once it is known who they are.
pub async fn at_once(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody + 'static>, Error> {
    let Some(body) = place_of_another(&request) else {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    };
    request.extensions_mut().insert(ROUTE);
    let answer = HttpResponse::Ok().content_type(JSON).body(body);
    Ok(request.into_response(answer).map_into_right_body())
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The board and the lifter whose place is asked for, where nothing else is.
fn asked_place(request: &ServiceRequest) -> Option<(&str, Uuid)> {
    let path = request.match_info().unprocessed().strip_prefix("/api/v1/boards/")?;
    if request.method() != Method::GET || !request.query_string().is_empty() {
        return None;
    }
    let (name, user) = path.split_once("/users/")?;
    Some((name, Uuid::try_parse(user).ok()?))
}

/// The place of somebody else than who asks.
fn place_of_another(request: &ServiceRequest) -> Option<Vec<u8>> {
    let (name, user) = asked_place(request)?;
    let visitor = reader_of_boards(request.request())?;
    if visitor == Some(UserId(user)) {
        return None;
    }
    known_place(request, name, user)
}

/// A place on the board of everybody.
fn known_place(request: &ServiceRequest, name: &str, user: Uuid) -> Option<Vec<u8>> {
    let boards = request.app_data::<Data<Boards>>()?;
    let config = request.app_data::<Data<Config>>()?;
    let filter = Filter::parse(name, &BoardFilter::default(), None, &boards.catalogue, config).ok()?;
    let standpoint = Standpoint::in_memory(boards.live.look().memory()?, filter.list()?, user)?;
    let may_see = standpoint.shows_points || !filter.tells_bodyweight();
    may_see.then(|| Place::seen(name, &filter, &standpoint, None, false, &boards.catalogue).json().ok()).flatten()
}
