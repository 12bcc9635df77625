//! 候补: the line of those who wait for a seat, each side its own.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::placement;
use crate::error::Fault;
use crate::registrations::registration::{Side, Status};

/// Where everybody who waits stands in the line of their side, from 1, by registration.
pub async fn places(db: &impl ConnectionTrait, event_id: Uuid) -> Result<HashMap<Uuid, u64>, Fault> {
    let waiting = placement::Entity::standing_in(event_id, &[Status::Waitlisted]).all(db).await?;
    let mut lines: HashMap<Side, u64> = HashMap::new();
    let place = |one: placement::Model| {
        let place = lines.entry(one.side).or_default();
        *place += 1;
        (one.registration_id, *place)
    };
    Ok(waiting.into_iter().map(place).collect())
}
