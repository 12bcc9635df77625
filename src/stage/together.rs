//! Who belongs together, as the wall tells it: by number, as the table map does, and never by name.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::badges::number::Number;
use crate::checkin::presence;
use crate::programme::{icebreaker, icebreaker_seat};
use crate::registrations::group_member;

/// Some who belong together.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StageTogether)]
pub struct Together {
    /// Of the pair, or of the group; from 1.
    number: i32,
    #[schema(example = json!(["男013", "女008"]))]
    badges: Vec<String>,
}

/// The pairs drawn last to break the ice.
pub async fn pairs(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Together>, DbErr> {
    let Some(latest) = icebreaker::of_event(db, event_id).await?.pop() else { return Ok(Vec::new()) };
    let seats = icebreaker_seat::Entity::find().filter(icebreaker_seat::Column::IcebreakerId.eq(latest.id));
    let seats = seats.all(db).await?;
    listed(db, event_id, seats.into_iter().map(|seat| (seat.registration_id, seat.pair))).await
}

/// The groups as they are now.
pub async fn groups(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Together>, DbErr> {
    listed(db, event_id, group_member::of_event(db, event_id).await?).await
}

async fn listed(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    places: impl IntoIterator<Item = (Uuid, i32)>,
) -> Result<Vec<Together>, DbErr> {
    let came = presence::Entity::find().filter(presence::Column::EventId.eq(event_id)).all(db).await?;
    let worn: HashMap<Uuid, Number> = came.iter().map(|guest| (guest.registration_id, guest.worn())).collect();
    let mut together: BTreeMap<i32, Vec<Number>> = BTreeMap::new();
    for (registration_id, number) in places {
        together.entry(number).or_default().extend(worn.get(&registration_id));
    }
    let as_group = |(number, mut badges): (i32, Vec<Number>)| {
        badges.sort_unstable();
        Together { number, badges: badges.iter().map(ToString::to_string).collect() }
    };
    Ok(together.into_iter().map(as_group).collect())
}
