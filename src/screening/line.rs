//! 候补: the line of those who wait for a seat, each side its own.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::placement;
use crate::error::Fault;
use crate::registrations::registration::{self, Side, Status};

/// Where everybody who waits stands in the line of their side, from 1, by registration.
pub async fn places(db: &impl ConnectionTrait, event_id: Uuid) -> Result<HashMap<Uuid, u64>, Fault> {
    let waiting = placement::Entity::standing_in(event_id, &[Status::Waitlisted])
        .select_only()
        .column(placement::Column::RegistrationId)
        .column(placement::Column::Side);
    let waiting: Vec<(Uuid, Side)> = waiting.into_tuple().all(db).await?;
    let mut lines: HashMap<Side, u64> = HashMap::new();
    let place = |(registration_id, side)| {
        let place = lines.entry(side).or_default();
        *place += 1;
        (registration_id, *place)
    };
    Ok(waiting.into_iter().map(place).collect())
}

/// Where one who waits stands: as many as wait on their side down to them.
pub async fn place(db: &impl ConnectionTrait, waiting: &placement::Model) -> Result<u64, Fault> {
    let ahead = placement::Entity::find()
        .filter(placement::Column::EventId.eq(waiting.event_id))
        .filter(placement::Column::Side.eq(waiting.side))
        .filter(placement::Column::Rank.lte(waiting.rank))
        .join(JoinType::InnerJoin, placement::Entity::to_registration())
        .filter(registration::Column::Status.eq(Status::Waitlisted));
    Ok(ahead.count(db).await?)
}
