//! One application.

use std::collections::HashSet;

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{age_band, precedence};
use crate::accounts::profile::{self, Gender};
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::remembered::{Memory, Table};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "registration")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub account_id: Uuid,
    pub unit_id: Uuid,
    pub side: Side,
    /// Counts applicants of the event; shown as [`Model::label`].
    pub number: i32,
    pub status: Status,
    /// Age band, where the event screens by one.
    pub band: Option<String>,
    /// What is compared before points; see [`super::precedence`].
    pub class: i32,
    /// Has a guaranteed seat.
    pub held: bool,
    pub answers: Json,
    /// Why it was rejected.
    pub reason: Option<String>,
    pub applied_at: DateTimeUtc,
    pub decided_at: Option<DateTimeUtc>,
    /// Until when a selected person may say yes or no.
    pub reply_by: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// 男方 or 女方.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Men,
    Women,
}

pub const SIDES: [Side; 2] = [Side::Men, Side::Women];

impl From<Side> for queqiao_screening::applicant::Side {
    fn from(side: Side) -> Self {
        match side {
            Side::Men => Self::Men,
            Side::Women => Self::Women,
        }
    }
}

impl From<queqiao_screening::applicant::Side> for Side {
    fn from(side: queqiao_screening::applicant::Side) -> Self {
        match side {
            queqiao_screening::applicant::Side::Men => Self::Men,
            queqiao_screening::applicant::Side::Women => Self::Women,
        }
    }
}

impl Side {
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Men => Self::Women,
            Self::Women => Self::Men,
        }
    }
}

impl Side {
    /// As the API and the database spell it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Men => "men",
            Self::Women => "women",
        }
    }
}

impl From<Gender> for Side {
    fn from(gender: Gender) -> Self {
        match gender {
            Gender::Male => Self::Men,
            Gender::Female => Self::Women,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Applied,
    Approved,
    Rejected,
    Withdrawn,
    /// Has a seat and was asked whether they come.
    Selected,
    Waitlisted,
    NotSelected,
    Confirmed,
    Declined,
    /// Did not answer in time.
    Expired,
}

impl Status {
    /// Whether the application stands in the way of another one by the same person.
    #[must_use]
    pub fn is_active(self) -> bool {
        !matches!(self, Self::Withdrawn | Self::Rejected)
    }

    /// Whether a seat is theirs, or theirs to say yes to.
    #[must_use]
    pub fn has_a_seat(self) -> bool {
        matches!(self, Self::Selected | Self::Confirmed)
    }

    /// Whether the person takes part in the online phase.
    #[must_use]
    pub fn takes_part(self) -> bool {
        self.is_active() && self != Self::Applied
    }
}

impl Model {
    /// The applicant number as people read it: `A0001`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("A{:04}", self.number)
    }

    /// Where it stands at a moment: an invitation whose time is over has expired, whether or not the clock has come
    /// round to it.
    #[must_use]
    pub fn status_at(&self, now: DateTimeUtc) -> Status {
        let late = self.reply_by.is_some_and(|deadline| deadline < now);
        if self.status == Status::Selected && late { Status::Expired } else { self.status }
    }
}

impl Entity {
    #[must_use]
    pub fn of_event(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id))
    }

    /// To the profile of whoever applied.
    #[must_use]
    pub fn to_profile() -> RelationDef {
        Self::belongs_to(profile::Entity).from(Column::AccountId).to(profile::Column::AccountId).into()
    }
}

/// A person's living application to an event.
pub async fn active_of(db: &impl ConnectionTrait, event_id: Uuid, account_id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::of_event(event_id)
        .filter(Column::AccountId.eq(account_id))
        .filter(Column::Status.is_not_in([Status::Withdrawn, Status::Rejected]))
        .one(db)
        .await
}

/// By event and account.
type Known = Memory<(Uuid, Uuid), Model>;

/// As [`active_of`], where it is remembered and still true.
#[must_use]
pub fn recall_active(app: &App, event_id: Uuid, account_id: Uuid) -> Option<Model> {
    app.extensions.get_or_default::<Known>().recall(app.database.changes(), &(event_id, account_id))
}

/// As [`active_of`], remembered or asked.
pub async fn active(app: &App, event_id: Uuid, account_id: Uuid) -> Result<Option<Model>, DbErr> {
    let (known, whose) = (app.extensions.get_or_default::<Known>(), (event_id, account_id));
    let question = active_of(app.database.reader(), event_id, account_id);
    let read_from = |mine: &Model| [Table::Registration.rows(mine.id.as_bytes())];
    known.recall_or_ask(app.database.changes(), whose, question, read_from).await
}

/// Those of these accounts that have a living application to an event.
pub async fn active_among(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    accounts: &[Uuid],
) -> Result<HashSet<Uuid>, DbErr> {
    let living = Entity::of_event(event_id)
        .filter(Column::AccountId.is_in(accounts.iter().copied()))
        .filter(Column::Status.is_not_in([Status::Withdrawn, Status::Rejected]));
    let accounts: Vec<Uuid> = living.select_only().column(Column::AccountId).into_tuple().all(db).await?;
    Ok(accounts.into_iter().collect())
}

/// Whether a screening has given the seats of an event: somebody stands where only that leads.
pub async fn seats_are_given(db: &impl ConnectionTrait, event_id: Uuid) -> Result<bool, DbErr> {
    let led = [Status::Selected, Status::Waitlisted, Status::NotSelected, Status::Confirmed];
    Ok(Entity::of_event(event_id).filter(Column::Status.is_in(led)).one(db).await?.is_some())
}

/// A person's latest application to an event, alive or not.
pub async fn latest_of(db: &impl ConnectionTrait, event_id: Uuid, account_id: Uuid) -> Result<Option<Model>, DbErr> {
    let of_person = Entity::of_event(event_id).filter(Column::AccountId.eq(account_id));
    of_person.order_by_desc(Column::Number).one(db).await
}

/// An application nobody has looked at yet.
///
/// # Errors
/// A fault where the date of birth was sealed by another house.
pub fn fresh(
    app: &App,
    event: &event::Model,
    account_id: Uuid,
    unit_id: Uuid,
    side: Side,
    profile: &profile::Model,
    number: i32,
) -> Result<Model, Fault> {
    Ok(Model {
        id: app.new_id(),
        event_id: event.id,
        account_id,
        unit_id,
        side,
        number,
        status: Status::Applied,
        band: band(app, event, side, profile)?,
        class: precedence::ORDINARY,
        held: false,
        answers: json!({}),
        reason: None,
        applied_at: app.now(),
        decided_at: None,
        reply_by: None,
    })
}

/// The age band of this side that takes the person, where the event has bands.
fn band(app: &App, event: &event::Model, side: Side, profile: &profile::Model) -> Result<Option<String>, Fault> {
    let age = profile.age_on(&app.secrets, event.starts_at.with_timezone(&event.zone()).date_naive())?;
    let bands = age_band::of(event)?;
    Ok(age.and_then(|age| age_band::taking(&bands, side, age).map(str::to_owned)))
}
