//! A union looks at an employer that an applicant wrote down: it takes it in as it is, or says which of its units is
//! meant. Until then nobody of it is approved.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::eligibility::unknown_unit;
use super::refusals::UNIT_SETTLED;
use super::registration;
use crate::accounts::profile;
use crate::app::App;
use crate::audit::Deed;
use crate::database::Write;
use crate::error::{Error, Fault};
use crate::invitations::invitation;
use crate::organizations::organization;
use crate::units::access::UnitKeeper;
use crate::units::{roster_entry, unit, unit_contact};

/// What an employer that somebody wrote down is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypedUnitSettlement {
    /// The unit of the same union that was meant; left out, the union takes it in as it was written.
    #[serde(default)]
    #[garde(skip)]
    pub into: Option<Uuid>,
}

/// Settles an employer, for everybody who wrote it.
///
/// # Errors
/// 409 `unit_settled` where nobody wrote it, or somebody looked at it already; 422 `invalid` where the union has no such
/// unit.
pub async fn settle_unit(app: &App, by: &UnitKeeper, settlement: TypedUnitSettlement) -> Result<unit::Model, Error> {
    let txn = app.database.begin_write().await?;
    // The union is held: of two who look at it at once, one finds it done.
    organization::Entity::find_by_id(by.union.id).lock_exclusive().one(&txn).await?;
    let typed = unit::Entity::find_by_id(by.unit.id).lock_exclusive().one(&txn).await?;
    let typed = typed.filter(|unit| unit.typed_at.is_some()).ok_or(UNIT_SETTLED)?;
    let id = typed.id;
    let (deed, settled) = match settlement.into {
        None => {
            let mut row = typed.into_active_model();
            row.typed_at = Set(None);
            (Deed::UnitAdded, row.update(&txn).await?)
        }
        Some(meant) => {
            let meant = unit::Entity::find_by_id(meant).lock_shared().one(&txn).await?;
            let fits = |unit: &unit::Model| unit.organization_id == typed.organization_id && unit.typed_at.is_none();
            let meant = meant.filter(fits).ok_or_else(unknown_unit)?;
            hand_over(&txn, &typed, &meant).await?;
            (Deed::UnitMapped, meant)
        }
    };
    deed.by(by.account.account_id)
        .of_union(by.union.id)
        .about("unit", settled.id)
        .with(json!({ "typed": id }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(settled)
}

/// Gives everything of one unit to another, and ends it.
async fn hand_over(txn: &Write, from: &unit::Model, to: &unit::Model) -> Result<(), Fault> {
    let (from, to) = (from.id, to.id);
    registration::Entity::update_many()
        .col_expr(registration::Column::UnitId, Expr::value(to))
        .filter(registration::Column::UnitId.eq(from))
        .exec(txn)
        .await?;
    profile::Entity::update_many()
        .col_expr(profile::Column::UnitId, Expr::value(to))
        .filter(profile::Column::UnitId.eq(from))
        .exec(txn)
        .await?;
    invitation::Entity::update_many()
        .col_expr(invitation::Column::UnitId, Expr::value(to))
        .filter(invitation::Column::UnitId.eq(from))
        .exec(txn)
        .await?;
    // Who is known at both stays known once; what is left goes with the unit.
    let listed = Query::select()
        .column(roster_entry::Column::EmailDigest)
        .from(roster_entry::Entity)
        .and_where(roster_entry::Column::UnitId.eq(to))
        .to_owned();
    roster_entry::Entity::update_many()
        .col_expr(roster_entry::Column::UnitId, Expr::value(to))
        .filter(roster_entry::Column::UnitId.eq(from))
        .filter(roster_entry::Column::EmailDigest.not_in_subquery(listed))
        .exec(txn)
        .await?;
    let speaks = Query::select()
        .column(unit_contact::Column::AccountId)
        .from(unit_contact::Entity)
        .and_where(unit_contact::Column::UnitId.eq(to))
        .to_owned();
    unit_contact::Entity::update_many()
        .col_expr(unit_contact::Column::UnitId, Expr::value(to))
        .filter(unit_contact::Column::UnitId.eq(from))
        .filter(unit_contact::Column::AccountId.not_in_subquery(speaks))
        .exec(txn)
        .await?;
    unit::Entity::delete_by_id(from).exec(txn).await?;
    Ok(())
}
