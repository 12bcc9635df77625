//! 桌: two people at a table in one round.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sitting")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub round_id: Uuid,
    /// Counts from 1.
    pub table_number: i32,
    /// The man's registration; where anybody may meet anybody, the smaller id.
    pub one_id: Uuid,
    pub other_id: Uuid,
    /// How well they suit, 0 to 1000.
    pub score: i32,
    /// False where the host says that it did not take place, or its round ended before its minutes began: then it is
    /// no date, and the two may be planned again.
    pub held: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// With whom this person sits here.
    #[must_use]
    pub fn partner_of(&self, registration_id: Uuid) -> Option<Uuid> {
        match registration_id {
            one if one == self.one_id => Some(self.other_id),
            other if other == self.other_id => Some(self.one_id),
            _ => None,
        }
    }
}

/// Every sitting of an event, by table.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::EventId.eq(event_id)).order_by_asc(Column::TableNumber).all(db).await
}
