//! What this room holds about a person, and how it forgets it.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ballot, ballot_consent, matched};
use crate::error::Fault;

/// In which open rounds a sealed ballot lies, and in which the person was picked back. Nothing else
/// is held: other picks ceased to exist at the tally.
pub async fn export(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Value, Fault> {
    let mine = || registrations.iter().copied();
    let ballots = ballot::Entity::find().filter(ballot::Column::RegistrationId.is_in(mine())).all(db).await?;
    let one_of_two = Condition::any().add(matched::Column::LoId.is_in(mine())).add(matched::Column::HiId.is_in(mine()));
    let matches = matched::Entity::find().filter(one_of_two).all(db).await?;
    let matches = matches
        .iter()
        .map(|row| json!({"id": row.id, "event_id": row.event_id, "on_stage": row.on_stage, "found_at": row.found_at}));
    Ok(json!({
        "sealed_ballots": ballots.iter().map(|row| json!({"round_id": row.round_id})).collect::<Vec<_>>(),
        "matches": matches.collect::<Vec<_>>(),
    }))
}

/// Takes the person's ballots out of open rounds, and back what they said on others. A match stays: it is somebody else's, too.
pub async fn erase(txn: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<(), Fault> {
    let mine = || registrations.iter().copied();
    ballot::Entity::delete_many().filter(ballot::Column::RegistrationId.is_in(mine())).exec(txn).await?;
    let consents = ballot_consent::Column::RegistrationId.is_in(mine());
    ballot_consent::Entity::delete_many().filter(consents).exec(txn).await?;
    Ok(())
}
