//! A list of applicants that was published before the draw.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};

use super::record::Listed;
use crate::error::Fault;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "screening_list")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// The public draw that will break ties, named before it takes place; empty where the house drew at the run.
    pub draw: String,
    /// Merkle root over the lines, hexadecimal.
    pub root: String,
    pub people: i32,
    /// The lines with their salts, as in the record.
    pub entries: String,
    pub published_by: Uuid,
    pub published_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The lines.
    ///
    /// # Errors
    /// A fault where the row cannot be read, which nothing in the program can cause.
    pub fn lines(&self) -> Result<Vec<Listed>, Fault> {
        serde_json::from_str(&self.entries).map_err(Fault::of)
    }
}

/// The list that counts: the one published last.
pub async fn latest(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Option<Model>, DbErr> {
    let lists = Entity::find().filter(Column::EventId.eq(event_id));
    lists.order_by_desc(Column::PublishedAt).order_by_desc(Column::Id).one(db).await
}
