//! Who applied to an event and who came, counted by heads and by employers.

use std::collections::HashSet;

use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QuerySelect};

use crate::checkin::presence;
use crate::registrations::registration::{self, Status};

pub struct Guests {
    /// Applications that were neither rejected nor withdrawn.
    pub applied: usize,
    pub came: HashSet<Uuid>,
    pub employers_applied: HashSet<Uuid>,
    pub employers_came: HashSet<Uuid>,
}

pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Guests, DbErr> {
    let applied = registration::Entity::of_event(event_id)
        .filter(registration::Column::Status.is_not_in([Status::Rejected, Status::Withdrawn]))
        .select_only()
        .columns([registration::Column::Id, registration::Column::UnitId]);
    let applied: Vec<(Uuid, Uuid)> = applied.into_tuple().all(db).await?;
    let came = presence::Entity::who_came(event_id).select_only();
    let came: Vec<Uuid> = came.column(presence::Column::RegistrationId).into_tuple().all(db).await?;
    let came: HashSet<Uuid> = came.into_iter().collect();
    let here = applied.iter().filter(|(registration, _)| came.contains(registration));
    Ok(Guests {
        applied: applied.len(),
        employers_came: here.map(|(_, unit)| *unit).collect(),
        employers_applied: applied.iter().map(|(_, unit)| *unit).collect(),
        came,
    })
}
