//! One person in one draw. Two share a pair; where the hall is odd, three share one.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "icebreaker_seat")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub icebreaker_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    /// Counts from 1.
    pub pair: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
