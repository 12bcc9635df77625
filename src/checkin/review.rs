//! Something at the door that an organizer should look at afterwards.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attempt::Reason;
use crate::app::App;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "scan_review")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub attempt_id: Uuid,
    pub kind: Kind,
    pub reason: Option<Reason>,
    /// Of a conflict: the attempt that was first.
    pub against_id: Option<Uuid>,
    pub opened_at: DateTimeUtc,
    pub settled_at: Option<DateTimeUtc>,
    pub settled_by: Option<Uuid>,
    pub note: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = ReviewKind)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A desk without a link let somebody pass whom the server would have refused.
    WouldHaveRefused,
    /// Two desks let the same person in.
    Conflict,
    /// The desk's clock and ours are more than five minutes apart.
    ClockSkew,
    /// The scan makes no sense by itself.
    Unclear,
}

/// What is to be looked at.
#[derive(Clone, Copy, Debug)]
pub struct About {
    pub event_id: Uuid,
    pub attempt_id: Uuid,
    pub kind: Kind,
    pub reason: Option<Reason>,
    pub against: Option<Uuid>,
}

/// Asks an organizer to look, in the transaction of the attempts.
pub async fn open_all(txn: &impl ConnectionTrait, app: &App, about: Vec<About>) -> Result<(), DbErr> {
    if about.is_empty() {
        return Ok(());
    }
    let rows = about.into_iter().map(|about| ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(about.event_id),
        attempt_id: Set(about.attempt_id),
        kind: Set(about.kind),
        reason: Set(about.reason),
        against_id: Set(about.against),
        opened_at: Set(app.now()),
        settled_at: Set(None),
        settled_by: Set(None),
        note: Set(None),
    });
    Entity::insert_many(rows).exec_without_returning(txn).await.map(drop)
}

impl Entity {
    /// What nobody has settled yet.
    #[must_use]
    pub fn unsettled(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id)).filter(Column::SettledAt.is_null())
    }

    /// One of an event, held until the transaction ends.
    #[must_use]
    pub fn find_for_update(event_id: Uuid, id: Uuid) -> Select<Self> {
        Self::find_by_id(id).filter(Column::EventId.eq(event_id)).lock_exclusive()
    }
}
