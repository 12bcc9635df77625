//! A number that a guest called out, as the host typed it.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draw_call")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub draw_id: Uuid,
    /// From 1, in the order in which they were called.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i32,
    /// Who called.
    pub registration_id: Uuid,
    pub number: i32,
    pub typed_by: Uuid,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// So many have to call before a draw is held: one alone decides nothing.
pub const FEWEST: usize = 3;
/// A hall that calls on would never see the draw.
pub const MOST: usize = 20;
/// The largest number that is called.
pub const LARGEST: i32 = 9999;

/// The numbers of a draw as they were called.
pub async fn of_draw(db: &impl ConnectionTrait, draw_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::DrawId.eq(draw_id)).order_by_asc(Column::Place).all(db).await
}

/// What a draw in the hall is drawn by: the numbers in their order, with single spaces.
#[must_use]
pub fn beacon(calls: &[Model]) -> String {
    calls.iter().map(|call| call.number.to_string()).collect::<Vec<_>>().join(" ")
}
