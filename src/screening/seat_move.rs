//! A seat that was given back, and who it went to. A row is added once for whoever leaves; one whose seat stayed empty is
//! completed when somebody is promoted to it after all.

use std::fmt;

use queqiao_screening::limit::Obstacle;
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

/// What kept everybody out of a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stuck {
    DoorsOpen,
    Limits(Vec<Obstacle>),
}

const DOORS_OPEN: &str = "doors open";

/// As its row says it, and programs read it.
impl fmt::Display for Stuck {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DoorsOpen => out.write_str(DOORS_OPEN),
            Self::Limits(limits) => {
                let limits: Vec<String> = limits.iter().map(Obstacle::to_string).collect();
                out.write_str(&limits.join(", "))
            }
        }
    }
}

impl Stuck {
    /// What a row says; the names of age bands may have commas in them.
    #[must_use]
    pub fn of_row(text: &str) -> Self {
        if text == DOORS_OPEN {
            return Self::DoorsOpen;
        }
        let (mut limits, mut begun) = (Vec::new(), Vec::new());
        for part in text.split(", ") {
            begun.push(part);
            if let Ok(limit) = begun.join(", ").parse() {
                limits.push(limit);
                begun.clear();
            }
        }
        Self::Limits(limits)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_row_says_is_read_back() {
        let limits = ["seats", "band women/25, 30 min", "unit max", "applicants men"];
        let limits = Stuck::Limits(limits.map(|limit| limit.parse().unwrap()).into());
        for stuck in [Stuck::DoorsOpen, limits] {
            assert_eq!(Stuck::of_row(&stuck.to_string()), stuck);
        }
    }
}
