//! The boards over HTTP.

mod index;
mod page;
mod place;
mod row;
mod standing;

pub use page::PageCache;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(place::get_place)
        .service(page::list_board)
        .service(index::list_boards)
        .service(standing::get_standing);
}
