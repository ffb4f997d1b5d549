//! Guilds over HTTP.

mod board;
mod guild;
mod members;
mod requests;

pub use board::BoardTotal;

use utoipa_actix_web::service_config::ServiceConfig;

/// `/guilds/me` and the like before `/guilds/{id}`.
pub fn routes(config: &mut ServiceConfig) {
    config.configure(board::routes).configure(members::first_routes).configure(guild::routes);
    config.configure(members::routes).configure(requests::routes);
}
