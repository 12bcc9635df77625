//! A union says how it gives goods for credit.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect};
use serde_json::json;

use super::rule::{self, GoodsRule};
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::organizations::access::OrganizationStaff;
use crate::organizations::organization;

/// Sets the rule. The first time is when booking begins: what closed before was promised to nobody.
///
/// # Errors
/// Only faults.
pub async fn set_rule(app: &App, by: &OrganizationStaff, wish: GoodsRule) -> Result<GoodsRule, Error> {
    let txn = app.database.begin_write().await?;
    // Two who say it first at the same moment say it one after the other.
    let union = organization::Entity::find_by_id(by.organization.id).lock_exclusive().one(&txn).await?;
    let union = union.map_or(by.organization.id, |union| union.id);
    let GoodsRule { open, valid_days, credit_returns } = wish;
    let stored = match rule::Entity::find_by_id(union).one(&txn).await? {
        Some(stored) => {
            let mut row = stored.into_active_model();
            (row.open, row.valid_days, row.credit_returns) = (Set(open), Set(valid_days), Set(credit_returns));
            row.update(&txn).await?
        }
        None => {
            let row = rule::Model { organization_id: union, open, valid_days, credit_returns, since: app.now() };
            row.into_active_model().reset_all().insert(&txn).await?
        }
    };
    Deed::GoodsRuleSet
        .by(by.account.account_id)
        .of_union(union)
        .about("organization", union)
        .with(json!({ "open": open, "valid_days": valid_days, "credit_returns": credit_returns }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(GoodsRule::from(&stored))
}
