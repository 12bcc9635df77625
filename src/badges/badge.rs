//! One badge.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};

use super::number::Number;
use crate::registrations::registration::{self, Side};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "badge")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    #[sea_orm(unique)]
    pub registration_id: Uuid,
    pub side: Side,
    /// Counts from 1 on each side, without gaps; never given to anybody else.
    pub number: i32,
    pub issued_at: DateTimeUtc,
    /// When the letter of the day before was written.
    pub reminded_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The number as it is worn: `男013`.
    #[must_use]
    pub fn label(&self) -> String {
        self.worn().to_string()
    }

    #[must_use]
    pub fn worn(&self) -> Number {
        Number { side: self.side, number: self.number }
    }
}

impl Entity {
    #[must_use]
    pub fn of_event(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id))
    }

    /// To the application of whoever wears it.
    #[must_use]
    pub fn to_registration() -> RelationDef {
        Self::belongs_to(registration::Entity).from(Column::RegistrationId).to(registration::Column::Id).into()
    }
}

/// The badge that wears a number at an event.
pub async fn wearing(db: &impl ConnectionTrait, event_id: Uuid, worn: Number) -> Result<Option<Model>, DbErr> {
    let badges = Entity::of_event(event_id).filter(Column::Side.eq(worn.side));
    badges.filter(Column::Number.eq(worn.number)).one(db).await
}

/// The badge of a registration, where it has one.
pub async fn of_registration(db: &impl ConnectionTrait, registration_id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::RegistrationId.eq(registration_id)).one(db).await
}
