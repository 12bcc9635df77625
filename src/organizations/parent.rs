//! That a union stands below another: a district's below the city's, a grassroots union below its district or industry.

use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "union_parent")]
pub struct Model {
    /// Whose parent it is: a union has one at most.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    pub parent_id: Uuid,
    pub since: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
