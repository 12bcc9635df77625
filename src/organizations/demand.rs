//! A union demands a second factor of whoever works for it.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect};
use serde::Deserialize;
use utoipa::ToSchema;

use super::access::OrganizationStaff;
use super::organization;
use crate::accounts::refusals::SECOND_FACTOR_OFF;
use crate::accounts::second_factor::factor;
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Refused};

#[derive(Clone, Copy, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecondFactorDemand)]
pub struct Demand {
    #[garde(skip)]
    pub demanded: bool,
}

/// Demands it, or no longer. Whoever has none yet is sent to set one up with their next request.
///
/// # Errors
/// 409 `second_factor_off` where whoever demands it has none: they would shut themselves out.
pub async fn demand(app: &App, by: &OrganizationStaff, demanded: bool) -> Result<organization::Model, Error> {
    let txn = app.database.begin_write().await?;
    let held = organization::Entity::find_by_id(by.organization.id).lock_exclusive().one(&txn).await?;
    let union = held.ok_or_else(Refused::not_found)?;
    if !factor::is_on(&txn, by.account.account_id).await? {
        return Err(SECOND_FACTOR_OFF.into());
    }
    if union.demands_second_factor == demanded {
        return Ok(union);
    }
    let deed = if demanded { Deed::SecondFactorDemanded } else { Deed::SecondFactorNotDemanded };
    deed.by(by.account.account_id).of_union(union.id).record(&txn, app).await?;
    let mut row = union.into_active_model();
    row.demands_second_factor = Set(demanded);
    let union = row.update(&txn).await?;
    txn.commit().await?;
    Ok(union)
}
