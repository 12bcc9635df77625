//! Who came to which event: a view over the doors, for rooms that stand before them.

use sea_orm::entity::prelude::*;

use super::registration::Status;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attendance")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    pub account_id: Uuid,
    pub event_id: Uuid,
    pub status: Status,
    pub organization_id: Uuid,
    pub starts_at: DateTimeUtc,
    pub closed_at: Option<DateTimeUtc>,
    /// Was let in, and not by a mistake that was undone.
    pub came: bool,
    /// Somebody was let in: otherwise nobody knows who came.
    pub doors: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
