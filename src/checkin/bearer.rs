//! Who stands before the desk.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef,
};

use super::scan::Scan;
use super::scan_answer::{Attention, GuestView};
use crate::accounts::{account, profile};
use crate::app::App;
use crate::badges::code::{self, Secret};
use crate::badges::{badge, number::Number};
use crate::error::Fault;
use crate::registrations::group_member;
use crate::registrations::registration::{self, Side, Status};
use crate::units::unit;

/// Whom a scan names.
#[derive(Clone, Debug)]
pub enum ScanSubject {
    Nobody,
    /// Somebody with a badge for another event, of whom nothing is told here.
    Elsewhere,
    /// Somebody whose account was erased: nobody is told who it was, and nothing brings them back in.
    Forgotten(Uuid),
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
    group_number: Option<i32>,
    erased_at: Option<DateTimeUtc>,
    revoked_at: Option<DateTimeUtc>,
    /// Of the code that was read, where one was.
    code_digest: Option<Vec<u8>>,
}

impl Bearer {
    #[must_use]
    pub fn worn(&self) -> Option<Number> {
        self.number.map(|number| Number { side: self.side, number })
    }

    fn has_code(&self, digests: &[Vec<u8>]) -> bool {
        self.code_digest.as_ref().is_some_and(|digest| digests.contains(digest))
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
            group: self.group_number.map(|group| group.to_string()),
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
            Some(bearer) if bearer.erased_at.is_some() => Self::Forgotten(bearer.registration_id),
            Some(bearer) if bearer.revoked_at.is_some() => Self::Revoked(bearer),
            Some(bearer) => Self::Bearer(bearer),
        }
    }

    /// Whom the desk is told about. Whose an old code is an organizer may know.
    #[must_use]
    pub fn bearer(&self, organizer: bool) -> Option<&Bearer> {
        match self {
            Self::Bearer(bearer) => Some(bearer),
            Self::Revoked(bearer) if organizer => Some(bearer),
            Self::Nobody | Self::Elsewhere | Self::Forgotten(_) | Self::Revoked(_) => None,
        }
    }

    /// Whose presence a scan can move, and what they wear.
    #[must_use]
    pub fn passer(&self) -> Option<(&Bearer, Number)> {
        match self {
            Self::Bearer(bearer) | Self::Revoked(bearer) => Some((bearer, bearer.worn()?)),
            Self::Nobody | Self::Elsewhere | Self::Forgotten(_) => None,
        }
    }

    /// Whose registration the attempt belongs to.
    #[must_use]
    pub fn registration_id(&self) -> Option<Uuid> {
        match self {
            Self::Bearer(bearer) | Self::Revoked(bearer) => Some(bearer.registration_id),
            Self::Forgotten(registration_id) => Some(*registration_id),
            Self::Nobody | Self::Elsewhere => None,
        }
    }
}

/// Finds whom scans name, in their order, and holds the rows the judgement rests on: the registration, the
/// badge and its code, in the order of the rooms.
pub async fn find_all(
    txn: &impl ConnectionTrait,
    app: &App,
    event_id: Uuid,
    scans: &[&Scan],
) -> Result<Vec<ScanSubject>, Fault> {
    let read: Vec<Read> = scans.iter().map(|scan| Read::of(app, scan)).collect();
    let digests: Vec<Vec<u8>> = read.iter().flat_map(Read::digests).cloned().collect();
    let worn: Vec<Number> = read.iter().filter_map(Read::worn).collect();
    let by_code = if digests.is_empty() { Vec::new() } else { by_code(digests).all(txn).await? };
    let by_number = if worn.is_empty() { Vec::new() } else { by_number(event_id, &worn).all(txn).await? };
    let mut found = Vec::with_capacity(read.len());
    for one in read {
        let bearer = match &one {
            Read::Code(digests) => by_code.iter().find(|bearer| bearer.has_code(digests)).cloned(),
            Read::Worn(worn) => by_number.iter().find(|bearer| bearer.worn() == Some(*worn)).cloned(),
            Read::Applicant(number) => by_applicant(txn, event_id, *number).await?,
            Read::Nothing => None,
        };
        found.push(ScanSubject::at(event_id, bearer));
    }
    Ok(found)
}

/// What a scan says.
enum Read {
    /// Digests of a code, under every key it may stand under.
    Code(Vec<Vec<u8>>),
    Worn(Number),
    Applicant(i32),
    Nothing,
}

impl Read {
    fn of(app: &App, scan: &Scan) -> Self {
        match (&scan.code, &scan.badge) {
            (Some(read), _) => Self::Code(Secret::scanned(read).digests(app)),
            (None, Some(typed)) => match (typed.parse(), applicant_number(typed)) {
                (Ok(worn), _) => Self::Worn(worn),
                (Err(_), Some(number)) => Self::Applicant(number),
                (Err(_), None) => Self::Nothing,
            },
            (None, None) => Self::Nothing,
        }
    }

    fn digests(&self) -> &[Vec<u8>] {
        if let Self::Code(digests) = self { digests } else { &[] }
    }

    fn worn(&self) -> Option<Number> {
        if let Self::Worn(worn) = self { Some(*worn) } else { None }
    }
}

/// Whom a code names, wherever they are a guest, for somebody who only looks: nothing is held.
pub async fn of_code(db: &impl ConnectionTrait, app: &App, code: &Secret) -> Result<Option<Bearer>, DbErr> {
    with_code(code.digests(app)).into_model().one(db).await
}

fn with_code(digests: Vec<Vec<u8>>) -> Select<badge::Entity> {
    let on_code = badge::Entity::belongs_to(code::Entity).from(badge::Column::Id).to(code::Column::BadgeId).into();
    badges()
        .join(JoinType::InnerJoin, on_code)
        .column(code::Column::RevokedAt)
        .column_as(code::Column::Digest, "code_digest")
        .filter(code::Column::Digest.is_in(digests))
}

fn by_code(digests: Vec<Vec<u8>>) -> sea_orm::Selector<sea_orm::SelectModel<Bearer>> {
    let mut badges = with_code(digests);
    QuerySelect::query(&mut badges).lock_with_tables(
        LockType::Update,
        [registration::Entity.table_name(), badge::Entity.table_name(), code::Entity.table_name()],
    );
    // Always in the same order, or two processes hold what each other waits for.
    badges.order_by_asc(registration::Column::Id).into_model()
}

fn by_number(event_id: Uuid, worn: &[Number]) -> sea_orm::Selector<sea_orm::SelectModel<Bearer>> {
    let of_side = |side: Side| {
        let numbers = worn.iter().filter(|worn| worn.side == side).map(|worn| worn.number);
        badge::Column::Side.eq(side).and(badge::Column::Number.is_in(numbers))
    };
    let mut badges =
        badges().filter(badge::Column::EventId.eq(event_id)).filter(of_side(Side::Men).or(of_side(Side::Women)));
    QuerySelect::query(&mut badges)
        .lock_with_tables(LockType::Update, [registration::Entity.table_name(), badge::Entity.table_name()]);
    badges.order_by_asc(registration::Column::Id).into_model()
}

/// Somebody who has, as yet, an applicant number and perhaps no badge.
async fn by_applicant(txn: &impl ConnectionTrait, event_id: Uuid, number: i32) -> Result<Option<Bearer>, Fault> {
    let applicant = registration::Entity::of_event(event_id).filter(registration::Column::Number.eq(number));
    let Some(applicant) = applicant.lock_exclusive().one(txn).await? else { return Ok(None) };
    if let Some(badge) = badge::of_registration(txn, applicant.id).await? {
        return Ok(by_number(event_id, &[badge.worn()]).one(txn).await?);
    }
    let account = account::Entity::find_by_id(applicant.account_id).one(txn).await?;
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
        group_number: None,
        erased_at: account.and_then(|account| account.erased_at),
        revoked_at: None,
        code_digest: None,
    }))
}

/// Badges with the person behind each, in one statement: the queue at the door waits for it.
pub fn badges() -> Select<badge::Entity> {
    let on_unit: RelationDef =
        registration::Entity::belongs_to(unit::Entity).from(registration::Column::UnitId).to(unit::Column::Id).into();
    let on_account: RelationDef = registration::Entity::belongs_to(account::Entity)
        .from(registration::Column::AccountId)
        .to(account::Column::Id)
        .into();
    let on_group: RelationDef = badge::Entity::belongs_to(group_member::Entity)
        .from(badge::Column::RegistrationId)
        .to(group_member::Column::RegistrationId)
        .into();
    badge::Entity::find()
        .select_only()
        .columns([badge::Column::RegistrationId, badge::Column::EventId, badge::Column::Side, badge::Column::Number])
        .column(registration::Column::Status)
        .column(profile::Column::Nickname)
        .column_as(unit::Column::Name, "unit")
        .column(group_member::Column::GroupNumber)
        .column(account::Column::ErasedAt)
        .join(JoinType::InnerJoin, badge::Entity::to_registration())
        .join(JoinType::InnerJoin, on_account)
        .join(JoinType::LeftJoin, registration::Entity::to_profile())
        .join(JoinType::InnerJoin, on_unit)
        .join(JoinType::LeftJoin, on_group)
}

/// `A0001`, however it is typed.
fn applicant_number(typed: &str) -> Option<i32> {
    let plain = unit::folded(typed);
    let digits = plain.strip_prefix('a')?;
    (digits.len() <= 9 && digits.bytes().all(|digit| digit.is_ascii_digit())).then(|| digits.parse().ok())?
}
