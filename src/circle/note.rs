//! Something said in a circle: by a member, as an answer to one, or by the organizer to all.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, DbErr, PaginatorTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Error, Refused};
use crate::registrations::exclusion;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "circle_note")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// None: the organizer speaks.
    pub registration_id: Option<Uuid>,
    /// What it answers.
    pub about: Option<Uuid>,
    /// As it was typed; empty once its author has taken it down.
    pub body: String,
    /// The event's calendar day it was written on.
    pub day: Date,
    pub state: State,
    /// What the organizer said when deciding.
    pub reason: Option<String>,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = CircleNoteState)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum State {
    Shown,
    /// Out of sight because several members reported it; waits for the organizer.
    Reported,
    /// The organizer says no.
    Hidden,
    /// The organizer says yes; reports change nothing any more.
    Kept,
    /// Its author took it down. The row stays so that the day's limit counts it.
    Withdrawn,
}

/// What everybody in the circle sees.
pub const SEEN: [State; 2] = [State::Shown, State::Kept];

impl State {
    #[must_use]
    pub fn is_seen(self) -> bool {
        SEEN.contains(&self)
    }
}

impl Entity {
    #[must_use]
    pub fn of_event(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id))
    }
}

/// Holds something of this circle.
///
/// # Errors
/// 404 where it is not there.
pub async fn hold(txn: &impl ConnectionTrait, event_id: Uuid, id: Uuid) -> Result<Model, Error> {
    let held = Entity::of_event(event_id).filter(Column::Id.eq(id)).lock_exclusive().one(txn).await?;
    held.ok_or_else(|| Refused::not_found().into())
}

/// What was found, as far as this person sees it as everybody does.
///
/// # Errors
/// 404 where it is not shown, its author out of the person's sight, or likewise what it answers: all look the same.
pub async fn in_sight(db: &impl ConnectionTrait, found: Option<Model>, to: Uuid) -> Result<Model, Error> {
    let found = found.filter(|note| note.state.is_seen()).ok_or_else(Refused::not_found)?;
    let above = match found.about {
        Some(id) => Some(Entity::find_by_id(id).one(db).await?.ok_or_else(Refused::not_found)?),
        None => None,
    };
    let hidden = exclusion::out_of_sight(db, to).await?;
    let is_hidden = |note: &Model| note.registration_id.is_some_and(|author| hidden.contains(&author));
    let covered = above.as_ref().is_some_and(|above| is_hidden(above) || !above.state.is_seen());
    if covered || is_hidden(&found) { Err(Refused::not_found().into()) } else { Ok(found) }
}

/// How many of a kind a person wrote on a day, whatever became of them.
pub async fn written_on(
    db: &impl ConnectionTrait,
    registration_id: Uuid,
    day: NaiveDate,
    answers: bool,
) -> Result<u64, DbErr> {
    let kind = if answers { Column::About.is_not_null() } else { Column::About.is_null() };
    let written = Entity::find().filter(Column::RegistrationId.eq(registration_id)).filter(Column::Day.eq(day));
    written.filter(kind).count(db).await
}

/// Takes away what these people said.
pub async fn withdraw(txn: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Body, Expr::value(""))
        .col_expr(Column::Reason, Expr::value(None::<String>))
        .col_expr(Column::State, Expr::value(State::Withdrawn))
        .filter(Column::RegistrationId.is_in(registrations.iter().copied()))
        .exec(txn)
        .await?;
    Ok(())
}
