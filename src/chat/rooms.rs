//! The rooms of a chat, for whoever looks after them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::entrance;
use super::line::{self, Column};
use super::room::{self, Which};
use super::transcript::RoomNow;
use crate::app::App;
use crate::error::Error;
use crate::events::event;
use crate::registrations::group_member;

/// How a room is doing. Who is in it is not known to anybody.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ChatRoomState)]
pub struct RoomState {
    /// `all`, or the number of a group.
    pub room: String,
    #[serde(flatten)]
    pub now: RoomNow,
    /// How many lines are in sight.
    pub lines: u64,
}

/// Everybody's room first, then the groups' as far as there are groups or something was said.
///
/// # Errors
/// What [`entrance::open`] says.
pub async fn read(app: &App, event: &event::Model) -> Result<Vec<RoomState>, Error> {
    let db = app.database.reader();
    let terms = entrance::open(db, event, app.now()).await?;
    let rows = room::all_of(db, event.id).await?;
    let mut numbers = BTreeSet::from([Which::ALL]);
    if terms.groups {
        numbers.extend(group_member::of_event(db, event.id).await?.into_values().map(Which::of_group));
    }
    let rows: BTreeMap<Which, room::Model> =
        rows.into_iter().map(|room| (Which::of_group(room.group_number), room)).collect();
    numbers.extend(rows.keys().copied());
    let seen = line::Entity::find().filter(Column::EventId.eq(event.id)).filter(Column::State.is_in(line::SEEN));
    let counted = seen.select_only().column(Column::RoomId).column_as(Column::Id.count(), "lines");
    let counted: HashMap<Uuid, i64> =
        counted.group_by(Column::RoomId).into_tuple::<(Uuid, i64)>().all(db).await?.into_iter().collect();
    let state = |which: Which| {
        let room = rows.get(&which);
        let lines = room.and_then(|room| counted.get(&room.id)).and_then(|lines| u64::try_from(*lines).ok());
        RoomState { room: which.to_string(), now: RoomNow::of(room, terms), lines: lines.unwrap_or(0) }
    };
    Ok(numbers.into_iter().map(state).collect())
}
