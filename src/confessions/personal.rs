//! What this room holds about a person, and how it forgets it.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::confession::{Column, Entity, forgotten};
use crate::error::Fault;

/// That the person asked, and what they agreed to. Of whom they asked only that somebody was asked:
/// what came of it would be the other one's answer.
pub async fn export(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Value, Fault> {
    let mine = || registrations.iter().copied();
    let own = Entity::find().filter(Column::AskedBy.is_in(mine())).all(db).await?;
    let agreed = Entity::find().filter(Column::AskedOf.is_in(mine())).filter(Column::Agreed.eq(true)).all(db).await?;
    Ok(json!({
        "asked": own.iter().map(|row| json!({"id": row.id, "event_id": row.event_id, "withdrawn": row.withdrawn})).collect::<Vec<_>>(),
        "agreed": agreed.iter().map(|row| json!({"id": row.id, "event_id": row.event_id})).collect::<Vec<_>>(),
    }))
}

/// Forgets what the person asked, and that they were asked.
pub async fn erase(txn: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<(), Fault> {
    let mine = || registrations.iter().copied();
    Entity::delete_many().filter(Column::AskedBy.is_in(mine())).exec(txn).await?;
    forgotten().filter(Column::AskedOf.is_in(mine())).exec(txn).await?;
    Ok(())
}
