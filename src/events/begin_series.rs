//! An organizer begins a series.

use garde::Validate;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::Deserialize;
use utoipa::ToSchema;

use super::refusals::{SLUG_TAKEN, WRONG_ROLE};
use super::series;
use crate::accounts::SignedIn;
use crate::app::App;
use crate::audit::Deed;
use crate::body::{one_line, one_line_or_none, slug_rule};
use crate::error::{Error, FieldError, Refused};
use crate::folding;
use crate::organizations::{organization, staff};

#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSeries {
    /// Slug of the union.
    #[garde(custom(one_line(1, 60)))]
    pub organization: String,
    #[garde(custom(slug_rule))]
    pub slug: String,
    #[garde(custom(one_line(1, 60)))]
    pub name: String,
    #[garde(custom(one_line_or_none(1, 80)))]
    pub name_en: Option<String>,
}

/// 422: no union has the slug that was named.
#[must_use]
pub fn unknown_union() -> Refused {
    Refused::invalid(vec![FieldError::new("organization", "unknown_organization", "no union has this slug")])
}

/// # Errors
/// 403 `wrong_role` where the union is not theirs; 409 `slug_taken`; 422 `invalid`.
pub async fn begin_series(app: &App, by: &SignedIn, wish: NewSeries) -> Result<series::Model, Error> {
    let txn = app.database.begin_write().await?;
    let union = organization::by_slug(&txn, &wish.organization).await?;
    let union = union.ok_or_else(unknown_union)?;
    if !staff::organizes(&txn, by.account_id, union.id).await? {
        return Err(WRONG_ROLE.saying("You are not an organizer of this union.").into());
    }
    let series = series::Model {
        id: app.new_id(),
        organization_id: union.id,
        slug: wish.slug,
        name: folding::line(&wish.name),
        name_en: wish.name_en.as_deref().map(folding::line),
        created_at: app.now(),
    };
    let unique = OnConflict::columns([series::Column::OrganizationId, series::Column::Slug]).do_nothing().to_owned();
    let row = series.clone().into_active_model().reset_all();
    if series::Entity::insert(row).on_conflict(unique).exec_without_returning(&txn).await? == 0 {
        return Err(SLUG_TAKEN.saying("The union has a series of this slug.").into());
    }
    Deed::SeriesBegun.by(by.account_id).of_union(union.id).about("series", series.id).record(&txn, app).await?;
    txn.commit().await?;
    Ok(series)
}
