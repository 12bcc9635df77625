//! 举报: a participant finds that something should not be shown.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::contribution;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "complaint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// Who complains; told to nobody but the organizer.
    pub registration_id: Uuid,
    pub contribution_id: Uuid,
    pub reason: String,
    pub state: State,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<DateTimeUtc>,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintState)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    /// What it was about was taken down.
    Upheld,
    Dismissed,
}

impl Entity {
    #[must_use]
    pub fn of_event(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id))
    }
}

/// Taking something down settles every open complaint about it; its author who does so decides nothing.
pub async fn uphold_open(
    txn: &impl ConnectionTrait,
    about: &contribution::Model,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    if !matches!(about.state, contribution::State::Removed | contribution::State::Withdrawn) {
        return Ok(());
    }
    Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Upheld))
        .col_expr(Column::DecidedBy, Expr::value(by))
        .col_expr(Column::DecidedAt, Expr::value(now))
        .filter(Column::ContributionId.eq(about.id))
        .filter(Column::State.eq(State::Open))
        .exec(txn)
        .await?;
    Ok(())
}
