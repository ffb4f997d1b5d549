//! Uploaded pictures at `/static`. Their names change with their content, so a client may keep one for a year.

use std::path::Path;

use actix_files::Files;
use actix_web::dev::{HttpServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, web};

const FOR_A_YEAR: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The files below `directory`; no listing, nothing hidden, no way out of it.
pub fn serve(directory: &Path) -> impl HttpServiceFactory + use<> {
    let files = Files::new("", directory).default_handler(web::to(super::routing::unmatched));
    web::scope("/static").wrap(from_fn(keep)).service(files)
}

async fn keep(
    request: ServiceRequest,
    next: Next<impl actix_web::body::MessageBody>,
) -> Result<ServiceResponse<impl actix_web::body::MessageBody>, Error> {
    let mut response = next.call(request).await?;
    if response.status().is_success() {
        response.headers_mut().insert(CACHE_CONTROL, FOR_A_YEAR);
    }
    // What we call a picture no browser may take for a page.
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}
