use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::Tokens;
use crate::platform::{Problem, UserId};

/// The user whose access token a request carries. That the user is still there and active is for the handler's own
/// first statement to see: it reads the user anyway.
#[derive(Debug, Clone, Copy)]
pub struct SignedIn {
    pub id: UserId,
}

impl SignedIn {
    /// The answer to somebody whose account is gone or deactivated.
    pub fn gone() -> Problem {
        Problem::unauthorized("This account is not there any more or has been deactivated.")
    }
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(read(request).map(|id| {
            request.extensions_mut().insert(id);
            Self { id }
        }))
    }
}

fn read(request: &HttpRequest) -> Result<UserId, Problem> {
    let tokens = request.app_data::<Data<Tokens>>().ok_or_else(|| Problem::internal("the token keys are missing"))?;
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| Problem::unauthorized("Sign in first: the request carries no bearer token."))?;
    tokens
        .read_access(token)
        .ok_or_else(|| Problem::unauthorized("The token is not valid or has expired; sign in again."))
}
