//! Where a run placed one applicant, and whether they hold a seat now.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Fault;
use crate::registrations::registration::{self, Side, Status};
use queqiao_screening::applicant::Applicant;
use queqiao_screening::boards::explain::Refused;
use queqiao_screening::explain::Explanation;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "placement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    pub event_id: Uuid,
    pub run_id: Uuid,
    pub number: String,
    pub side: Side,
    pub unit: String,
    pub band: String,
    pub class: i32,
    pub points: i64,
    /// Place in the order of the run, from 1.
    pub rank: i32,
    pub outcome: Placed,
    /// Holds a seat, by the run or by a promotion; no longer once the seat was given on.
    pub seated: bool,
    /// Which board the seat is of that they hold or held; None where the event has one evening, or they never had any.
    pub board: Option<String>,
    /// What the run said about them, as JSON.
    pub explanation: String,
    /// Why they were refused boards they wished for more, as JSON; None where the event has one evening.
    pub refused_boards: Option<String>,
    /// Of their line in the published list.
    pub salt: String,
    /// Which line of the list is theirs, from 0.
    pub leaf: i32,
    /// Sibling hashes up to the root, as JSON.
    pub path: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What the run came to for one applicant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Placed {
    Selected,
    Waitlisted,
    NotSelected,
}

impl Placed {
    #[must_use]
    pub fn status(self) -> Status {
        match self {
            Self::Selected => Status::Selected,
            Self::Waitlisted => Status::Waitlisted,
            Self::NotSelected => Status::NotSelected,
        }
    }
}

/// What seats are given on by: of a placement all but the words and proofs, which are most of it.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
#[expect(missing_docs, reason = "as in `Model`")]
pub struct Candidate {
    pub registration_id: Uuid,
    pub number: String,
    pub side: Side,
    pub unit: String,
    pub band: String,
    pub class: i32,
    pub points: i64,
    pub seated: bool,
    pub board: Option<String>,
}

impl Candidate {
    /// The person as the sieve takes them, with their seat guaranteed where they hold one.
    #[must_use]
    pub fn applicant(&self) -> Applicant {
        Applicant {
            number: self.number.clone(),
            side: self.side.into(),
            unit: self.unit.clone(),
            band: self.band.clone(),
            class: self.class,
            points: self.points,
            held: self.seated,
        }
    }
}

impl Model {
    /// What the run said about them.
    ///
    /// # Errors
    /// A fault where the row cannot be read, which nothing in the program can cause.
    pub fn why(&self) -> Result<Explanation, Fault> {
        serde_json::from_str(&self.explanation).map_err(Fault::of)
    }

    /// The boards they were refused, the dearest first.
    ///
    /// # Errors
    /// A fault where the row cannot be read, which nothing in the program can cause.
    pub fn refused(&self) -> Result<Vec<Refused>, Fault> {
        let refused = self.refused_boards.as_ref();
        refused.map_or_else(|| Ok(Vec::new()), |refused| serde_json::from_str(refused).map_err(Fault::of))
    }
}

impl Entity {
    pub(super) fn to_registration() -> RelationDef {
        Self::belongs_to(registration::Entity).from(Column::RegistrationId).to(registration::Column::Id).into()
    }

    #[must_use]
    pub fn of_event(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id)).order_by_asc(Column::Rank)
    }

    /// Placements of registrations that stand in one of these statuses now.
    #[must_use]
    pub fn standing_in(event_id: Uuid, statuses: &[Status]) -> Select<Self> {
        let registrations = Query::select()
            .column(registration::Column::Id)
            .from(registration::Entity)
            .and_where(registration::Column::EventId.eq(event_id))
            .and_where(registration::Column::Status.is_in(statuses.iter().copied()))
            .to_owned();
        Self::of_event(event_id).filter(Column::RegistrationId.in_subquery(registrations))
    }
}

impl Entity {
    /// Seats whose holders are gone and that nobody has given on yet, in every event.
    #[must_use]
    pub fn seated_but_gone(statuses: &[Status]) -> Select<Self> {
        let gone = Query::select()
            .column(registration::Column::Id)
            .from(registration::Entity)
            .and_where(registration::Column::Status.is_in(statuses.iter().copied()))
            .to_owned();
        Self::find().filter(Column::Seated.eq(true)).filter(Column::RegistrationId.in_subquery(gone))
    }
}

/// Everybody who still has their name down: people with seats, and those who wait, best first.
pub async fn in_play(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Candidate>, DbErr> {
    let in_play = Entity::standing_in(event_id, &[Status::Selected, Status::Confirmed, Status::Waitlisted]);
    in_play.into_partial_model().all(db).await
}
