//! What this room holds about a person, and how it forgets it.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::wish;
use crate::error::Fault;

/// Which boards the person wished for.
///
/// # Errors
/// Only faults.
pub async fn export(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Value, Fault> {
    let mine = wish::Entity::find().filter(wish::Column::RegistrationId.is_in(registrations.iter().copied()));
    let mine = mine.all(db).await?;
    let wish = |row: &wish::Model| {
        let boards = serde_json::from_str::<Value>(&row.boards).unwrap_or_default();
        json!({ "event_id": row.event_id, "boards": boards, "at": row.at })
    };
    Ok(mine.iter().map(wish).collect())
}

/// Forgets what the person wished for. A list that was published has it under an applicant number.
///
/// # Errors
/// Only faults.
pub async fn erase(txn: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<(), Fault> {
    let mine = wish::Column::RegistrationId.is_in(registrations.iter().copied());
    wish::Entity::delete_many().filter(mine).exec(txn).await?;
    Ok(())
}
