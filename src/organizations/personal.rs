//! What this room holds about a person, and how it forgets it.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

use super::refusals::LAST_ORGANIZER;
use super::{organization, staff};
use crate::error::{Error, Fault};

/// For which unions the person works.
pub async fn export(db: &impl ConnectionTrait, account: Uuid) -> Result<Value, Fault> {
    let grants = staff::Entity::find().filter(staff::Column::AccountId.eq(account)).all(db).await?;
    let grants = grants.iter().map(
        |grant| json!({"organization_id": grant.organization_id, "role": grant.role, "granted_at": grant.granted_at}),
    );
    Ok(json!({"roles": grants.collect::<Vec<_>>()}))
}

/// Refuses where a union would be left with nobody who works for it: its events would go on and nobody would hear.
///
/// # Errors
/// 409 `last_organizer`.
pub async fn may_leave(txn: &impl ConnectionTrait, account: Uuid) -> Result<(), Error> {
    // The unions are held, so that the last two cannot leave at the same moment.
    let unions = organization::Entity::find().filter(organization::worked_for_by(account));
    for union in unions.order_by_asc(organization::Column::Id).lock_exclusive().all(txn).await? {
        let others = staff::Entity::find()
            .filter(staff::Column::OrganizationId.eq(union.id))
            .filter(staff::Column::AccountId.ne(account));
        if others.count(txn).await? == 0 {
            return Err(LAST_ORGANIZER.into());
        }
    }
    Ok(())
}

/// Takes every role back.
pub async fn erase(txn: &impl ConnectionTrait, account: Uuid) -> Result<(), Fault> {
    staff::Entity::delete_many().filter(staff::Column::AccountId.eq(account)).exec(txn).await?;
    Ok(())
}
