//! The API's document: OpenAPI 3.1, made from the handlers themselves.

use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{HttpResponse, get};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, Content, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Paths, Ref, RefOr, ResponseBuilder,
};
use utoipa_swagger_ui::{Config, SwaggerUi, Url};

/// The document without its paths; those come from the routes.
pub fn base() -> OpenApi {
    let mut components = Components::new();
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build()),
    );
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("repduel")
                .version("1")
                .description(Some(
                    "A strength-training competition. Weights are kilograms, times RFC 3339 in UTC, errors \
                     application/problem+json. Every path is served with and without a slash at its end.",
                ))
                .license(Some(
                    LicenseBuilder::new().name("Apache-2.0 OR MIT").identifier(Some("Apache-2.0 OR MIT")).build(),
                ))
                .build(),
        )
        .paths(Paths::new())
        .components(Some(components))
        .build()
}

/// Says of every operation what is true of all: errors are problems, and a problem may always come.
pub fn complete(mut document: OpenApi) -> OpenApi {
    let operations = document.paths.paths.values_mut().flat_map(|item| {
        [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
    });
    for operation in operations {
        for response in operation.responses.responses.values_mut() {
            if let RefOr::T(response) = response
                && let Some(content) = response.content.shift_remove(JSON)
            {
                let kind = if is_problem(&content) { PROBLEM } else { JSON };
                response.content.insert(kind.to_owned(), content);
            }
        }
        let problem = Content::new(Some(Ref::from_schema_name("Problem")));
        let any = ResponseBuilder::new().description("Any error").content(PROBLEM, problem).build();
        operation.responses.responses.entry("default".to_owned()).or_insert(RefOr::T(any));
    }
    document
}

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

fn is_problem(content: &RefOr<Content>) -> bool {
    let RefOr::T(content) = content else { return false };
    matches!(&content.schema, Some(RefOr::Ref(schema)) if schema.ref_location.ends_with("/Problem"))
}

/// The document as it is sent.
pub struct Document(pub Bytes);

/// This document.
#[utoipa::path(responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)), tag = "service")]
#[get("/openapi.json")]
pub async fn get_document(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(document.0.clone())
}

/// The document to read and try out, at `/api/docs`; its pages are part of this program.
pub fn swagger_ui(config: &mut ServiceConfig, document: OpenApi) {
    let pages = SwaggerUi::new("/api/docs/{_:.*}")
        .url("/api/docs/openapi.json", document)
        .config(Config::new([Url::new("repduel", "/api/docs/openapi.json")]));
    config.service(web::redirect("/api/docs", "/api/docs/index.html")).service(pages);
}
