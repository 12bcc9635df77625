//! Chinese first, English second; both complete.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Language {
    #[default]
    Zh,
    En,
}

impl Language {
    /// The first language of an `Accept-Language` header that is one of ours.
    #[must_use]
    pub fn accepted(header: &str) -> Self {
        header
            .split(',')
            .map(|part| part.trim().to_ascii_lowercase())
            .find_map(|part| match part {
                part if part.starts_with("zh") => Some(Self::Zh),
                part if part.starts_with("en") => Some(Self::En),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// What the browser of a request prefers; none where it says nothing of it.
    #[must_use]
    pub fn of_browser(request: &HttpRequest) -> Option<Self> {
        request.headers().get(ACCEPT_LANGUAGE)?.to_str().ok().map(Self::accepted)
    }

    /// What a request asks for.
    #[must_use]
    pub fn of_request(request: &HttpRequest) -> Self {
        Self::of_browser(request).unwrap_or_default()
    }

    /// One of two texts.
    #[must_use]
    pub fn choose<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// What something is called; in Chinese where it has no other name.
    #[must_use]
    pub fn name<'a>(self, zh: &'a str, en: Option<&'a str>) -> &'a str {
        self.choose(zh, en.unwrap_or(zh))
    }
}
