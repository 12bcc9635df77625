//! A draw at an event: what is drawn, among whom and by what; and once its list is fixed, what was published of it.

use chrono::{DateTime, NaiveDate, Utc};
use garde::Validate;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, FromJsonQueryResult, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::body::one_line;
use crate::error::{Error, Fault, Refused};
use queqiao_screening::draw::Prize;
use queqiao_screening::draw_record;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draw")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// Counts the draws of the event from 1.
    pub number: i32,
    pub name: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub among: Among,
    #[sea_orm(column_type = "JsonBinary")]
    pub prizes: Prizes,
    #[sea_orm(column_type = "JsonBinary")]
    pub source: Source,
    /// Whether one person may win more than once: several of its prizes, or after having won at another draw.
    pub again: bool,
    /// Whether whoever is not inside at the draw is passed over.
    pub present: bool,
    pub state: State,
    pub made_by: Uuid,
    pub made_at: DateTimeUtc,
    pub fixed_at: Option<DateTimeUtc>,
    /// The text that the fingerprint is of.
    pub announcement: Option<String>,
    pub fingerprint: Option<String>,
    pub list_root: Option<String>,
    pub people: Option<i32>,
    pub beacon: Option<String>,
    /// The record, byte for byte.
    pub file: Option<String>,
    pub held_by: Option<Uuid>,
    pub held_at: Option<DateTimeUtc>,
    /// Why it was called off.
    pub reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = DrawState)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody but the house knows of it.
    Planned,
    /// The list is fixed and its fingerprint is published.
    Fixed,
    Held,
    CalledOff,
}

/// Among whom is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult, ToSchema)]
#[schema(as = DrawAmong)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Among {
    /// Whoever answered a quiz.
    Quiz { quiz: Uuid },
    /// Whoever answered all quizzes that opened on one day of the event's calendar.
    QuizzesOfDay { day: NaiveDate },
    /// Whoever is inside when the list is fixed.
    Inside {},
    /// Whoever was let in by then.
    Early { before: DateTime<Utc> },
    /// Whoever has a seat; before seats are given, whoever was approved.
    TakingPart {},
}

impl Among {
    /// As forms and the keys of words spell it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Quiz { .. } => "quiz",
            Self::QuizzesOfDay { .. } => "quizzes_of_day",
            Self::Inside {} => "inside",
            Self::Early { .. } => "early",
            Self::TakingPart {} => "taking_part",
        }
    }
}

/// What it is drawn by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult, Validate, ToSchema)]
#[schema(as = DrawSource)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    /// A public draw to come, by name: `双色球 2026090 期`.
    Public {
        #[garde(custom(one_line(1, 200)))]
        named: String,
    },
    /// Numbers called from the floor.
    Hall {},
}

impl Source {
    /// The public draw; None where the hall decides.
    #[must_use]
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Public { named } => Some(named),
            Self::Hall {} => None,
        }
    }
}

impl From<Source> for draw_record::Source {
    fn from(source: Source) -> Self {
        match source {
            Source::Public { named } => Self::Public { named },
            Source::Hall {} => Self::Hall {},
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Prizes(pub Vec<Prize>);

/// A prize to be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDrawPrize {
    #[garde(custom(one_line(1, 60)))]
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// For how many.
    #[garde(range(min = 1, max = 500))]
    #[schema(minimum = 1, maximum = 500)]
    pub seats: u32,
}

impl From<NewDrawPrize> for Prize {
    fn from(prize: NewDrawPrize) -> Self {
        Self { name: prize.name.trim().to_owned(), seats: prize.seats }
    }
}

impl Model {
    /// Whether anybody may know of it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.fixed_at.is_some()
    }

    /// The record of the draw.
    ///
    /// # Errors
    /// A fault where the row cannot be read, which nothing in the program can cause.
    pub fn record(&self) -> Result<Option<draw_record::Record>, Fault> {
        self.file.as_deref().map(|file| serde_json::from_str(file).map_err(Fault::of)).transpose()
    }
}

impl Entity {
    #[must_use]
    pub fn of_event(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id))
    }
}

/// The draws of an event, latest first.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::of_event(event_id).order_by_desc(Column::Number).all(db).await
}

/// Whether anything was published of draws of an event.
pub async fn any_published(db: &impl ConnectionTrait, event_id: Uuid) -> Result<bool, DbErr> {
    Ok(Entity::of_event(event_id).filter(Column::FixedAt.is_not_null()).one(db).await?.is_some())
}

/// A draw of an event.
///
/// # Errors
/// 404 where there is none.
pub async fn find(db: &impl ConnectionTrait, event_id: Uuid, number: i32) -> Result<Model, Error> {
    let found = Entity::of_event(event_id).filter(Column::Number.eq(number)).one(db).await?;
    found.ok_or_else(|| Refused::not_found().into())
}

/// As [`find`], held until the transaction ends.
///
/// # Errors
/// 404 where there is none.
pub async fn hold(txn: &impl ConnectionTrait, event_id: Uuid, number: i32) -> Result<Model, Error> {
    let held = Entity::of_event(event_id).filter(Column::Number.eq(number)).lock_exclusive().one(txn).await?;
    held.ok_or_else(|| Refused::not_found().into())
}
