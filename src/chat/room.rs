//! One room of a chat: everybody's, or a group's. It numbers whatever changes in it, one thing after the other, so that
//! everybody reads it in one order and knows what they have heard.

use std::fmt;
use std::str::FromStr;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, IntoActiveModel, QueryFilter, QuerySelect};

use super::terms::Terms;
use crate::app::App;
use crate::error::{Error, Refused};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chat_room")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// 0: everybody's; else the group's.
    pub group_number: i32,
    /// The number of what changed last.
    pub last: i64,
    /// What `last` was when everything in it was erased.
    pub erased: i64,
    /// Nobody but the organizer says anything.
    pub read_only: bool,
    /// Where a host said another number than the terms of the event.
    pub slow_seconds: Option<i32>,
    /// Ended before its time, for good.
    pub closed_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The most groups an event has.
const MOST_GROUPS: i32 = 200;

/// Which room, as an address names it: `all`, or the number of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Which(i32);

impl Which {
    pub const ALL: Self = Self(0);

    /// The room of a group.
    #[must_use]
    pub fn of_group(number: i32) -> Self {
        Self(number)
    }

    #[must_use]
    pub fn number(self) -> i32 {
        self.0
    }

    /// The group whose room it is.
    #[must_use]
    pub fn group(self) -> Option<i32> {
        (self.0 > 0).then_some(self.0)
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.group() {
            Some(number) => write!(f, "{number}"),
            None => f.write_str("all"),
        }
    }
}

impl FromStr for Which {
    type Err = Error;

    fn from_str(typed: &str) -> Result<Self, Error> {
        if typed == "all" {
            return Ok(Self::ALL);
        }
        let number = typed.parse().ok().filter(|number| (1..=MOST_GROUPS).contains(number));
        Ok(number.map(Self).ok_or_else(Refused::not_found)?)
    }
}

impl Model {
    /// How long somebody waits between two lines.
    #[must_use]
    pub fn pause(&self, terms: Terms) -> i64 {
        self.slow_seconds.map_or_else(|| terms.slow_seconds.into(), i64::from)
    }

    /// Counts one more change of a room that is held; its number.
    pub async fn count(self, txn: &impl ConnectionTrait) -> Result<i64, DbErr> {
        let number = self.last + 1;
        let mut row = self.into_active_model();
        row.last = Set(number);
        row.update(txn).await?;
        Ok(number)
    }
}

fn of_event(event_id: Uuid, which: Which) -> Select<Entity> {
    Entity::find().filter(Column::EventId.eq(event_id)).filter(Column::GroupNumber.eq(which.number()))
}

/// A room; None where nobody has said or decided anything in it yet.
pub async fn find(db: &impl ConnectionTrait, event_id: Uuid, which: Which) -> Result<Option<Model>, DbErr> {
    of_event(event_id, which).one(db).await
}

/// The rooms of an event in which something was said or decided, everybody's first.
pub async fn all_of(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Model>, DbErr> {
    let mut rooms = Entity::find().filter(Column::EventId.eq(event_id)).all(db).await?;
    rooms.sort_by_key(|room| room.group_number);
    Ok(rooms)
}

/// Holds a room, so that what happens in it happens one thing after the other; begins it where it is the first.
pub async fn hold(txn: &impl ConnectionTrait, app: &App, event_id: Uuid, which: Which) -> Result<Model, DbErr> {
    if let Some(room) = of_event(event_id, which).lock_exclusive().one(txn).await? {
        return Ok(room);
    }
    let row = ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(event_id),
        group_number: Set(which.number()),
        last: Set(0),
        erased: Set(0),
        read_only: Set(false),
        slow_seconds: Set(None),
        closed_at: Set(None),
    };
    let once = OnConflict::new().do_nothing().to_owned();
    Entity::insert(row).on_conflict(once).exec_without_returning(txn).await?;
    let held = of_event(event_id, which).lock_exclusive().one(txn).await?;
    held.ok_or_else(|| DbErr::RecordNotFound("the room of a chat that was just begun".to_owned()))
}

/// As [`hold`], of a room that is there.
///
/// # Errors
/// 404 where it is not.
pub async fn hold_by_id(txn: &impl ConnectionTrait, id: Uuid) -> Result<Model, Error> {
    Ok(Entity::find_by_id(id).lock_exclusive().one(txn).await?.ok_or_else(Refused::not_found)?)
}

/// A room that is there.
///
/// # Errors
/// 404 where it is not.
pub async fn find_by_id(db: &impl ConnectionTrait, id: Uuid) -> Result<Model, Error> {
    Ok(Entity::find_by_id(id).one(db).await?.ok_or_else(Refused::not_found)?)
}
