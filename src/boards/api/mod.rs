//! The boards over HTTP.

mod at_once;
mod curve;
mod index;
mod mark;
mod page;
mod place;
mod row;
mod standing;

pub use at_once::{at_once, at_once_for_strangers};
pub(super) use page::PageCache;

use utoipa_actix_web::service_config::ServiceConfig;

/// The one that is asked most; outside the scope, so that its path is matched once.
pub fn first_route(config: &mut ServiceConfig) {
    config.service(place::get_place);
}

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(page::list_board)
        .service(index::list_boards)
        .service(curve::get_curve)
        .service(standing::get_standing);
}
