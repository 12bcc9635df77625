//! An administrator takes in a union.

use garde::Validate;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::access::Administrator;
use super::organization;
use super::refusals::SLUG_TAKEN;
use crate::app::App;
use crate::audit::Deed;
use crate::body::{one_line, one_line_or_none, slug_rule};
use crate::error::Error;
use crate::folding;

/// A union to be taken in.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganization {
    /// Stands in addresses: 3 to 60 lower-case letters, digits and single hyphens.
    #[garde(custom(slug_rule))]
    #[schema(example = "yanyuan")]
    pub slug: String,
    #[garde(custom(one_line(2, 80)))]
    #[schema(example = "燕园街道总工会")]
    pub name: String,
    #[garde(custom(one_line_or_none(2, 120)))]
    pub name_en: Option<String>,
}

/// Takes in a union; nobody works for it yet.
///
/// # Errors
/// 409 `slug_taken`.
pub async fn create_union(app: &App, by: &Administrator, wish: NewOrganization) -> Result<organization::Model, Error> {
    let txn = app.database.begin_write().await?;
    let union = organization::Model {
        id: app.new_id(),
        slug: wish.slug,
        name: folding::line(&wish.name),
        name_en: wish.name_en.as_deref().map(folding::line),
        created_at: app.now(),
        demands_second_factor: false,
    };
    let written = organization::Entity::insert(union.clone().into_active_model().reset_all())
        .on_conflict(OnConflict::column(organization::Column::Slug).do_nothing().to_owned())
        .exec_without_returning(&txn)
        .await?;
    if written == 0 {
        return Err(SLUG_TAKEN.on("slug").into());
    }
    Deed::OrganizationFounded
        .by(by.0.account_id)
        .of_union(union.id)
        .about("organization", union.id)
        .with(json!({"slug": union.slug}))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(union)
}
