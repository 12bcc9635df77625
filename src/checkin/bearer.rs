//! Who stands before the desk.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::LockType;
use sea_orm::{ConnectionTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect, RelationDef};

use super::answer::{Attention, GuestView};
use super::scan::Scan;
use crate::accounts::profile;
use crate::app::App;
use crate::badges::code::{self, Secret};
use crate::badges::{badge, number::Number};
use crate::error::Fault;
use crate::registrations::registration::{self, Side, Status};
use crate::units::unit;

/// Whom a scan names.
#[derive(Clone, Debug)]
pub enum ScanSubject {
    Nobody,
    /// Somebody with a badge for another event, of whom nothing is told here.
    Elsewhere,
    /// An old code: who carries it now is not known.
    Revoked(Bearer),
    Bearer(Bearer),
}

/// A guest of this event, held until the transaction ends.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Bearer {
    pub registration_id: Uuid,
    pub event_id: Uuid,
    pub status: Status,
    pub side: Side,
    /// None without a badge.
    number: Option<i32>,
    nickname: Option<String>,
    unit: String,
    revoked_at: Option<DateTimeUtc>,
}

impl Bearer {
    #[must_use]
    pub fn worn(&self) -> Option<Number> {
        self.number.map(|number| Number { side: self.side, number })
    }

    #[must_use]
    pub fn nickname(&self) -> Option<&str> {
        self.nickname.as_deref()
    }

    /// What the desk sees.
    #[must_use]
    pub fn guest_view(&self) -> GuestView {
        GuestView {
            badge: self.worn().map(|worn| worn.to_string()),
            nickname: self.nickname.clone().unwrap_or_default(),
            side: self.side,
            unit: self.unit.clone(),
            group: None,
            attention: self.number.is_none().then_some(Attention::NoBadge).into_iter().collect(),
        }
    }
}

impl ScanSubject {
    /// What somebody is to a desk of this event.
    #[must_use]
    pub fn at(event_id: Uuid, found: Option<Bearer>) -> Self {
        match found {
            None => Self::Nobody,
            Some(bearer) if bearer.event_id != event_id => Self::Elsewhere,
            Some(bearer) if bearer.revoked_at.is_some() => Self::Revoked(bearer),
            Some(bearer) => Self::Bearer(bearer),
        }
    }

    /// Whom the desk is told about.
    #[must_use]
    pub fn bearer(&self) -> Option<&Bearer> {
        match self {
            Self::Bearer(bearer) => Some(bearer),
            Self::Nobody | Self::Elsewhere | Self::Revoked(_) => None,
        }
    }

    /// Whose presence a scan can move, and what they wear.
    #[must_use]
    pub fn passer(&self) -> Option<(&Bearer, Number)> {
        match self {
            Self::Bearer(bearer) | Self::Revoked(bearer) => Some((bearer, bearer.worn()?)),
            Self::Nobody | Self::Elsewhere => None,
        }
    }

    /// Whose registration the attempt belongs to.
    #[must_use]
    pub fn registration_id(&self) -> Option<Uuid> {
        match self {
            Self::Bearer(bearer) | Self::Revoked(bearer) => Some(bearer.registration_id),
            Self::Nobody | Self::Elsewhere => None,
        }
    }
}

/// Finds whom a scan names and holds the rows the judgement rests on: the registration, the badge
/// and its code, in the order of the rooms.
pub async fn find(txn: &impl ConnectionTrait, app: &App, event_id: Uuid, scan: &Scan) -> Result<ScanSubject, Fault> {
    let found = match (&scan.code, &scan.badge) {
        (Some(read), _) => by_code(Secret::scanned(read).digests(app)).one(txn).await?,
        (None, Some(typed)) => match typed.parse::<Number>() {
            Ok(worn) => by_number(event_id, worn).one(txn).await?,
            Err(_) => match applicant_number(typed) {
                Some(number) => by_applicant(txn, event_id, number).await?,
                None => None,
            },
        },
        (None, None) => None,
    };
    Ok(ScanSubject::at(event_id, found))
}

/// Whom a code names, wherever they are a guest, for somebody who only looks: nothing is held.
pub async fn of_code(db: &impl ConnectionTrait, app: &App, code: &Secret) -> Result<Option<Bearer>, Fault> {
    Ok(with_code(code.digests(app)).into_model().one(db).await?)
}

fn with_code(digests: Vec<Vec<u8>>) -> Select<badge::Entity> {
    let on_code = badge::Entity::belongs_to(code::Entity).from(badge::Column::Id).to(code::Column::BadgeId).into();
    badges()
        .join(JoinType::InnerJoin, on_code)
        .column(code::Column::RevokedAt)
        .filter(code::Column::Digest.is_in(digests))
}

fn by_code(digests: Vec<Vec<u8>>) -> sea_orm::Selector<sea_orm::SelectModel<Bearer>> {
    let mut badges = with_code(digests);
    QuerySelect::query(&mut badges).lock_with_tables(
        LockType::Update,
        [registration::Entity.table_name(), badge::Entity.table_name(), code::Entity.table_name()],
    );
    badges.into_model()
}

fn by_number(event_id: Uuid, worn: Number) -> sea_orm::Selector<sea_orm::SelectModel<Bearer>> {
    let mut badges = badges()
        .filter(badge::Column::EventId.eq(event_id))
        .filter(badge::Column::Side.eq(worn.side))
        .filter(badge::Column::Number.eq(worn.number));
    QuerySelect::query(&mut badges)
        .lock_with_tables(LockType::Update, [registration::Entity.table_name(), badge::Entity.table_name()]);
    badges.into_model()
}

/// Somebody who has, as yet, an applicant number and perhaps no badge.
async fn by_applicant(txn: &impl ConnectionTrait, event_id: Uuid, number: i32) -> Result<Option<Bearer>, Fault> {
    let applicant = registration::Entity::of_event(event_id).filter(registration::Column::Number.eq(number));
    let Some(applicant) = applicant.lock_exclusive().one(txn).await? else { return Ok(None) };
    if let Some(badge) = badge::of_registration(txn, applicant.id).await? {
        return Ok(by_number(event_id, badge.worn()).one(txn).await?);
    }
    let profile = profile::Entity::find_by_id(applicant.account_id).one(txn).await?;
    let unit = unit::Entity::find_by_id(applicant.unit_id).one(txn).await?;
    Ok(Some(Bearer {
        registration_id: applicant.id,
        event_id,
        status: applicant.status,
        side: applicant.side,
        number: None,
        nickname: profile.map(|profile| profile.nickname),
        unit: unit.map(|unit| unit.name).unwrap_or_default(),
        revoked_at: None,
    }))
}

/// Badges with the person behind each, in one statement: the queue at the door waits for it.
pub fn badges() -> Select<badge::Entity> {
    let on_registration: RelationDef = badge::Entity::belongs_to(registration::Entity)
        .from(badge::Column::RegistrationId)
        .to(registration::Column::Id)
        .into();
    let on_profile: RelationDef = registration::Entity::belongs_to(profile::Entity)
        .from(registration::Column::AccountId)
        .to(profile::Column::AccountId)
        .into();
    let on_unit: RelationDef =
        registration::Entity::belongs_to(unit::Entity).from(registration::Column::UnitId).to(unit::Column::Id).into();
    badge::Entity::find()
        .select_only()
        .columns([badge::Column::RegistrationId, badge::Column::EventId, badge::Column::Side, badge::Column::Number])
        .column(registration::Column::Status)
        .column(profile::Column::Nickname)
        .column_as(unit::Column::Name, "unit")
        .join(JoinType::InnerJoin, on_registration)
        .join(JoinType::LeftJoin, on_profile)
        .join(JoinType::InnerJoin, on_unit)
}

/// `A0001`, however it is typed.
fn applicant_number(typed: &str) -> Option<i32> {
    let plain = unit::folded(typed);
    let digits = plain.strip_prefix('a')?;
    (digits.len() <= 9 && digits.bytes().all(|digit| digit.is_ascii_digit())).then(|| digits.parse().ok())?
}
