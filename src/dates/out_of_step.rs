//! Who came and who went since the next round was planned: somebody would sit opposite nobody, and
//! somebody else stands aside. The host is told before the round is called.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{date_round, sat_out, sitting};
use crate::badges::number::Number;
use crate::checkin::presence;

/// By badge, in order.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LiveOutOfStep)]
pub struct OutOfStep {
    /// Inside, and without a place in the next round.
    #[schema(example = json!(["男005"]))]
    came: Vec<String>,
    /// At a table of the next round, and gone.
    #[schema(example = json!(["女001"]))]
    left: Vec<String>,
}

/// None where no round is to come.
pub async fn of(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Option<OutOfStep>, DbErr> {
    let rounds = date_round::of_event(db, event_id).await?;
    let Some(next) = rounds.iter().find(|round| !round.is_played()) else { return Ok(None) };
    let tables = sitting::Entity::find().filter(sitting::Column::RoundId.eq(next.id)).all(db).await?;
    let seated: HashSet<Uuid> = tables.iter().flat_map(|table| [table.one_id, table.other_id]).collect();
    let waiting = sat_out::of_rounds(db, [next.id]).await?;
    let waiting: HashSet<Uuid> = waiting.iter().map(|out| out.registration_id).collect();
    let everybody = presence::Entity::find().filter(presence::Column::EventId.eq(event_id)).all(db).await?;
    let placed =
        |guest: &presence::Model| seated.contains(&guest.registration_id) || waiting.contains(&guest.registration_id);
    let came = everybody.iter().filter(|guest| guest.inside && !placed(guest));
    let left = everybody.iter().filter(|guest| !guest.inside && seated.contains(&guest.registration_id));
    Ok(Some(OutOfStep { came: badges(came), left: badges(left) }))
}

fn badges<'a>(guests: impl Iterator<Item = &'a presence::Model>) -> Vec<String> {
    let mut worn: Vec<Number> = guests.map(presence::Model::worn).collect();
    worn.sort_unstable();
    worn.iter().map(ToString::to_string).collect()
}
