//! A screening that was carried out. Rows are only ever added, one an event.

use std::collections::HashSet;

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QuerySelect};

use crate::error::Fault;
use queqiao_screening::boards::board::Board;
use queqiao_screening::rules::Rules;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "screening_run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// Counts the runs of the event from 1.
    pub number: i32,
    pub list_id: Uuid,
    /// The rules that were used, after a fallback where one was needed: promotions follow them.
    pub rules: String,
    /// The boards it filled, as JSON; None where the event has one evening.
    pub boards: Option<String>,
    pub draw: String,
    pub beacon: String,
    pub list_root: String,
    pub seed: String,
    pub selected: i32,
    pub waitlisted: i32,
    pub not_selected: i32,
    /// The record, byte for byte as it is published.
    pub file: String,
    pub committed_by: Uuid,
    pub committed_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The rules that were used.
    ///
    /// # Errors
    /// A fault where the row cannot be read, which nothing in the program can cause.
    pub fn rules_used(&self) -> Result<Rules, Fault> {
        serde_json::from_str(&self.rules).map_err(Fault::of)
    }

    /// The boards it filled; nothing where the event has one evening.
    ///
    /// # Errors
    /// A fault where the row cannot be read, which nothing in the program can cause.
    pub fn boards_filled(&self) -> Result<Vec<Board>, Fault> {
        self.boards.as_ref().map_or_else(|| Ok(Vec::new()), |boards| serde_json::from_str(boards).map_err(Fault::of))
    }

    /// The seed of the tickets.
    #[must_use]
    pub fn seed_bytes(&self) -> [u8; 32] {
        super::record::seed_of(&self.seed)
    }
}

/// The run of an event.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::EventId.eq(event_id)).one(db).await
}

/// Which of these events have been screened.
pub async fn events_screened(db: &impl ConnectionTrait, events: &[Uuid]) -> Result<HashSet<Uuid>, DbErr> {
    let runs = Entity::find().filter(Column::EventId.is_in(events.iter().copied()));
    Ok(runs.select_only().column(Column::EventId).into_tuple::<Uuid>().all(db).await?.into_iter().collect())
}

/// The run with this number.
pub async fn numbered(db: &impl ConnectionTrait, event_id: Uuid, number: i32) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::EventId.eq(event_id)).filter(Column::Number.eq(number)).one(db).await
}
