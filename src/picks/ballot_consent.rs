//! What the two of a match said on their ballots about the stage and the volunteers. Asked before
//! the close, when nobody knows yet for whom; kept for mutual picks only, and only until the next
//! room has made it their consent.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ballot_consent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub match_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    /// 愿意上台
    pub stage: bool,
    /// 让鹊桥志愿者跟进
    pub follow_up: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
