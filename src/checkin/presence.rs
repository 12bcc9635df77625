//! Who is inside. One row a person, moved by every admitted attempt, so that "who is here" costs
//! one look and a person can be here only once.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::badges::number::Number;
use crate::registrations::registration::Side;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "presence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    pub event_id: Uuid,
    pub side: Side,
    /// The badge number; with `side`, what the person wears.
    pub number: i32,
    /// False after an exit or an undone entry.
    pub inside: bool,
    /// When the person last came in.
    pub since: DateTimeUtc,
    /// Where the person last came in.
    pub device: String,
    /// When somebody last scanned the person in or out.
    pub moved_at: DateTimeUtc,
    /// The attempt that did so: the only one that can be undone.
    pub attempt_id: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How many are inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    pub men: i64,
    pub women: i64,
}

impl Model {
    #[must_use]
    pub fn worn(&self) -> Number {
        Number { side: self.side, number: self.number }
    }
}

impl Entity {
    /// Everybody who is inside now: admitted, and neither gone nor undone.
    #[must_use]
    pub fn inside(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id)).filter(Column::Inside.eq(true))
    }
}

/// Whether a person is inside now.
///
/// # Errors
/// Only faults.
pub async fn is_inside(db: &impl ConnectionTrait, registration_id: Uuid) -> Result<bool, DbErr> {
    Ok(Entity::find_by_id(registration_id).one(db).await?.is_some_and(|presence| presence.inside))
}

/// How many are inside, by side.
///
/// # Errors
/// Only faults.
pub async fn counts(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Counts, DbErr> {
    let rows: Vec<(Side, i64)> = Entity::inside(event_id)
        .select_only()
        .column(Column::Side)
        .column_as(Column::RegistrationId.count(), "people")
        .group_by(Column::Side)
        .into_tuple()
        .all(db)
        .await?;
    let of = |side| rows.iter().find(|(counted, _)| *counted == side).map_or(0, |(_, people)| *people);
    Ok(Counts { men: of(Side::Men), women: of(Side::Women) })
}
