//! A role at a union is taken back.

use sea_orm::{ColumnTrait, EntityTrait, ModelTrait, PaginatorTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::access::OrganizationStaff;
use super::refusals::LAST_ORGANIZER;
use super::{organization, staff};
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Refused};

/// Takes a role back, from the next request on.
///
/// # Errors
/// 404, 409 `last_organizer`.
pub async fn revoke(app: &App, by: &OrganizationStaff, grant: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    // The union is held, so that the last two cannot take each other's role at the same moment.
    let union = organization::Entity::find_by_id(by.organization.id).lock_exclusive().one(&txn).await?;
    let union = union.ok_or_else(Refused::not_found)?;
    let of_union = || staff::Entity::find().filter(staff::Column::OrganizationId.eq(union.id));
    let grant = of_union().filter(staff::Column::Id.eq(grant)).one(&txn).await?.ok_or_else(Refused::not_found)?;
    if !by.account.administrator && of_union().count(&txn).await? == 1 {
        return Err(LAST_ORGANIZER.into());
    }
    let entry = Deed::RoleRevoked
        .by(by.account.account_id)
        .of_union(union.id)
        .about("account", grant.account_id)
        .with(json!({"role": grant.role}));
    grant.delete(&txn).await?;
    entry.record(&txn, app).await?;
    txn.commit().await
}
