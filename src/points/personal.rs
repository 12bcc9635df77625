//! What this room holds about a person. The ledger forgets nothing: it names a registration, and of
//! an erased account nothing else is left.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use super::entry;
use crate::error::Fault;

/// Every line of the person's points.
pub async fn export(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Value, Fault> {
    let mine = entry::Entity::find().filter(entry::Column::RegistrationId.is_in(registrations.iter().copied()));
    let lines = mine.order_by_asc(entry::Column::Id).all(db).await?;
    let lines = lines.iter().map(|line| {
        json!({
            "id": line.id,
            "event_id": line.event_id,
            "rule": line.rule,
            "day": line.day,
            "effect": line.effect,
            "reverses": line.reverses,
            "by_organizer": line.actor_id.is_some(),
            "reason": line.reason,
            "at": line.at,
        })
    });
    Ok(lines.collect())
}
