//! Whose words somebody does not see on the plaza.

use std::collections::HashSet;

use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QuerySelect, Select};

use crate::registrations::exclusion;
use crate::registrations::registration::{self, Status};

/// Those of an event who left it or were turned away, by their registrations: what they wrote goes
/// with them.
#[must_use]
pub fn gone(event_id: Uuid) -> Select<registration::Entity> {
    registration::Entity::of_event(event_id)
        .filter(registration::Column::Status.is_in([Status::Withdrawn, Status::Rejected]))
        .select_only()
        .column(registration::Column::Id)
}

/// Everybody whose words a person does not see: who is out of their sight, and who is gone.
pub async fn hidden(db: &impl ConnectionTrait, event_id: Uuid, from: Uuid) -> Result<HashSet<Uuid>, DbErr> {
    let mut hidden = exclusion::out_of_sight(db, from).await?;
    hidden.extend(gone(event_id).into_tuple::<Uuid>().all(db).await?);
    Ok(hidden)
}
