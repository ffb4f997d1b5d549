//! What is said about paths that nobody serves and methods that a path does not take.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use utoipa::openapi::{OpenApi, PathItem};

use super::Problem;

/// The methods that each route template takes, from the API's own document.
pub struct KnownMethods(BTreeMap<String, String>);

impl KnownMethods {
    pub fn of(document: &OpenApi) -> Self {
        Self(document.paths.paths.iter().map(|(path, item)| (path.clone(), methods(item).join(", "))).collect())
    }
}

fn methods(item: &PathItem) -> Vec<&'static str> {
    [
        ("GET", item.get.is_some()),
        ("POST", item.post.is_some()),
        ("PUT", item.put.is_some()),
        ("PATCH", item.patch.is_some()),
        ("DELETE", item.delete.is_some()),
    ]
    .into_iter()
    .filter_map(|(method, is_there)| is_there.then_some(method))
    .collect()
}

/// Answers whatever no route took: 405 with the methods that there are, or 404.
pub async fn unmatched(request: HttpRequest, known: Data<KnownMethods>) -> Result<HttpResponse, Problem> {
    let template = request.resource_map().match_pattern(request.path());
    match template.and_then(|template| known.0.get(&template).cloned()) {
        Some(allow) => Err(Problem::method_not_allowed(allow)),
        None => Err(Problem::not_found("Not Found")),
    }
}
