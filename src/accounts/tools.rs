//! What most rules about accounts need: of the process, and of whoever asks.

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use super::Hasher;
use crate::boards::Live;
use crate::catalogue::Catalogue;
use crate::platform::rate_limit::RateLimits;
use crate::platform::seal::Sealer;
use crate::platform::{Client, Config, Database, Problem};
use crate::sessions::Tokens;

pub struct Tools {
    pub db: Data<Database>,
    pub hasher: Data<Hasher>,
    pub tokens: Data<Tokens>,
    pub limits: Data<RateLimits>,
    pub sealer: Data<Sealer>,
    pub config: Data<Config>,
    pub catalogue: Data<Catalogue>,
    pub live: Data<Live>,
    pub client: Client,
}

impl FromRequest for Tools {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(gather(request))
    }
}

fn gather(request: &HttpRequest) -> Result<Tools, Problem> {
    fn data<T: 'static>(request: &HttpRequest) -> Result<Data<T>, Problem> {
        request.app_data::<Data<T>>().cloned().ok_or_else(|| Problem::internal("a tool of the accounts is missing"))
    }
    Ok(Tools {
        db: data(request)?,
        hasher: data(request)?,
        tokens: data(request)?,
        limits: data(request)?,
        sealer: data(request)?,
        config: data(request)?,
        catalogue: data(request)?,
        live: data(request)?,
        client: Client::of(request),
    })
}
