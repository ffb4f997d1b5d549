//! Payments. None can be configured yet: whoever asks is told so, and nobody is charged.

use actix_web::{HttpResponse, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::platform::Problem;
use crate::sessions::SignedIn;

pub fn routes(config: &mut ServiceConfig) {
    config.service(create_checkout_session).service(create_portal_session);
}

fn not_configured() -> Problem {
    // A day: nothing that a client does changes it.
    Problem::unavailable("payments are not configured", 86_400)
}

/// Begin a payment. This server takes none.
#[utoipa::path(security(("bearer" = [])), tag = "billing",
    responses((status = 401, body = Problem), (status = 503, body = Problem)))]
#[post("/payments/create-checkout-session")]
async fn create_checkout_session(_: SignedIn) -> Result<HttpResponse, Problem> {
    Err(not_configured())
}

/// Open the page on which payments are looked after. This server takes none.
#[utoipa::path(security(("bearer" = [])), tag = "billing",
    responses((status = 401, body = Problem), (status = 503, body = Problem)))]
#[post("/payments/create-portal-session")]
async fn create_portal_session(_: SignedIn) -> Result<HttpResponse, Problem> {
    Err(not_configured())
}
