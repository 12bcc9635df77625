//! 随手记: what somebody writes down for themselves after a date. Nobody else ever reads it: no call
//! and no page of anybody but the writer asks for it.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, QueryFilter};

use crate::app::App;
use crate::error::Fault;
use crate::sealed::{self, Sealed};

#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "date_note")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub written_by: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub about: Uuid,
    /// Sealed.
    #[sea_orm(column_name = "text_sealed")]
    pub text: Sealed,
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

impl Model {
    /// What was noted.
    ///
    /// # Errors
    /// A fault where it was sealed by another house.
    pub fn open_text(&self, app: &App) -> Result<String, Fault> {
        sealed::DATE_NOTE.open(&app.secrets, &[self.written_by, self.about], &self.text)
    }
}

/// What one person wrote, by whom it is about.
pub async fn written_by(
    db: &impl ConnectionTrait,
    app: &App,
    registration_id: Uuid,
) -> Result<HashMap<Uuid, String>, Fault> {
    let notes = Entity::find().filter(Column::WrittenBy.eq(registration_id)).all(db).await?;
    notes.iter().map(|note| Ok((note.about, note.open_text(app)?))).collect()
}

/// Puts a note in the place of the former one about the same person.
pub async fn put(
    txn: &impl ConnectionTrait,
    app: &App,
    (written_by, about): (Uuid, Uuid),
    text: &str,
) -> Result<(), Fault> {
    let place = OnConflict::columns([Column::WrittenBy, Column::About])
        .update_columns([Column::Text, Column::WrittenAt])
        .to_owned();
    let row = ActiveModel {
        written_by: Set(written_by),
        about: Set(about),
        text: Set(sealed::DATE_NOTE.seal(&app.secrets, &[written_by, about], text)?),
        written_at: Set(app.now()),
    };
    Entity::insert(row).on_conflict(place).exec_without_returning(txn).await?;
    Ok(())
}
