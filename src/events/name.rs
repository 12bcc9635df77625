//! What unions and series are called.

use serde::Serialize;
use utoipa::ToSchema;

use super::series;
use crate::organizations::organization;

/// What something is called, and in addresses.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PosterName)]
pub struct Name {
    pub slug: String,
    pub name: String,
    pub name_en: Option<String>,
}

impl From<organization::Model> for Name {
    fn from(union: organization::Model) -> Self {
        Self { slug: union.slug, name: union.name, name_en: union.name_en }
    }
}

impl From<series::Model> for Name {
    fn from(series: series::Model) -> Self {
        Self { slug: series.slug, name: series.name, name_en: series.name_en }
    }
}
