//! When and where somebody's seat is: on a board, or at the event where it has one evening.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::placement;
use crate::boards::terms::{self, Board};
use crate::error::Fault;
use crate::events::event;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// None where the event has one evening, or they have no seat.
    pub board: Option<String>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub venue: String,
}

impl Place {
    /// The board of this name, where there is one.
    #[must_use]
    pub fn of(event: &event::Model, boards: &[Board], board: Option<&str>) -> Self {
        let found = boards.iter().find(|one| Some(one.name.as_str()) == board);
        let (starts_at, ends_at, venue) = found
            .map_or((event.starts_at, event.ends_at, &event.venue), |one| (one.starts_at, one.ends_at, &one.venue));
        Self { board: found.map(|one| one.name.clone()), starts_at, ends_at, venue: venue.clone() }
    }

    /// The event's title, and the board's name behind it.
    #[must_use]
    pub fn titled(&self, title: &str) -> String {
        self.board.as_ref().map_or_else(|| title.to_owned(), |board| format!("{title} · {board}"))
    }
}

/// The places of an event, for whoever has a seat there.
#[derive(Debug, Default)]
pub struct Places {
    boards: Vec<Board>,
    seats: HashMap<Uuid, String>,
}

impl Places {
    /// Where this person's seat is.
    #[must_use]
    pub fn of(&self, event: &event::Model, registration_id: Uuid) -> Place {
        Place::of(event, &self.boards, self.seats.get(&registration_id).map(String::as_str))
    }
}

/// Where these people have their seats.
///
/// # Errors
/// Only faults.
pub async fn of_people(
    db: &impl ConnectionTrait,
    event: &event::Model,
    registrations: impl IntoIterator<Item = Uuid>,
) -> Result<Places, Fault> {
    let boards = terms::of(event)?;
    if boards.is_empty() {
        return Ok(Places::default());
    }
    let seated = placement::Entity::find()
        .select_only()
        .columns([placement::Column::RegistrationId, placement::Column::Board])
        .filter(placement::Column::RegistrationId.is_in(registrations))
        .filter(placement::Column::Seated.eq(true));
    let seats: Vec<(Uuid, Option<String>)> = seated.into_tuple().all(db).await?;
    Ok(Places { boards, seats: seats.into_iter().filter_map(|(id, board)| Some((id, board?))).collect() })
}
