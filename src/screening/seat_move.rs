//! A seat that was given back, and who it went to. A row is added once for whoever leaves; one whose seat stayed empty is
//! completed when somebody is promoted to it after all.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::registrations::registration::Status;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "seat_move")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub run_id: Uuid,
    /// The registration that held the seat.
    pub leaver_id: Uuid,
    /// The registration it went to; None where nobody fits and the seat stays empty.
    pub newcomer_id: Option<Uuid>,
    pub reason: Reason,
    /// Which limits kept everybody out, where nobody came in.
    pub stuck: Option<String>,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether nobody has come into the seat so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.newcomer_id.is_none()
    }
}

/// Why a seat came free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = SeatMoveReason)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    Declined,
    /// No answer before the deadline.
    Expired,
    /// Took the registration back, or lost it.
    Withdrawn,
}

impl Reason {
    /// Of the status a registration has now; None while it holds its seat.
    #[must_use]
    pub fn of(status: Status) -> Option<Self> {
        match status {
            Status::Declined => Some(Self::Declined),
            Status::Expired => Some(Self::Expired),
            Status::Withdrawn | Status::Rejected => Some(Self::Withdrawn),
            _ => None,
        }
    }
}

/// Every seat that moved, oldest first.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Model>, DbErr> {
    let moves = Entity::find().filter(Column::EventId.eq(event_id));
    moves.order_by_asc(Column::At).order_by_asc(Column::Id).all(db).await
}
