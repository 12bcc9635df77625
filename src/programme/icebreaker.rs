//! 穿针引线: one draw of pairs to break the ice. Its seed is kept beside it, so that it can be drawn again.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "icebreaker")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// Counts from 1.
    pub game: i32,
    /// 32 bytes.
    pub seed: Vec<u8>,
    pub drawn_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Every draw of an event, the first one first.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::EventId.eq(event_id)).order_by_asc(Column::Game).all(db).await
}
