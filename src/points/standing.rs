//! What everybody of an event has, folded from the ledger in one reading.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QuerySelect};

use super::entry;
use super::rules::RuleSet;
use crate::error::Fault;
use crate::events::event;
use crate::registrations::registration;

/// The points of every registration of an event, whatever its status; 0 for whoever did nothing.
/// In no particular order. Read it in the transaction that judges by it.
pub async fn of_event(db: &impl ConnectionTrait, event: &event::Model) -> Result<Vec<(Uuid, i64)>, Fault> {
    let rules = RuleSet::of(event)?;
    let everybody = registration::Entity::of_event(event.id)
        .select_only()
        .column(registration::Column::Id)
        .into_tuple::<Uuid>()
        .all(db)
        .await?;
    let (tallies, _) = entry::tallies(db, event.id, None).await?;
    let points = |id: Uuid| tallies.get(&id).map_or(0, |tally| tally.points(&rules));
    Ok(everybody.into_iter().map(|id| (id, points(id))).collect())
}

/// The points of one registration.
pub async fn of_person(db: &impl ConnectionTrait, event: &event::Model, registration_id: Uuid) -> Result<i64, Fault> {
    let tally = entry::tally_of_person(db, event.id, registration_id, None).await?;
    Ok(tally.points(&RuleSet::of(event)?))
}
