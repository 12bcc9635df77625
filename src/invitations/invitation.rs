//! An invitation: an address, and what it is invited to. The address is looked for in this file and
//! nowhere else.

use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ActiveModelTrait, Condition, ConnectionTrait, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::refusals::INVITATION_OVER;
use crate::accounts::address::MailAddress;
use crate::accounts::{account, token};
use crate::app::App;
use crate::bonds;
use crate::error::{Error, Fault, Refused};
use crate::language::Language;
use crate::sealed::{INVITATION_EMAIL, Sealed};

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
    /// Sealed: [`Model::address`].
    #[sea_orm(column_name = "email_sealed")]
    pub email: Sealed,
    /// What the address is found by.
    pub email_digest: Vec<u8>,
    /// See [`super::invited_person`].
    #[sea_orm(column_name = "details_sealed")]
    pub details: Option<Sealed>,
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
    /// Vouches for whom it is to, for what, and for its link: [`bonds::INVITATION`].
    pub bond: Option<Vec<u8>>,
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

impl Model {
    /// Where it stands at a moment, whether or not the clock has come round to it.
    #[must_use]
    pub fn state_at(&self, now: DateTimeUtc) -> State {
        if self.state == State::Open && self.expires_at <= now { State::Expired } else { self.state }
    }

    /// With what vouches for it.
    #[must_use]
    pub fn bound(self, app: &App) -> Self {
        let bond = self.with_parts(|parts| bonds::INVITATION.vouch(&app.secrets, parts));
        Self { bond: Some(bond), ..self }
    }

    /// Whether the house itself wrote it to this address, to this end and with this link.
    #[must_use]
    pub fn is_bound(&self, app: &App) -> bool {
        self.with_parts(|parts| bonds::INVITATION.holds(&app.secrets, parts, self.bond.as_deref()))
    }

    fn with_parts<T>(&self, question: impl FnOnce(&[&[u8]]) -> T) -> T {
        let (kind, until) = (self.kind.to_value(), bonds::moment(self.expires_at));
        let (id, subject) = (self.id.as_bytes(), self.subject_id.as_bytes());
        question(&[id, kind.as_bytes(), subject, &self.email_digest, &self.token_digest, &until])
    }

    /// The folded address.
    ///
    /// # Errors
    /// A fault where it was not sealed for this invitation.
    pub fn address(&self, app: &App) -> Result<String, Fault> {
        INVITATION_EMAIL.open(&app.secrets, &[self.id], &self.email)
    }

    /// Whether the house sent it to the address of this account.
    ///
    /// # Errors
    /// As [`Model::address`].
    pub fn is_to(&self, app: &App, account: &account::Model) -> Result<bool, Fault> {
        Ok(self.is_bound(app) && self.address(app)? == account.address(&app.secrets)?)
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
            return Err(INVITATION_OVER.into());
        }
        let mut row: ActiveModel = self.into();
        row.state = Set(state);
        row.answered_at = Set(Some(now));
        row.account_id = Set(account);
        Ok(row.update(txn).await?)
    }
}

/// What an address is found by among invitations.
#[must_use]
pub fn digest(app: &App, address: &MailAddress) -> Vec<u8> {
    INVITATION_EMAIL.digest(&app.secrets, address.as_str())
}

fn is_of(app: &App, email: &str) -> SimpleExpr {
    Column::EmailDigest.eq(INVITATION_EMAIL.digest(&app.secrets, email))
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
pub fn to_address(app: &App, email: &str) -> Select<Entity> {
    Entity::find().filter(is_of(app, email)).filter(open_at(app.now())).order_by_asc(Column::Id)
}

/// Every one to an address, or accepted by an account.
#[must_use]
pub fn about(app: &App, account: Uuid, email: &str) -> Condition {
    Condition::any().add(is_of(app, email)).add(Column::AccountId.eq(account))
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
pub fn named<'a>(
    app: &App,
    kind: Kind,
    subject: Uuid,
    addresses: impl IntoIterator<Item = &'a MailAddress>,
) -> Select<Entity> {
    Entity::find()
        .filter(Column::SubjectId.eq(subject))
        .filter(Column::Kind.eq(kind))
        .filter(Column::EmailDigest.is_in(addresses.into_iter().map(|address| digest(app, address))))
}

/// Those of one union to some addresses that a letter went to since a moment.
#[must_use]
pub fn written_to<'a>(
    app: &App,
    organization: Uuid,
    addresses: impl IntoIterator<Item = &'a MailAddress>,
    since: DateTimeUtc,
) -> Select<Entity> {
    Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::SentAt.gt(since))
        .filter(Column::EmailDigest.is_in(addresses.into_iter().map(|address| digest(app, address))))
}

/// The one a letter's link names, open or not; none that somebody wrote past the house.
pub async fn find_by_token(db: &impl ConnectionTrait, app: &App, token: &str) -> Result<Option<Model>, DbErr> {
    let Some(digest) = token::digest(token) else { return Ok(None) };
    let found = Entity::find().filter(Column::TokenDigest.eq(digest)).one(db).await?;
    Ok(found.filter(|found| found.is_bound(app)))
}

/// Holds one against everybody else who would answer it or take it back.
///
/// # Errors
/// 404 where there is none.
pub async fn hold(txn: &impl ConnectionTrait, id: Uuid) -> Result<Model, Error> {
    let held = Entity::find_by_id(id).lock_exclusive().one(txn).await?;
    held.ok_or_else(|| Refused::not_found().into())
}
