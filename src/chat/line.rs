//! Something said in a chat, by somebody who takes part or by the organizer to all.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Error, Fault, Refused};
use crate::sealed::{self, Sealed};

#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chat_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub room_id: Uuid,
    pub event_id: Uuid,
    /// None: the organizer speaks.
    pub registration_id: Option<Uuid>,
    /// Its place in the one order of the room.
    pub number: i64,
    /// The number of the change that made it what it is: its own at first, then that of each decision about it.
    pub changed: i64,
    /// As it was typed, sealed; of nothing once its author has taken it down.
    #[sea_orm(column_name = "body_sealed")]
    pub body: Sealed,
    /// The event's calendar day it was written on.
    pub day: Date,
    /// Whether a picture was sent with it, whatever became of that.
    pub pictured: bool,
    pub state: State,
    /// What the organizer said when deciding.
    pub reason: Option<String>,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

// So that no log line ever holds one.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {} of a chat", self.number)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = ChatLineState)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its picture waits for the organizer; only its author sees it.
    Pending,
    Shown,
    /// Out of sight because several people reported it; waits for the organizer.
    Reported,
    /// The organizer says no.
    Hidden,
    /// The organizer says yes; reports change nothing any more.
    Kept,
    /// Its author took it down. The row stays so that the day's limit counts it.
    Withdrawn,
}

/// What everybody in the room sees.
pub const SEEN: [State; 2] = [State::Shown, State::Kept];

/// What only its author sees besides.
pub const OWN: [State; 3] = [State::Pending, State::Reported, State::Hidden];

impl State {
    #[must_use]
    pub fn is_seen(self) -> bool {
        SEEN.contains(&self)
    }
}

impl Model {
    /// What was said.
    ///
    /// # Errors
    /// A fault where it was sealed by another house.
    pub fn open_body(&self, app: &App) -> Result<String, Fault> {
        sealed::CHAT_LINE.open(&app.secrets, &[self.id], &self.body)
    }
}

/// Words for the line of this id.
///
/// # Errors
/// Only faults.
pub fn seal(app: &App, id: Uuid, body: &str) -> Result<Sealed, Fault> {
    sealed::CHAT_LINE.seal(&app.secrets, &[id], body)
}

/// Something of an event.
///
/// # Errors
/// 404 where it is not there.
pub async fn find(db: &impl ConnectionTrait, event_id: Uuid, id: Uuid) -> Result<Model, Error> {
    let found = Entity::find_by_id(id).filter(Column::EventId.eq(event_id)).one(db).await?;
    found.ok_or_else(|| Refused::not_found().into())
}

/// As [`find`], held.
///
/// # Errors
/// 404 where it is not there.
pub async fn hold(txn: &impl ConnectionTrait, event_id: Uuid, id: Uuid) -> Result<Model, Error> {
    let held = Entity::find_by_id(id).filter(Column::EventId.eq(event_id)).lock_exclusive().one(txn).await?;
    held.ok_or_else(|| Refused::not_found().into())
}

/// How many lines a person wrote on a day, whatever became of them.
pub async fn written_on(db: &impl ConnectionTrait, registration_id: Uuid, day: NaiveDate) -> Result<u64, DbErr> {
    of_person(registration_id).filter(Column::Day.eq(day)).count(db).await
}

/// How many pictures a person sent on a day, whatever became of them.
pub async fn pictures_on(db: &impl ConnectionTrait, registration_id: Uuid, day: NaiveDate) -> Result<u64, DbErr> {
    of_person(registration_id).filter(Column::Day.eq(day)).filter(Column::Pictured.eq(true)).count(db).await
}

/// When a person wrote last in a room, whatever became of it.
pub async fn last_at(
    db: &impl ConnectionTrait,
    registration_id: Uuid,
    room_id: Uuid,
    day: NaiveDate,
) -> Result<Option<DateTimeUtc>, DbErr> {
    let lines = of_person(registration_id).filter(Column::Day.gte(day)).filter(Column::RoomId.eq(room_id));
    lines.order_by_desc(Column::At).limit(1).select_only().column(Column::At).into_tuple().one(db).await
}

fn of_person(registration_id: Uuid) -> Select<Entity> {
    Entity::find().filter(Column::RegistrationId.eq(registration_id))
}

/// As [`written_on`], before this line.
pub async fn written_before(
    db: &impl ConnectionTrait,
    registration_id: Uuid,
    day: NaiveDate,
    id: Uuid,
) -> Result<u64, DbErr> {
    of_person(registration_id).filter(Column::Day.eq(day)).filter(Column::Id.lt(id)).count(db).await
}
