//! 举报: somebody finds that something should not stand in the chat.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, PaginatorTrait, QueryFilter};

/// So many different people take something out of sight until the organizer has looked.
pub const ENOUGH: u64 = 2;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chat_report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_id: Uuid,
    /// Who reports; told to nobody.
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    pub reason: String,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How many people reported a line.
pub async fn count(db: &impl ConnectionTrait, line_id: Uuid) -> Result<u64, DbErr> {
    Entity::find().filter(Column::LineId.eq(line_id)).count(db).await
}
