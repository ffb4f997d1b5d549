//! What is around every request: its id, its time limit, its line in the log, its place in the figures; and that
//! whatever goes wrong inside, a panic too, becomes a [`Problem`] with that id.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONNECTION, HeaderName,
    HeaderValue, ORIGIN, VARY,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::test::TestRequest;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse};
use futures_util::FutureExt;

use super::extract::IsReadingBody;
use super::lifecycle::Lifecycle;
use super::logging::Verbosity;
use super::metrics::Metrics;
use super::request_id::{RequestId, X_REQUEST_ID, client_address};
use super::{Problem, UserId, slashes};

/// The template of a request that was answered before a route was looked for.
#[derive(Clone, Copy)]
pub struct KnownRoute(pub &'static str);

/// What the envelope needs from the process.
pub struct Envelope {
    pub time_limit: Duration,
    pub lifecycle: Lifecycle,
    pub metrics: Data<Metrics>,
    pub verbosity: Arc<Verbosity>,
}

/// The middleware; it stands inside CORS, so that errors carry its headers too.
pub async fn envelope(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let Some(envelope) = request.app_data::<Data<Envelope>>().cloned() else {
        return Err(Problem::internal("the envelope is missing").into());
    };
    slashes::trim(&mut request);
    let _in_flight = envelope.lifecycle.request_begins();
    let id = RequestId::of(&request);
    let method = request.method().clone();
    let client = client_address(request.peer_addr(), request.headers());
    let origin = request.headers().get(ORIGIN).cloned();
    let reading = IsReadingBody::default();
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(reading.clone());

    let handling = AssertUnwindSafe(next.call(request)).catch_unwind();
    let mut response = match tokio::time::timeout(envelope.time_limit, handling).await {
        Ok(Ok(Ok(response))) => as_problem(response.map_into_boxed_body(), &id),
        // An error that did not come as a response has lost its request, like those below.
        Ok(Ok(Err(error))) => stand_in(origin, problem_of(&error, error.as_response_error().status_code()), &id),
        Ok(Err(panic)) => {
            let message = panic.downcast_ref::<&str>().copied().map(str::to_owned);
            let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            stand_in(origin, Problem::internal(format!("panic: {message}")), &id)
        }
        Err(_) if reading.0.get() => {
            let detail = "body: did not arrive in time";
            stand_in(origin, Problem::new(StatusCode::REQUEST_TIMEOUT, detail), &id)
        }
        Err(_) => stand_in(origin, Problem::unavailable("The answer took too long; try again shortly.", 5), &id),
    };
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    if envelope.lifecycle.is_draining() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let known = response.request().extensions().get::<KnownRoute>().copied();
    let pattern = if known.is_none() { response.request().match_pattern() } else { None };
    let route = known.map(|known| known.0).or(pattern.as_deref()).unwrap_or("unmatched");
    let user = response.request().extensions().get::<UserId>().copied();
    // What is said to one is for nobody who uses the same browser later.
    if user.is_some() && !response.headers().contains_key(CACHE_CONTROL) {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let told = Told { method: &method, route, status: response.status().as_u16(), user, client, id: &id };
    told.record(&envelope, began.elapsed());
    Ok(response)
}

/// Gives an answer that needed no waiting all that [`envelope`] gives: whoever answers before it and before CORS calls this.
/// Only for requests without an origin, and for nobody in particular.
pub fn finish_at_once(
    envelope: &Envelope,
    request: ServiceRequest,
    route: KnownRoute,
    began: Instant,
    mut answer: HttpResponse,
) -> ServiceResponse {
    let id = RequestId::of(&request);
    let headers = answer.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(X_REQUEST_ID, value);
    }
    for (name, value) in WITHOUT_ORIGIN {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if envelope.lifecycle.is_draining() {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let status = answer.status().as_u16();
    let told = Told { method: request.method(), route: route.0, status, user: None, client: None, id: &id };
    told.record(envelope, began.elapsed());
    request.into_response(answer)
}

/// What CORS says to a request without an origin, in every answer of this service.
const WITHOUT_ORIGIN: [(HeaderName, &str); 3] = [
    (ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
    (ACCESS_CONTROL_EXPOSE_HEADERS, "x-request-id, retry-after"),
    (VARY, "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
];

/// Gives an error its final form: one shape, with the request's id.
fn as_problem(response: ServiceResponse, id: &RequestId) -> ServiceResponse {
    let Some(error) = response.response().error() else { return response };
    let problem = problem_of(error, response.status());
    log_cause(&problem, id);
    response.into_response(problem.response(&id.0))
}

fn problem_of(error: &Error, status: StatusCode) -> Problem {
    match error.as_error::<Problem>() {
        Some(problem) => problem.clone(),
        None if status.is_server_error() => Problem::internal(error),
        None => Problem::new(status, error.to_string()),
    }
}

/// The answer to a request that went down with its handler; CORS needs no more of it than its origin.
fn stand_in(origin: Option<HeaderValue>, problem: Problem, id: &RequestId) -> ServiceResponse {
    log_cause(&problem, id);
    let mut request = TestRequest::default();
    if let Some(origin) = origin {
        request = request.insert_header((ORIGIN, origin));
    }
    let response: HttpResponse = problem.response(&id.0);
    ServiceResponse::new(request.to_http_request(), response)
}

fn log_cause(problem: &Problem, id: &RequestId) {
    if let Some(cause) = problem.cause() {
        slog_scope::error!("request failed"; "request_id" => &id.0, "error" => cause);
    }
}

/// What is told of a request when it is over.
struct Told<'a> {
    method: &'a Method,
    route: &'a str,
    status: u16,
    user: Option<UserId>,
    client: Option<IpAddr>,
    id: &'a RequestId,
}

impl Told<'_> {
    fn record(&self, envelope: &Envelope, duration: Duration) {
        let Self { method, route, status, user, client, id } = *self;
        // Anybody can invent a method; only known ones may become a label.
        let known =
            [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];
        let method = if known.contains(method) { method.as_str() } else { "other" };
        envelope.metrics.count(method, route, status, duration);
        if envelope.verbosity.takes(status, duration) {
            let user = user.map(|user| user.0.to_string());
            // Where failures come from an operator must know; of everybody else's address the log keeps nothing.
            let client = client.filter(|_| status >= 400).map(|client| client.to_string());
            let milliseconds = duration.as_secs_f64() * 1000.0;
            let fields = slog::kv!("method" => method, "route" => route, "status" => status,
                "milliseconds" => milliseconds, "user_id" => user, "client" => client, "request_id" => &id.0);
            // A failure of ours is a warning, so that `journalctl -p warning` finds it with its request.
            match status >= 500 {
                true => slog_scope::warn!("request"; fields),
                false => slog_scope::info!("request"; fields),
            }
        }
    }
}
