//! The plan of one evening: what was asked of it and how good it came out.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, IntoActiveModel, QuerySelect};

use crate::error::{Error, Refused};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "date_plan")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: Uuid,
    /// Rises whenever anything a plan depends on changes, presence excepted: who planned from an
    /// older one must plan again.
    pub version: i32,
    /// Where the host asked for another number than the event's settings say.
    pub rounds: Option<i32>,
    pub tables: Option<i32>,
    pub looks_after_the_lowest: bool,
    /// The scores of all dates planned last, played ones not included.
    pub score: i64,
    /// What the fairest choice of pairs could have scored.
    pub best_score: i64,
    /// Whether nothing fairer or better exists.
    pub proven: bool,
    /// None until something was planned.
    pub planned_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What stands where nobody planned anything yet.
    #[must_use]
    pub fn blank(event_id: Uuid) -> Self {
        Self {
            event_id,
            version: 0,
            rounds: None,
            tables: None,
            looks_after_the_lowest: false,
            score: 0,
            best_score: 0,
            proven: true,
            planned_at: None,
        }
    }

    /// Notes that something changed which the next plan must see.
    pub async fn turn_page(&self, txn: &impl ConnectionTrait) -> Result<(), DbErr> {
        let mut row = self.clone().into_active_model();
        row.version = Set(self.version + 1);
        row.update(txn).await.map(drop)
    }
}

/// Holds an event's plan against everybody else who plans, seats or excludes, as long as the transaction lasts.
///
/// # Errors
/// Only faults.
pub async fn hold(txn: &impl ConnectionTrait, event_id: Uuid) -> Result<Model, Error> {
    Entity::insert(Model::blank(event_id).into_active_model())
        .on_conflict(OnConflict::column(Column::EventId).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    let held = Entity::find_by_id(event_id).lock_exclusive().one(txn).await?;
    held.ok_or_else(|| Refused::not_found().into())
}

/// An event's plan, or the blank one.
pub async fn of(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Model, DbErr> {
    Ok(Entity::find_by_id(event_id).one(db).await?.unwrap_or_else(|| Model::blank(event_id)))
}
