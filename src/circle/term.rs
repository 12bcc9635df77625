//! How long a circle lives: by the terms of its event, or until an organizer ended it.

use chrono::{DateTime, Days, NaiveDate, Utc};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use super::terms::Terms;
use crate::error::Fault;
use crate::events::event;
use crate::points::digest::morning_after;

/// An organizer ended a circle before its last day was over.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "circle_end")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: Uuid,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The last day of the event's calendar it was planned to live.
    pub last_day: NaiveDate,
    /// From then on nothing is read or written.
    pub ends_at: DateTime<Utc>,
}

impl Term {
    #[must_use]
    pub fn is_over(self, now: DateTime<Utc>) -> bool {
        self.ends_at <= now
    }
}

/// The day the evening ended on, from which the days of the circle are counted.
#[must_use]
pub fn evening(event: &event::Model) -> NaiveDate {
    event.day(event.ends_at)
}

/// The term of an event's circle; None where it has none.
pub async fn of(db: &impl ConnectionTrait, event: &event::Model) -> Result<Option<Term>, Fault> {
    let Some(terms) = Terms::of(event)? else { return Ok(None) };
    let Some(last_day) = evening(event).checked_add_days(Days::new(terms.days.into())) else { return Ok(None) };
    let Some(by_clock) = morning_after(event, last_day) else { return Ok(None) };
    let by_hand = Entity::find_by_id(event.id).one(db).await?.map_or(by_clock, |end| end.at);
    Ok(Some(Term { last_day, ends_at: by_clock.min(by_hand) }))
}
