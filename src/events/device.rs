//! 签到设备: a phone or a laptop at the door, paired with one event. Whoever holds it may check in
//! there and do nothing else; nobody needs to be signed in on it.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryFilter, QuerySelect};

use super::event;
use crate::accounts::token;
use crate::app::App;
use crate::bonds;
use crate::error::Fault;
use crate::remembered::table::Part;
use crate::remembered::{Memory, Table};

/// How long after the evening a device may still upload what it holds. A desk that lies in a drawer
/// opens nothing at the next event.
const GRACE: TimeDelta = TimeDelta::days(3);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// The organizer who let it in, and answers for it.
    pub invited_by: Uuid,
    pub invited_at: DateTimeUtc,
    /// Of the token in the QR that pairs it, once.
    pub invitation_digest: Vec<u8>,
    pub invitation_ends_at: DateTimeUtc,
    /// What it is called at the door; None until it is paired.
    pub name: Option<String>,
    /// Of the token it shows with every request; None until it is paired.
    pub token_digest: Option<Vec<u8>>,
    /// Vouches for the event it is a desk of: [`bonds::DEVICE`].
    pub token_bond: Option<Vec<u8>>,
    pub paired_at: Option<DateTimeUtc>,
    /// When it last fetched its roster.
    pub seen_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
    pub revoked_by: Option<Uuid>,
    /// Whose guests it admits, at an event with boards; None: those of the day.
    pub board: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How things stand with a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its QR waits to be scanned.
    Invited,
    /// Nobody scanned its QR in time.
    Lapsed,
    Paired,
    Revoked,
}

/// What is stored beside the digest of a device's token: it makes the device a desk of this event.
#[must_use]
pub fn bond(app: &App, id: Uuid, event_id: Uuid, digest: &[u8]) -> Vec<u8> {
    bonds::DEVICE.vouch(&app.secrets, &[id.as_bytes(), event_id.as_bytes(), digest])
}

impl Model {
    fn is_bound(&self, app: &App) -> bool {
        let digest = self.token_digest.as_deref().unwrap_or_default();
        let parts: [&[u8]; 3] = [self.id.as_bytes(), self.event_id.as_bytes(), digest];
        bonds::DEVICE.holds(&app.secrets, &parts, self.token_bond.as_deref())
    }

    #[must_use]
    pub fn standing(&self, now: DateTime<Utc>) -> Standing {
        match (self.revoked_at, self.paired_at) {
            (Some(_), _) => Standing::Revoked,
            (None, Some(_)) => Standing::Paired,
            (None, None) if self.invitation_ends_at > now => Standing::Invited,
            (None, None) => Standing::Lapsed,
        }
    }
}

impl Entity {
    #[must_use]
    pub fn of_event(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id))
    }

    /// One of an event, held until the transaction ends.
    #[must_use]
    pub fn find_for_update(event_id: Uuid, id: Uuid) -> Select<Self> {
        Self::of_event(event_id).filter(Column::Id.eq(id)).lock_exclusive()
    }
}

/// The device a shown token belongs to, and its event; None for a token that is none, or none any
/// more: revoked, or of an evening that is over.
pub async fn find_by_token(app: &App, token: &str) -> Result<Option<(Model, event::Model)>, Fault> {
    let Some(digest) = token::digest(token) else { return Ok(None) };
    let (db, changes) = (app.database.reader(), app.database.changes());
    let before = changes.before();
    let wanted = Entity::find().filter(Column::TokenDigest.eq(digest.as_slice())).filter(Column::RevokedAt.is_null());
    let Some(device) = wanted.one(db).await?.filter(|device| device.is_bound(app)) else { return Ok(None) };
    let Some(event) = event::Entity::find_by_id(device.event_id).one(db).await? else { return Ok(None) };
    let (known, read_from) = (app.extensions.get_or_default::<Known>(), [Table::Device, Table::Event].map(Part::All));
    known.keep(changes, before, digest, (device.clone(), event.clone()), &read_from);
    Ok(while_it_lasts(app, device, event))
}

/// By the digests of their tokens.
type Known = Memory<Vec<u8>, (Model, event::Model)>;

/// As [`find_by_token`], where it is remembered and still true.
#[must_use]
pub fn recall(app: &App, token: &str) -> Option<(Model, event::Model)> {
    let known = app.extensions.get_or_default::<Known>().recall(app.database.changes(), &token::digest(token)?);
    known.and_then(|(device, event)| while_it_lasts(app, device, event))
}

fn while_it_lasts(app: &App, device: Model, event: event::Model) -> Option<(Model, event::Model)> {
    (event.ends_at + GRACE > app.now()).then_some((device, event))
}
