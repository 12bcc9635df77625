//! One word of the host's: this segment, now. Never changed; a slip of the hand is taken back and stays on record.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cue")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// Counts from 1 at each event, those taken back included.
    pub number: i32,
    /// Which segment of the event's programme, from 1; none for an interval, or the end of the evening.
    pub segment: Option<i32>,
    pub called_at: DateTimeUtc,
    pub called_by: Uuid,
    pub taken_back_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The cues that stand, in the order they were called.
pub async fn standing(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Model>, DbErr> {
    let of_event = Entity::find().filter(Column::EventId.eq(event_id)).filter(Column::TakenBackAt.is_null());
    of_event.order_by_asc(Column::Number).all(db).await
}
