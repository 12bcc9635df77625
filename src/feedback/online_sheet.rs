//! The answers of somebody who took part online and was not selected, under a mark instead of a name.

use std::collections::{HashMap, HashSet};

use data_encoding::BASE32_NOPAD;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::events::event;
use crate::registrations::handle;
use crate::registrations::registration::Status;

#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "online_feedback")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: Uuid,
    /// As in [`super::sheet`], made for this sheet.
    #[sea_orm(primary_key, auto_increment = false)]
    pub author: String,
    /// The days online; 1 to 5, the best.
    pub overall: i32,
    pub effort: Effort,
    /// It was clear how the selection came about.
    pub clear: bool,
    /// Would apply again.
    pub again: bool,
    pub comment: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How much there was to do for points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = FeedbackEffort)]
pub enum Effort {
    Light,
    Right,
    Heavy,
}

impl Effort {
    pub const ALL: [Self; 3] = [Self::Light, Self::Right, Self::Heavy];

    /// As forms and keys of words spell it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Right => "right",
            Self::Heavy => "heavy",
        }
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("online feedback")
    }
}

/// Whether somebody of this status is asked these questions: they were let in, and no seat was theirs.
#[must_use]
pub fn is_for(status: Status) -> bool {
    matches!(status, Status::Approved | Status::Waitlisted | Status::NotSelected)
}

/// Whether somebody is asked these questions once the event is over: they did not come all the same, and of an event that
/// was called off there is nothing to say.
#[must_use]
pub fn is_asked(event: &event::Model, status: Status, came: bool) -> bool {
    !came && is_for(status) && !event.was_called_off()
}

/// The mark a person's answers are kept under.
#[must_use]
pub fn author(app: &App, registration_id: Uuid) -> String {
    BASE32_NOPAD.encode(&handle::shuffled(app, "online feedback", &[registration_id.as_bytes()]))
}

/// Those of these people who have answered, by their registrations.
pub async fn answered(
    db: &impl ConnectionTrait,
    app: &App,
    event_id: Uuid,
    people: impl IntoIterator<Item = Uuid>,
) -> Result<HashSet<Uuid>, DbErr> {
    let people: HashMap<String, Uuid> = people.into_iter().map(|person| (author(app, person), person)).collect();
    let of_event = Entity::find().filter(Column::EventId.eq(event_id));
    let sheets = of_event.filter(Column::Author.is_in(people.keys().cloned())).all(db).await?;
    Ok(sheets.iter().filter_map(|sheet| people.get(&sheet.author).copied()).collect())
}

/// Puts answers in the place of the person's former ones.
pub async fn put(txn: &impl ConnectionTrait, sheet: Model) -> Result<(), DbErr> {
    let place = OnConflict::columns([Column::EventId, Column::Author])
        .update_columns([Column::Overall, Column::Effort, Column::Clear, Column::Again, Column::Comment])
        .to_owned();
    let row = ActiveModel {
        event_id: Set(sheet.event_id),
        author: Set(sheet.author),
        overall: Set(sheet.overall),
        effort: Set(sheet.effort),
        clear: Set(sheet.clear),
        again: Set(sheet.again),
        comment: Set(sheet.comment),
    };
    Entity::insert(row).on_conflict(place).exec_without_returning(txn).await?;
    Ok(())
}
