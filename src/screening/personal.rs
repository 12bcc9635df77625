//! What this room holds about a person. A run is a record that anybody can recompute, and forgets
//! nothing: it names applicant numbers, and of an erased account nothing else is left.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::placement;
use crate::error::Fault;

/// How the person stood in every run, and why.
pub async fn export(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Value, Fault> {
    let mine = placement::Entity::find()
        .filter(placement::Column::RegistrationId.is_in(registrations.iter().copied()))
        .all(db)
        .await?;
    let mine = mine.iter().map(|row| {
        json!({
            "event_id": row.event_id,
            "run_id": row.run_id,
            "number": row.number,
            "side": row.side,
            "band": row.band,
            "class": row.class,
            "points": row.points,
            "rank": row.rank,
            "outcome": row.outcome,
            "seated": row.seated,
            "board": row.board,
            "refused_boards": row.refused_boards.as_ref().and_then(|why| serde_json::from_str::<Value>(why).ok()),
            "explanation": serde_json::from_str::<Value>(&row.explanation).unwrap_or_default(),
            "salt": row.salt,
        })
    });
    Ok(mine.collect())
}
