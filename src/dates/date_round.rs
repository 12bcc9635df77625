//! 轮: everybody who has a table talks for some minutes.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "date_round")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// Counts from 1.
    pub number: i32,
    pub state: State,
    pub started_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How far a round is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = DateRoundState)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// May still be planned otherwise.
    Planned,
    /// Called out: its tables are what they are.
    Running,
    Finished,
}

/// The round is not in the state this takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongState(pub State);

impl Model {
    /// Whether its tables are history that no plan may touch.
    #[must_use]
    pub fn is_played(&self) -> bool {
        self.state != State::Planned
    }

    /// # Errors
    /// Unless it is planned.
    pub fn start(self, now: DateTime<Utc>) -> Result<Self, WrongState> {
        match self.state {
            State::Planned => Ok(Self { state: State::Running, started_at: Some(now), ..self }),
            other => Err(WrongState(other)),
        }
    }

    /// # Errors
    /// Unless it is running.
    pub fn finish(self, now: DateTime<Utc>) -> Result<Self, WrongState> {
        match self.state {
            State::Running => Ok(Self { state: State::Finished, finished_at: Some(now), ..self }),
            other => Err(WrongState(other)),
        }
    }
}

/// An event's rounds in order, played and planned.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::EventId.eq(event_id)).order_by_asc(Column::Number).all(db).await
}
