//! Whose a request is, found once, before any handler; and what it is charged to.

use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use moka::sync::Cache;
use uuid::Uuid;

use super::{LastUse, Revocations, Tokens, store};
use crate::platform::rate_limit::RateLimits;
use crate::platform::request_id::client_address;
use crate::platform::{Config, Database, Problem, UserId, secret};

/// By what somebody showed who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    Session(Uuid),
    ApiKey { id: Uuid, may_write: bool },
}

impl Credential {
    fn id(self) -> Uuid {
        match self {
            Self::Session(id) | Self::ApiKey { id, .. } => id,
        }
    }
}

/// What is known of whoever sends a request.
#[derive(Clone)]
enum Identity {
    Nobody,
    Known(UserId, Credential),
    /// Something was shown that is not good (any more); this says why.
    Refused(Problem),
}

/// What API keys were looked up lately. One that is taken back is revoked at once; this only spares the look-up.
pub struct KnownKeys(Cache<[u8; 32], (Uuid, UserId, bool)>);

impl Default for KnownKeys {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(60)).build())
    }
}

/// What API keys begin with.
pub const KEY_PREFIX: &str = "rd_";

/// Everything that the middleware needs; none of it is missing in a running service.
struct Tools {
    tokens: Data<Tokens>,
    revocations: Data<Revocations>,
    keys: Data<KnownKeys>,
    limits: Data<RateLimits>,
    db: Data<Database>,
    last_use: Data<LastUse>,
}

impl Tools {
    fn of(request: &ServiceRequest) -> Option<Self> {
        Some(Self {
            tokens: request.app_data::<Data<Tokens>>()?.clone(),
            revocations: request.app_data::<Data<Revocations>>()?.clone(),
            keys: request.app_data::<Data<KnownKeys>>()?.clone(),
            limits: request.app_data::<Data<RateLimits>>()?.clone(),
            db: request.app_data::<Data<Database>>()?.clone(),
            last_use: request.app_data::<Data<LastUse>>()?.clone(),
        })
    }
}

/// The middleware: finds out whose the request is, and refuses it where a limit is used up.
pub async fn identify(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody + 'static>, Error> {
    let tools = Tools::of(&request).ok_or_else(|| Problem::internal("the session's tools are missing"))?;
    let address = client_address(request.peer_addr(), request.headers());
    let zone = Zone::of(&request);
    let mut is_charged = false;
    let identity = match bearer(request.request()) {
        None => Identity::Nobody,
        // A look-up costs, and what has no limit is for everybody anyway.
        Some(key) if key.starts_with(KEY_PREFIX) && zone == Zone::Unlimited => Identity::Nobody,
        Some(key) if key.starts_with(KEY_PREFIX) => {
            let hash = secret::hash(key);
            let known = tools.keys.0.get(&hash);
            if known.is_none() && zone == Zone::General {
                // Looking one up costs: whoever guesses pays as a stranger.
                tools.limits.anonymous(address)?;
                is_charged = true;
            }
            by_key(&tools, hash, known).await
        }
        Some(token) => by_token(&tools, token).await,
    };
    match (&identity, zone) {
        (_, Zone::Unlimited) => {}
        (_, Zone::Auth) => tools.limits.auth_address(address)?,
        (Identity::Known(_, Credential::ApiKey { id, .. }), Zone::General) => tools.limits.user(*id)?,
        (Identity::Known(user, _), Zone::General) => tools.limits.user(user.0)?,
        (_, Zone::General) if is_charged => {}
        (_, Zone::General) => tools.limits.anonymous(address)?,
    }
    if let Identity::Known(user, credential) = identity {
        request.extensions_mut().insert(user);
        tools.last_use.note(credential.id(), address);
    }
    request.extensions_mut().insert(identity);
    next.call(request).await
}

/// What a route is charged to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zone {
    Unlimited,
    Auth,
    General,
}

/// Public reads that any cache may keep, and what machines ask to see whether this one lives.
const UNLIMITED: [&str; 7] =
    ["/scenarios", "/standards/", "/ranks/get_rank_progress", "/static/", "/health", "/version", "/openapi.json"];
/// Below one of them, and yet several queries each.
const COSTLY: &str = "/health/queue";
const AUTH: [&str; 10] = [
    "/users/login",
    "/users/refresh",
    "/auth/login",
    "/auth/refresh",
    "/auth/register",
    "/auth/logout",
    "/auth/forgot-password",
    "/auth/reset-password",
    "/auth/verify-email",
    "/auth/send-verification",
];

impl Zone {
    fn of(request: &ServiceRequest) -> Self {
        // As the router reads it: an escaped letter must not lead around a limit.
        let path = request.match_info().unprocessed();
        let path = path.strip_prefix("/api/v1").unwrap_or(path);
        if request.method() == Method::POST && (path == "/users" || AUTH.contains(&path)) {
            return Self::Auth;
        }
        let is_read = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
        if is_read && path != COSTLY && (path == "/" || UNLIMITED.iter().any(|start| path.starts_with(start))) {
            return Self::Unlimited;
        }
        Self::General
    }
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

async fn by_token(tools: &Tools, token: &str) -> Identity {
    let Some(access) = tools.tokens.read_access(token) else {
        return Identity::Refused(Problem::unauthorized("The token is not valid or has expired; sign in again."));
    };
    let ended = "This session has ended; sign in again.";
    unless_revoked(tools, access.user, Credential::Session(access.session), ended).await
}

async fn by_key(tools: &Tools, hash: [u8; 32], known: Option<(Uuid, UserId, bool)>) -> Identity {
    let gone = "The API key is not valid (any more).";
    let found = match known {
        Some(known) => Ok(Some(known)),
        None => look_up(tools, hash).await,
    };
    match found {
        Ok(Some((id, user, may_write))) => {
            unless_revoked(tools, user, Credential::ApiKey { id, may_write }, gone).await
        }
        Ok(None) => Identity::Refused(Problem::unauthorized(gone)),
        Err(problem) => Identity::Refused(problem),
    }
}

async fn look_up(tools: &Tools, hash: [u8; 32]) -> Result<Option<(Uuid, UserId, bool)>, Problem> {
    let found = store::find_key(&*tools.db.reader().await?, &hash).await?;
    let found = found.map(|key| (key.id, key.user, key.may_write));
    if let Some(known) = found {
        tools.keys.0.insert(hash, known);
    }
    Ok(found)
}

async fn unless_revoked(tools: &Tools, user: UserId, credential: Credential, why: &'static str) -> Identity {
    match tools.revocations.hold(&tools.db, [user.0, credential.id()]).await {
        Ok(false) => Identity::Known(user, credential),
        Ok(true) => Identity::Refused(Problem::unauthorized(why)),
        Err(error) => Identity::Refused(error.into()),
    }
}

/// The user whose request this is, by a session or by an API key that may do such a thing.
#[derive(Debug, Clone, Copy)]
pub struct SignedIn {
    pub id: UserId,
    pub by: Credential,
}

impl SignedIn {
    /// The answer to somebody whose account is gone or deactivated.
    pub fn gone() -> Problem {
        Problem::unauthorized("This account is not there any more or has been deactivated.")
    }
}

/// The user whose request this is, by a session: for what no other program may do in a user's place.
#[derive(Debug, Clone, Copy)]
pub struct InPerson {
    pub id: UserId,
    pub session: Uuid,
}

/// Whoever it is: for what everybody may see, and the user may see more of. A token that is not good is nobody's.
#[derive(Debug, Clone, Copy)]
pub struct Visitor(pub Option<UserId>);

/// Whoever may read boards: everybody, or members alone where the server says so.
pub struct BoardReader;

impl FromRequest for BoardReader {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let is_public = request.app_data::<Data<Config>>().is_some_and(|config| config.boards_are_public);
        std::future::ready(if is_public { Ok(Self) } else { signed_in(request).map(|_| Self) })
    }
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(signed_in(request))
    }
}

impl FromRequest for InPerson {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let in_person = signed_in(request).and_then(|me| match me.by {
            Credential::Session(session) => Ok(Self { id: me.id, session }),
            Credential::ApiKey { .. } => Err(Problem::forbidden("An API key cannot do this; sign in.")),
        });
        std::future::ready(in_person)
    }
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let is_known = matches!(request.extensions().get::<Identity>(), Some(Identity::Known(..)));
        std::future::ready(Ok(Self(is_known.then(|| signed_in(request).ok().map(|me| me.id)).flatten())))
    }
}

/// Charges a request that shows nothing of who sends it for reading a public board, before anything else is done with it;
/// false where it has to go the usual way.
pub fn charge_stranger(request: &ServiceRequest) -> bool {
    let is_public = request.app_data::<Data<Config>>().is_some_and(|config| config.boards_are_public);
    let is_stranger = !request.headers().contains_key(AUTHORIZATION);
    let limits = request.app_data::<Data<RateLimits>>().filter(|_| is_public && is_stranger);
    let address = || client_address(request.peer_addr(), request.headers());
    limits.is_some_and(|limits| limits.anonymous(address()).is_ok())
}

/// Who reads a board, if it may be read at all.
pub fn reader_of_boards(request: &HttpRequest) -> Option<Option<UserId>> {
    let is_public = request.app_data::<Data<Config>>().is_some_and(|config| config.boards_are_public);
    let visitor = match request.extensions().get::<Identity>() {
        Some(Identity::Known(id, _)) => Some(*id),
        _ => None,
    };
    (is_public || visitor.is_some()).then_some(visitor)
}

fn signed_in(request: &HttpRequest) -> Result<SignedIn, Problem> {
    match request.extensions().get::<Identity>() {
        Some(Identity::Known(id, by)) => match by {
            Credential::ApiKey { may_write: false, .. } if ![Method::GET, Method::HEAD].contains(request.method()) => {
                Err(Problem::forbidden("This API key may only read; this needs one with the scope write."))
            }
            _ => Ok(SignedIn { id: *id, by: *by }),
        },
        Some(Identity::Refused(problem)) => Err(problem.clone()),
        _ => Err(Problem::unauthorized("Sign in first: the request carries no bearer token.")),
    }
}
