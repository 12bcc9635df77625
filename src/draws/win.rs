//! A prize, and whom it went to.

use std::collections::HashSet;

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};

use super::draw;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draw_win")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub draw_id: Uuid,
    /// The place of the prize among those of the draw, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub prize: i32,
    /// From 1, the smallest ticket first.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seat: i32,
    pub event_id: Uuid,
    pub registration_id: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Who won at an event's draws.
pub async fn winners(db: &impl ConnectionTrait, event_id: Uuid) -> Result<HashSet<Uuid>, DbErr> {
    let won = Entity::find().filter(Column::EventId.eq(event_id)).select_only().column(Column::RegistrationId);
    Ok(won.into_tuple::<Uuid>().all(db).await?.into_iter().collect())
}

/// Who won at the draws of the event whose lists were fixed before this one's: what is fixed later changes nothing of
/// whom an earlier one is drawn among.
pub async fn winners_before(db: &impl ConnectionTrait, draw: &draw::Model) -> Result<HashSet<Uuid>, DbErr> {
    let fixed = draw::Entity::of_event(draw.event_id)
        .select_only()
        .column(draw::Column::Id)
        .column(draw::Column::FixedAt)
        .column(draw::Column::Number);
    let fixed = fixed.into_tuple::<(Uuid, Option<DateTimeUtc>, i32)>().all(db).await?;
    let own = (draw.fixed_at, draw.number);
    let earlier = fixed.into_iter().filter(|(_, at, number)| (*at, *number) < own).map(|(id, ..)| id);
    let earlier: HashSet<Uuid> = earlier.collect();
    let won = of_event(db, draw.event_id).await?.into_iter().filter(|won| earlier.contains(&won.draw_id));
    Ok(won.map(|won| won.registration_id).collect())
}

/// Everything that was won at an event, in the order of the prizes.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Model>, DbErr> {
    let won = Entity::find().filter(Column::EventId.eq(event_id));
    won.order_by_asc(Column::Prize).order_by_asc(Column::Seat).all(db).await
}
