use actix_web::http::header::{HeaderMap, ORIGIN, REFERER};
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::cookie::{self, no_cookie, refresh_cookie};
use super::{InPerson, Pair, SessionError, Tokens, store};
use crate::audit::{self, Action, Entry};
use crate::platform::config::origin_of;
use crate::platform::extract::OptionalBody;
use crate::platform::rate_limit::{Kind, RateLimits};
use crate::platform::{Client, Config, Database, Path, Problem, Time};

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(refresh_session)
        .service(refresh)
        .service(logout)
        .service(logout_all)
        .service(list_sessions)
        .service(delete_session);
}

/// How a client keeps its refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Grant {
    /// As a cookie, which the browser keeps.
    Cookie,
    /// By itself: it is in the answer as well.
    Token,
}

/// Whoever holds these is signed in.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Token {
    access_token: String,
    /// Always `bearer`.
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
    /// With the grant `token`; null otherwise: then the cookie carries it.
    refresh_token: Option<String>,
}

/// The answer to a login or a refresh.
pub fn session_answer(pair: Pair, in_body: bool, config: &Config) -> HttpResponse {
    let cookie = refresh_cookie(pair.refresh.clone(), pair.cookie_life, &config.cookie);
    HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).cookie(cookie).json(Token {
        access_token: pair.access,
        token_type: "bearer",
        expires_in: pair.access_life.as_secs(),
        refresh_token: in_body.then_some(pair.refresh),
    })
}

/// A refresh token, where no cookie carries it.
#[derive(Default, Deserialize, garde::Validate, utoipa::ToSchema)]
#[garde(allow_unvalidated)]
pub struct RefreshToken {
    refresh_token: Option<String>,
}

/// Get a new access token for a refresh token, which is spent by it: the answer has its successor.
///
/// The token comes in the body or in the cookie `refresh_token`; the successor goes the same way. A spent token that
/// comes again later than ten seconds after ends the session.
#[utoipa::path(request_body = Option<RefreshToken>, tag = "sessions",
    responses((status = 200, body = Token), (status = 401, body = Problem), (status = 403, body = Problem)))]
#[post("/users/refresh")]
async fn refresh_session(
    request: HttpRequest,
    client: Client,
    body: OptionalBody<RefreshToken>,
    db: Data<Database>,
    tokens: Data<Tokens>,
    limits: Data<RateLimits>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    renew(&request, &client, body.0, &db, &tokens, &limits, &config).await
}

/// Get a new access token for a refresh token, which is spent by it: the answer has its successor.
///
/// The token comes in the body or in the cookie `refresh_token`; the successor goes the same way. A spent token that
/// comes again later than ten seconds after ends the session.
#[utoipa::path(request_body = Option<RefreshToken>, tag = "sessions",
    responses((status = 200, body = Token), (status = 401, body = Problem), (status = 403, body = Problem)))]
#[post("/auth/refresh")]
async fn refresh(
    request: HttpRequest,
    client: Client,
    body: OptionalBody<RefreshToken>,
    db: Data<Database>,
    tokens: Data<Tokens>,
    limits: Data<RateLimits>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    renew(&request, &client, body.0, &db, &tokens, &limits, &config).await
}

#[allow(clippy::too_many_arguments, reason = "two routes of one handler")]
async fn renew(
    request: &HttpRequest,
    client: &Client,
    body: RefreshToken,
    db: &Database,
    tokens: &Tokens,
    limits: &RateLimits,
    config: &Config,
) -> Result<HttpResponse, Problem> {
    let in_body = body.refresh_token.is_some();
    let token = match body.refresh_token {
        Some(token) => token,
        None => from_cookie(request, tokens, config)?
            .ok_or_else(|| Problem::unauthorized("There is no refresh token; sign in."))?,
    };
    if let Some(known) = tokens.read_refresh(&token) {
        limits.account(Kind::Refresh, &known.session.to_string())?;
    }
    match super::refresh(db, tokens, client, &token).await {
        Ok(pair) => Ok(session_answer(pair, in_body, config)),
        Err(SessionError::Invalid) => {
            let problem = Problem::from(SessionError::Invalid);
            Ok(without_cookie(problem, request, config))
        }
        Err(error) => Err(error.into()),
    }
}

/// The problem as an answer that also takes the cookie away.
fn without_cookie(problem: Problem, request: &HttpRequest, config: &Config) -> HttpResponse {
    let mut response = problem.answer_to(request);
    // A cookie is always a header value that can be sent.
    let _ = response.add_cookie(&no_cookie(&config.cookie));
    response
}

/// The cookie's token, unless another site's page makes the browser send it. Of several the one that is ours: the
/// service before may have left one for its own path.
fn from_cookie(request: &HttpRequest, tokens: &Tokens, config: &Config) -> Result<Option<String>, Problem> {
    let cookies = request.cookies().map_err(|_| Problem::bad_request("Cookie: cannot be read"))?;
    let ours = cookies.iter().filter(|cookie| cookie.name() == cookie::NAME && !cookie.value().is_empty());
    let Some(first) = ours.clone().next() else { return Ok(None) };
    if comes_from_elsewhere(request.headers(), config) {
        return Err(Problem::forbidden("The request comes from a page of another site."));
    }
    let good = ours.clone().find(|cookie| tokens.read_refresh(cookie.value()).is_some());
    Ok(Some(good.unwrap_or(first).value().to_owned()))
}

/// Whether a browser says that a page of a foreign origin sends this. The whole origin is compared.
fn comes_from_elsewhere(headers: &HeaderMap, config: &Config) -> bool {
    let sender = headers.get(ORIGIN).or_else(|| headers.get(REFERER));
    let Some(sender) = sender else { return false };
    let origin = sender.to_str().ok().and_then(origin_of);
    !origin.is_some_and(|origin| config.origins.contains(&origin) || origin_of(&config.base_url) == Some(origin))
}

/// End the session of the access token, and that of the refresh token in the body or the cookie.
#[utoipa::path(request_body = Option<RefreshToken>, security(("bearer" = []), ()), tag = "sessions",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem)))]
#[post("/auth/logout")]
async fn logout(
    request: HttpRequest,
    me: Option<InPerson>,
    client: Client,
    body: OptionalBody<RefreshToken>,
    db: Data<Database>,
    tokens: Data<Tokens>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let token = match body.0.refresh_token {
        Some(token) => Some(token),
        None => from_cookie(&request, &tokens, &config)?,
    };
    let by_refresh = token.and_then(|token| tokens.read_refresh(&token)).map(|token| (token.user, token.session));
    let by_access = me.map(|me| (me.id, me.session));
    if by_refresh.is_none() && by_access.is_none() {
        return Ok(without_cookie(Problem::unauthorized("Nobody is signed in."), &request, &config));
    }
    let connection = db.connection().await?;
    let transaction = connection.begin().await?;
    for (user, session) in by_access.into_iter().chain(by_refresh.filter(|other| Some(*other) != by_access)) {
        if super::end(&transaction, &tokens, user, session).await? {
            audit::record(&transaction, &client, Entry::own(user, Action::SignedOut)).await?;
        }
    }
    transaction.commit().await?;
    Ok(HttpResponse::NoContent().cookie(no_cookie(&config.cookie)).finish())
}

/// End all own sessions, this one too.
#[utoipa::path(security(("bearer" = [])), tag = "sessions",
    responses((status = 204), (status = 401, body = Problem)))]
#[post("/auth/logout-all")]
async fn logout_all(
    me: InPerson,
    client: Client,
    db: Data<Database>,
    tokens: Data<Tokens>,
    config: Data<Config>,
) -> Result<HttpResponse, Problem> {
    let connection = db.connection().await?;
    let transaction = connection.begin().await?;
    super::end_all(&transaction, &tokens, me.id, None).await?;
    let entry = Entry { detail: Some("everywhere"), ..Entry::own(me.id, Action::SignedOut) };
    audit::record(&transaction, &client, entry).await?;
    transaction.commit().await?;
    Ok(HttpResponse::NoContent().cookie(no_cookie(&config.cookie)).finish())
}

/// A login and what was made from it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SessionRead {
    id: Uuid,
    /// What the client called itself.
    device: Option<String>,
    /// From where it was used last.
    address: Option<String>,
    created_at: Time,
    /// To about a minute.
    last_used_at: Time,
    expires_at: Time,
    /// Whether this very request belongs to it.
    is_current: bool,
}

/// The own sessions that go on, the one used last first.
#[utoipa::path(security(("bearer" = [])), tag = "sessions",
    responses((status = 200, body = Vec<SessionRead>), (status = 401, body = Problem)))]
#[get("/auth/sessions")]
async fn list_sessions(me: InPerson, db: Data<Database>) -> Result<Json<Vec<SessionRead>>, Problem> {
    let sessions = store::list_sessions(&*db.reader().await?, me.id).await?;
    let sessions = sessions.into_iter().map(|session| SessionRead {
        id: session.id,
        device: session.device,
        address: session.address.map(|address| address.to_string()),
        created_at: Time(session.created_at),
        last_used_at: Time(session.last_used_at),
        expires_at: Time(session.expires_at),
        is_current: session.id == me.session,
    });
    Ok(Json(sessions.collect()))
}

/// End one of the own sessions. Its tokens are refused within seconds everywhere.
#[utoipa::path(params(("id" = Uuid, Path)), security(("bearer" = [])), tag = "sessions",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[delete("/auth/sessions/{id}")]
async fn delete_session(
    me: InPerson,
    client: Client,
    id: Path<Uuid>,
    db: Data<Database>,
    tokens: Data<Tokens>,
) -> Result<HttpResponse, Problem> {
    let connection = db.connection().await?;
    let transaction = connection.begin().await?;
    if !super::end(&transaction, &tokens, me.id, id.into_inner()).await? {
        transaction.roll_back().await?;
        return Err(SessionError::Unknown.into());
    }
    audit::record(&transaction, &client, Entry::own(me.id, Action::SessionEnded)).await?;
    transaction.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}
