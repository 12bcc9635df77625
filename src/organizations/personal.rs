//! What this room holds about a person, and how it forgets it.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::staff;
use crate::error::Fault;

/// For which unions the person works.
pub async fn export(db: &impl ConnectionTrait, account: Uuid) -> Result<Value, Fault> {
    let grants = staff::Entity::find().filter(staff::Column::AccountId.eq(account)).all(db).await?;
    let grants = grants.iter().map(
        |grant| json!({"organization_id": grant.organization_id, "role": grant.role, "granted_at": grant.granted_at}),
    );
    Ok(json!({"roles": grants.collect::<Vec<_>>()}))
}

/// Takes every role back.
pub async fn erase(txn: &impl ConnectionTrait, account: Uuid) -> Result<(), Fault> {
    staff::Entity::delete_many().filter(staff::Column::AccountId.eq(account)).exec(txn).await?;
    Ok(())
}
