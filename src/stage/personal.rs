//! What this room holds about a person, and how it forgets it.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::blessing::{Column, Entity};
use crate::error::Fault;

/// How often the person blessed how many couples; which ones is the couples' own.
pub async fn export(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Value, Fault> {
    let given = Entity::find().filter(Column::RegistrationId.is_in(registrations.iter().copied())).all(db).await?;
    Ok(json!({ "blessings": given.iter().map(|row| row.taps).collect::<Vec<_>>() }))
}

pub async fn erase(txn: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<(), Fault> {
    let given = Column::RegistrationId.is_in(registrations.iter().copied());
    Entity::delete_many().filter(given).exec(txn).await?;
    Ok(())
}
