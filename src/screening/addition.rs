//! Seats that were added after the run. Rows are only ever added.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryFilter, QueryOrder};

use super::addition_record::{Addition, Follows};
use super::record::Record;
use super::run;
use crate::error::Fault;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "screening_addition")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub run_id: Uuid,
    /// Counts the additions to the run from 1.
    pub number: i32,
    pub men: i32,
    pub women: i32,
    /// All seats since then.
    pub seats: i32,
    pub reason: String,
    /// SHA-256 of the file, in hexadecimal.
    pub digest: String,
    /// The record, byte for byte as it is published.
    pub file: String,
    pub added_by: Uuid,
    pub added_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// # Errors
    /// A fault where the row cannot be read, which nothing in the program can cause.
    pub fn record(&self) -> Result<Addition, Fault> {
        serde_json::from_str(&self.file).map_err(Fault::of)
    }
}

/// Every addition to the run of an event, oldest first.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Model>, DbErr> {
    let additions = Entity::find().filter(Column::EventId.eq(event_id));
    additions.order_by_asc(Column::Number).all(db).await
}

/// What the next addition follows on.
///
/// # Errors
/// As [`Model::record`].
pub async fn followed(db: &impl ConnectionTrait, run: &run::Model) -> Result<Follows, Fault> {
    match of_event(db, run.event_id).await?.last() {
        Some(last) => Ok(Follows::addition(&last.record()?, last.file.as_bytes())),
        None => {
            let record: Record = serde_json::from_str(&run.file).map_err(Fault::of)?;
            Ok(Follows::run(&record, run.file.as_bytes()))
        }
    }
}
