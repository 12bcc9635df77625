//! The API described by itself: `/api/v1/openapi.json`, browsable at `/api/docs`.

use std::sync::OnceLock;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, ServiceConfig};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa::{PartialSchema, ToSchema};
use utoipa_swagger_ui::SwaggerUi;

use crate::error::Problem;

pub fn described() -> OpenApi {
    let mut components = Components::new();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    // Named by every refusal, and by no call.
    let mut schemas = vec![(Problem::name().into_owned(), Problem::schema())];
    Problem::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("鹊桥 Queqiao")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some("Singles mixers, from the first announcement to the wedding photo."))
                .build(),
        )
        .components(Some(components))
        .build()
}

/// The finished document, as text: as it is drawn up it takes twenty times as much.
#[derive(Clone)]
pub struct Document(Bytes);

impl Document {
    /// Drawn up once, however many houses and workers serve it.
    pub fn once(drawn_up: impl FnOnce() -> OpenApi) -> Self {
        static TEXT: OnceLock<Bytes> = OnceLock::new();
        Self(TEXT.get_or_init(|| drawn_up().to_json().unwrap_or_default().into()).clone())
    }
}

pub async fn document(document: web::Data<Document>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(document.0.clone())
}

pub fn pages(config: &mut ServiceConfig) {
    let browser = SwaggerUi::new("/api/docs/{_:.*}").config(utoipa_swagger_ui::Config::from("/api/v1/openapi.json"));
    config.service(browser);
}
