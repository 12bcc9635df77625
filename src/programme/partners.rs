//! With whom somebody breaks the ice.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::present::{self, Present};
use super::{icebreaker, icebreaker_seat};

/// Their partners in the latest game; nobody where they were not drawn.
pub async fn of(db: &impl ConnectionTrait, event_id: Uuid, registration_id: Uuid) -> Result<Vec<Present>, DbErr> {
    let Some(latest) = icebreaker::of_event(db, event_id).await?.pop() else { return Ok(Vec::new()) };
    let seats = icebreaker_seat::Entity::find().filter(icebreaker_seat::Column::IcebreakerId.eq(latest.id));
    let own = seats.clone().filter(icebreaker_seat::Column::RegistrationId.eq(registration_id)).one(db).await?;
    let Some(own) = own else { return Ok(Vec::new()) };
    let pair = seats.filter(icebreaker_seat::Column::Pair.eq(own.pair)).all(db).await?;
    let with = pair.into_iter().map(|seat| seat.registration_id).filter(|one| *one != registration_id);
    present::named(db, &with.collect::<Vec<_>>()).await
}
