//! What this room holds about a person, and how it forgets it.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{crew, device};
use crate::error::Fault;

/// On which evenings the person has a role, and which devices they let in at the door.
pub async fn export(db: &impl ConnectionTrait, account: Uuid) -> Result<Value, Fault> {
    let grants = crew::Entity::find().filter(crew::Column::AccountId.eq(account)).all(db).await?;
    let grants = grants
        .iter()
        .map(|grant| json!({"event_id": grant.event_id, "role": grant.role, "granted_at": grant.granted_at}));
    let devices = device::Entity::find().filter(device::Column::InvitedBy.eq(account)).all(db).await?;
    let devices =
        devices.iter().map(|its| json!({"event_id": its.event_id, "name": its.name, "invited_at": its.invited_at}));
    Ok(json!({"crew": grants.collect::<Vec<_>>(), "devices": devices.collect::<Vec<_>>()}))
}

/// Takes every role back.
pub async fn erase(txn: &impl ConnectionTrait, account: Uuid) -> Result<(), Fault> {
    crew::Entity::delete_many().filter(crew::Column::AccountId.eq(account)).exec(txn).await?;
    Ok(())
}
