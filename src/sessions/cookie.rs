use actix_web::cookie::{Cookie, SameSite};

use crate::platform::config::{self, CookieConfig};

/// Where the refresh cookie is sent: the refresh route alone.
const PATH: &str = "/api/v1/users/refresh";

/// The cookie that carries a refresh token. It has no life of its own: it ends with the browser's session.
pub fn refresh_cookie(token: String, config: &CookieConfig) -> Cookie<'static> {
    let same_site = match config.same_site {
        config::SameSite::None => SameSite::None,
        config::SameSite::Lax => SameSite::Lax,
        config::SameSite::Strict => SameSite::Strict,
    };
    let mut cookie =
        Cookie::build("refresh_token", token).path(PATH).http_only(true).secure(config.secure).same_site(same_site);
    if let Some(domain) = &config.domain {
        cookie = cookie.domain(domain.clone());
    }
    cookie.finish()
}
