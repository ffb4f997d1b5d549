use std::time;

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::platform::config::{self, CookieConfig};

pub const NAME: &str = "refresh_token";
/// Where it is sent: both refresh routes and the logout lie below.
const PATH: &str = "/api/v1";

/// The cookie that carries a refresh token. Without a life of its own it ends with the browser's session.
pub fn refresh_cookie(token: String, life: Option<time::Duration>, config: &CookieConfig) -> Cookie<'static> {
    let same_site = match config.same_site {
        config::SameSite::None => SameSite::None,
        config::SameSite::Lax => SameSite::Lax,
        config::SameSite::Strict => SameSite::Strict,
    };
    let mut cookie = Cookie::build(NAME, token).path(PATH).http_only(true).secure(config.secure).same_site(same_site);
    if let Some(domain) = &config.domain {
        cookie = cookie.domain(domain.clone());
    }
    if let Some(life) = life {
        cookie = cookie.max_age(Duration::seconds(life.as_secs().try_into().unwrap_or(i64::MAX)));
    }
    cookie.finish()
}

/// Takes the cookie away.
pub fn no_cookie(config: &CookieConfig) -> Cookie<'static> {
    refresh_cookie(String::new(), Some(time::Duration::ZERO), config)
}
