//! 随手记: what somebody writes down for themselves after a date. Nobody else ever reads it: no call
//! and no page of anybody but the writer asks for it.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};

#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "date_note")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub written_by: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub about: Uuid,
    pub words: String,
    pub written_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

// So that no log line ever holds one.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("note to self")
    }
}

/// Everything one person wrote.
///
/// # Errors
/// Only faults.
pub async fn written_by(db: &impl ConnectionTrait, registration_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::WrittenBy.eq(registration_id)).all(db).await
}

/// Puts a note in the place of the former one about the same person.
///
/// # Errors
/// Only faults.
pub async fn put(txn: &impl ConnectionTrait, note: Model) -> Result<(), DbErr> {
    let place = OnConflict::columns([Column::WrittenBy, Column::About])
        .update_columns([Column::Words, Column::WrittenAt])
        .to_owned();
    let row = ActiveModel {
        written_by: Set(note.written_by),
        about: Set(note.about),
        words: Set(note.words),
        written_at: Set(note.written_at),
    };
    Entity::insert(row).on_conflict(place).exec_without_returning(txn).await?;
    Ok(())
}
