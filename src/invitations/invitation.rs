//! An invitation: an address, and what it is invited to. The address is looked for in this file and
//! nowhere else.

use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveModelTrait, Condition, ConnectionTrait, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::address::MailAddress;
use crate::accounts::one_time;
use crate::error::{Error, Refused};
use crate::language::Language;

/// How long an invitation waits for an answer.
pub const LIFETIME: TimeDelta = TimeDelta::days(14);
/// How long one that came to nothing is kept, for whoever invited to see what became of it.
pub const KEPT: TimeDelta = TimeDelta::days(30);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: Kind,
    /// The union that invites.
    pub organization_id: Uuid,
    pub event_id: Option<Uuid>,
    /// The unit to be spoken for, or where a list says that the person works.
    pub unit_id: Option<Uuid>,
    /// What it is for: the union, the event or the unit.
    pub subject_id: Uuid,
    /// Folded.
    pub email: String,
    /// Sealed; see [`super::said`].
    pub words: Option<Vec<u8>>,
    /// Of the letter: the inviter's, for what the person reads best is not known.
    pub language: Language,
    pub state: State,
    pub invited_by: Uuid,
    pub invited_at: DateTimeUtc,
    /// When the last letter went.
    pub sent_at: DateTimeUtc,
    /// How many letters went.
    pub letters: i32,
    pub token_digest: Vec<u8>,
    pub expires_at: DateTimeUtc,
    /// When it was accepted, declined, withdrawn or ran out.
    pub answered_at: Option<DateTimeUtc>,
    /// Who accepted.
    pub account_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// To what somebody is invited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = InvitationKind)]
pub enum Kind {
    /// 主办方工作人员 of a union.
    Organizer,
    /// 单位工会干事.
    UnitContact,
    /// 签到员 of an evening.
    Desk,
    /// 主持人 of an evening.
    Host,
    /// 鹊桥志愿者 of an evening.
    Volunteer,
    /// To take part in an event.
    Participant,
}

impl Kind {
    /// As the API and the keys of words spell it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Organizer => "organizer",
            Self::UnitContact => "unit-contact",
            Self::Desk => "desk",
            Self::Host => "host",
            Self::Volunteer => "volunteer",
            Self::Participant => "participant",
        }
    }

    /// Whether it is an event's, and its organizers' to take back.
    #[must_use]
    pub fn is_of_event(self) -> bool {
        !matches!(self, Self::Organizer | Self::UnitContact)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = InvitationState)]
pub enum State {
    Open,
    Accepted,
    Declined,
    /// By whoever invited.
    Withdrawn,
    /// Nobody answered in time.
    Expired,
}

/// Why an invitation cannot be answered. Unknown, answered, withdrawn and too old look the same.
pub struct NotOpen;

impl From<NotOpen> for Error {
    fn from(_: NotOpen) -> Self {
        let detail = "This invitation was answered, was withdrawn, or is too old.";
        Refused::conflict("invitation_over", detail).into()
    }
}

/// Why a letter's link leads nowhere. Unknown, answered, withdrawn, sent anew and too old look the same.
pub struct NotShown;

impl From<NotShown> for Error {
    fn from(_: NotShown) -> Self {
        let detail = "This link is unknown, or its invitation was answered, was withdrawn, or is too old.";
        Refused::unprocessable("token_invalid", detail).into()
    }
}

impl Model {
    /// Where it stands at a moment, whether or not the clock has come round to it.
    #[must_use]
    pub fn state_at(&self, now: DateTimeUtc) -> State {
        if self.state == State::Open && self.expires_at <= now { State::Expired } else { self.state }
    }

    /// Whether it was sent to this (folded) address.
    #[must_use]
    pub fn is_to(&self, email: &str) -> bool {
        self.email == email
    }

    /// Ends it, once: the row is held, and open.
    ///
    /// # Errors
    /// 409 `invitation_over`.
    pub async fn end(
        self,
        txn: &impl ConnectionTrait,
        state: State,
        account: Option<Uuid>,
        now: DateTimeUtc,
    ) -> Result<Self, Error> {
        if self.state_at(now) != State::Open {
            return Err(NotOpen.into());
        }
        let mut row: ActiveModel = self.into();
        row.state = Set(state);
        row.answered_at = Set(Some(now));
        row.account_id = Set(account);
        Ok(row.update(txn).await?)
    }
}

/// What stands at a moment: open, and not too old.
#[must_use]
pub fn open_at(now: DateTimeUtc) -> Condition {
    Condition::all().add(Column::State.eq(State::Open)).add(Column::ExpiresAt.gt(now))
}

/// Those to one thing.
#[must_use]
pub fn of_subject(kinds: &[Kind], subject: Uuid) -> Select<Entity> {
    let rows = Entity::find().filter(Column::SubjectId.eq(subject)).filter(Column::Kind.is_in(kinds.iter().copied()));
    rows.order_by_asc(Column::Id)
}

/// Those of a union, of these kinds.
#[must_use]
pub fn of_union(kinds: &[Kind], organization: Uuid) -> Select<Entity> {
    let rows = Entity::find().filter(Column::OrganizationId.eq(organization));
    rows.filter(Column::Kind.is_in(kinds.iter().copied())).order_by_asc(Column::Id)
}

/// Those that an address may still answer.
#[must_use]
pub fn to_address(email: &str, now: DateTimeUtc) -> Select<Entity> {
    Entity::find().filter(Column::Email.eq(email)).filter(open_at(now)).order_by_asc(Column::Id)
}

/// Every one to an address, or accepted by an account.
#[must_use]
pub fn about(account: Uuid, email: &str) -> Condition {
    Condition::any().add(Column::Email.eq(email)).add(Column::AccountId.eq(account))
}

/// The one by which somebody came to a thing, the latest first.
#[must_use]
pub fn accepted_by(kind: Kind, subject: Uuid, account: Uuid) -> Select<Entity> {
    Entity::find()
        .filter(Column::SubjectId.eq(subject))
        .filter(Column::Kind.eq(kind))
        .filter(Column::AccountId.eq(account))
        .filter(Column::State.eq(State::Accepted))
        .order_by_desc(Column::AnsweredAt)
}

/// Those of one kind to one thing and some addresses.
#[must_use]
pub fn named<'a>(kind: Kind, subject: Uuid, emails: impl IntoIterator<Item = &'a MailAddress>) -> Select<Entity> {
    let emails = emails.into_iter().map(MailAddress::as_str);
    Entity::find()
        .filter(Column::SubjectId.eq(subject))
        .filter(Column::Kind.eq(kind))
        .filter(Column::Email.is_in(emails))
}

/// Those of one union to some addresses that a letter went to since a moment.
#[must_use]
pub fn written_to<'a>(
    organization: Uuid,
    emails: impl IntoIterator<Item = &'a MailAddress>,
    since: DateTimeUtc,
) -> Select<Entity> {
    let emails = emails.into_iter().map(MailAddress::as_str);
    Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::SentAt.gt(since))
        .filter(Column::Email.is_in(emails))
}

/// The one a letter's link names, open or not.
///
/// # Errors
/// Only faults.
pub async fn shown(db: &impl ConnectionTrait, token: &str) -> Result<Option<Model>, DbErr> {
    let Some(digest) = one_time::shown(token) else { return Ok(None) };
    Entity::find().filter(Column::TokenDigest.eq(digest)).one(db).await
}

/// Holds one against everybody else who would answer it or take it back.
///
/// # Errors
/// 404 where there is none.
pub async fn hold(txn: &impl ConnectionTrait, id: Uuid) -> Result<Model, Error> {
    let held = Entity::find_by_id(id).lock_exclusive().one(txn).await?;
    held.ok_or_else(|| Refused::not_found().into())
}
