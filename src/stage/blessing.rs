//! 祝福: how often one phone blessed one couple on the bridge.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QuerySelect};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "blessing")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub couple_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    pub taps: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// All blessings of a couple together.
pub async fn counted(db: &impl ConnectionTrait, couple_id: Uuid) -> Result<i64, DbErr> {
    let taps =
        Entity::find().filter(Column::CoupleId.eq(couple_id)).select_only().column_as(Column::Taps.sum(), "taps");
    Ok(taps.into_tuple::<Option<i64>>().one(db).await?.flatten().unwrap_or(0))
}
