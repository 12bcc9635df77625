//! Something a person put on the plaza: a post (风采), a comment on one, a declaration (宣言), or the
//! portrait others know them by.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sight;
use crate::error::{Error, Refused};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contribution")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub registration_id: Uuid,
    pub kind: Kind,
    /// What a comment is about.
    pub post_id: Option<Uuid>,
    /// As it was typed; pages escape it.
    pub body: String,
    /// The event's calendar day it was written on, which is the day it may earn points for.
    pub day: Date,
    pub state: State,
    /// What the organizer said when deciding.
    pub reason: Option<String>,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<DateTimeUtc>,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = ContributionKind)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Post,
    Comment,
    Declaration,
    /// A photo of oneself (形象照); the last one approved is shown beside the nickname.
    Portrait,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = ContributionState)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for the organizer; only its author sees it.
    Pending,
    /// Everybody at the event sees it.
    Approved,
    Rejected,
    /// Was shown and was taken down.
    Removed,
    /// Taken down by its author, with its words and photos; nobody brings it back.
    Withdrawn,
}

/// What an organizer decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ModerationDecision)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approve,
    /// Keeps it from being shown.
    Reject,
    /// Takes down what was shown.
    Remove,
}

/// The decision does not fit what became of it before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongState(pub State);

impl Kind {
    /// Comments are shown at once; what the whole event looks at waits for the organizer.
    #[must_use]
    pub fn first_state(self) -> State {
        match self {
            Self::Post | Self::Declaration | Self::Portrait => State::Pending,
            Self::Comment => State::Approved,
        }
    }

    /// How many of them one person may write on one day.
    #[must_use]
    pub fn most_a_day(self) -> u64 {
        match self {
            Self::Post | Self::Declaration => 10,
            Self::Comment => 100,
            Self::Portrait => 5,
        }
    }
}

impl Model {
    /// Carries out a decision; what is decided that way already stays as it is.
    ///
    /// # Errors
    /// [`WrongState`].
    pub async fn decide(
        self,
        db: &impl ConnectionTrait,
        decision: Decision,
        by: (Uuid, DateTime<Utc>, Option<String>),
    ) -> Result<Result<Self, WrongState>, DbErr> {
        let state = match (decision, self.state) {
            (Decision::Approve, State::Approved)
            | (Decision::Reject, State::Rejected)
            | (Decision::Remove, State::Removed) => return Ok(Ok(self)),
            (Decision::Approve, State::Pending | State::Rejected | State::Removed) => State::Approved,
            (Decision::Reject, State::Pending) => State::Rejected,
            (Decision::Remove, State::Approved) => State::Removed,
            (_, state) => return Ok(Err(WrongState(state))),
        };
        let (actor, now, reason) = by;
        let mut row = self.into_active_model();
        row.state = Set(state);
        row.reason = Set(reason);
        row.decided_by = Set(Some(actor));
        row.decided_at = Set(Some(now));
        row.update(db).await.map(Ok)
    }
}

impl Entity {
    #[must_use]
    pub fn of_event(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id))
    }
}

/// Whose it is.
///
/// # Errors
/// 404 where it is not there.
pub async fn author(db: &impl ConnectionTrait, event_id: Uuid, id: Uuid) -> Result<Uuid, Error> {
    let found = Entity::of_event(event_id).filter(Column::Id.eq(id)).one(db).await?;
    found.map(|found| found.registration_id).ok_or_else(|| Refused::not_found().into())
}

/// Holds something of this event.
///
/// # Errors
/// 404 where it is not there.
pub async fn hold(txn: &impl ConnectionTrait, event_id: Uuid, id: Uuid) -> Result<Model, Error> {
    let held = Entity::of_event(event_id).filter(Column::Id.eq(id)).lock_exclusive().one(txn).await?;
    held.ok_or_else(|| Refused::not_found().into())
}

/// A post a person sees as everybody does, held against being taken down meanwhile.
///
/// # Errors
/// 404 where it is not there, not shown, or its author out of the person's sight: they must look the same.
pub async fn hold_shown_post(txn: &impl ConnectionTrait, event_id: Uuid, id: Uuid, to: Uuid) -> Result<Model, Error> {
    let post = find_approved(event_id, id).filter(Column::Kind.eq(Kind::Post)).lock_shared().one(txn).await?;
    in_sight(txn, post, to).await
}

/// What was found, unless its author and the person are out of each other's sight, or the author is gone.
///
/// # Errors
/// 404 where there is nothing, or nothing to be seen.
pub async fn in_sight(db: &impl ConnectionTrait, found: Option<Model>, to: Uuid) -> Result<Model, Error> {
    let found = found.ok_or_else(Refused::not_found)?;
    let hidden = sight::hidden(db, found.event_id, to).await?.contains(&found.registration_id);
    if hidden { Err(Refused::not_found().into()) } else { Ok(found) }
}

/// Something everybody at the event sees.
#[must_use]
pub fn find_approved(event_id: Uuid, id: Uuid) -> Select<Entity> {
    Entity::of_event(event_id).filter(Column::Id.eq(id)).filter(Column::State.eq(State::Approved))
}

/// How many of a kind a person wrote on a day, whatever became of them.
pub async fn written_on(db: &impl ConnectionTrait, registration_id: Uuid, day: Date, kind: Kind) -> Result<u64, DbErr> {
    Entity::find()
        .filter(Column::RegistrationId.eq(registration_id))
        .filter(Column::Day.eq(day))
        .filter(Column::Kind.eq(kind))
        .count(db)
        .await
}
