//! One guest's answers, under a mark instead of a name.

use std::collections::{HashMap, HashSet};

use data_encoding::BASE32_NOPAD;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::registrations::handle;

#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: Uuid,
    /// Made from the registration with a key of the house: the same person finds their own answers
    /// again, and nobody who has only the database finds the person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub author: String,
    /// 1 to 5, the best.
    pub overall: i32,
    pub pace: Pace,
    /// Would like to see somebody again.
    pub met: bool,
    /// Would come again.
    pub again: bool,
    pub comment: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How long the dates were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = FeedbackPace)]
pub enum Pace {
    Short,
    Right,
    Long,
}

impl Pace {
    pub const ALL: [Self; 3] = [Self::Short, Self::Right, Self::Long];

    /// As forms and keys of words spell it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Right => "right",
            Self::Long => "long",
        }
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("feedback")
    }
}

/// The mark a person's answers are kept under.
#[must_use]
pub fn author(app: &App, registration_id: Uuid) -> String {
    BASE32_NOPAD.encode(&handle::shuffled(app, "feedback", &[registration_id.as_bytes()]))
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
        .update_columns([Column::Overall, Column::Pace, Column::Met, Column::Again, Column::Comment])
        .to_owned();
    let row = ActiveModel {
        event_id: Set(sheet.event_id),
        author: Set(sheet.author),
        overall: Set(sheet.overall),
        pace: Set(sheet.pace),
        met: Set(sheet.met),
        again: Set(sheet.again),
        comment: Set(sheet.comment),
    };
    Entity::insert(row).on_conflict(place).exec_without_returning(txn).await?;
    Ok(())
}
