//! What a desk takes along for the hour without a link.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveModelTrait, ConnectionTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use sha2::Sha256;
use utoipa::ToSchema;

use super::doors::{self, LastStep};
use super::seal;
use crate::app::App;
use crate::badges::number::Number;
use crate::badges::{badge, code};
use crate::checkin::attempt::Reason;
use crate::checkin::presence::Counts;
use crate::checkin::{bearer, objection};
use crate::error::{Error, Fault};
use crate::events::access::Desk;
use crate::events::device;
use crate::events::phase::Phase;
use crate::registrations::registration::{Side, Status};
use crate::screening::place;

/// How often a device is written down as seen.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Everybody with a badge. Whoever holds it and no badge learns how many there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct Roster {
    /// Changes whenever anything in it does; also the `ETag`.
    pub version: String,
    pub made_at: DateTime<Utc>,
    /// When the doors open and close; null where nobody has said so.
    pub opens_at: Option<DateTime<Utc>>,
    pub closes_at: Option<DateTime<Utc>>,
    /// How many have a badge and a seat, by side.
    pub expected: Counts,
    /// The highest number on each side: numbers have no gaps.
    pub numbers: Counts,
    /// The numbers that are inside now.
    #[schema(example = json!(["男013"]))]
    pub inside: Vec<String>,
    /// By number, who went through the door which way last, when and where.
    pub doors: BTreeMap<String, LastStep>,
    /// Goes into the key of each record.
    pub salt: String,
    /// By name, each sealed under the code of its badge. Name: HKDF-SHA256(code, salt, "queqiao
    /// roster name", 16 bytes); key: the same with "queqiao roster key", 32 bytes; record: 12 bytes
    /// of nonce and AES-256-GCM with the name as additional data. All base64url.
    pub records: BTreeMap<String, String>,
}

/// What a record says once its code opens it.
#[derive(Debug, Default, Serialize)]
struct RosterRecord {
    #[serde(skip_serializing_if = "Option::is_none")]
    badge: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<Side>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    /// What speaks against letting the person in.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Reason>,
}

#[derive(FromQueryResult)]
struct Guest {
    badge_id: Uuid,
    registration_id: Uuid,
    side: Side,
    number: i32,
    status: Status,
    nickname: Option<String>,
    unit: String,
    group_number: Option<i32>,
    erased_at: Option<DateTimeUtc>,
}

/// The roster of the desk's event, or None where the desk holds this version already.
///
/// # Errors
/// Only faults.
pub async fn roster(app: &Arc<App>, desk: &Desk, held: &[String]) -> Result<Option<Roster>, Error> {
    let event = &desk.event;
    seen(app, desk).await?;
    let db = app.database.reader();
    let guests = guests(db, event.id).await?;
    let places = place::of_people(db, event, guests.iter().map(|guest| guest.registration_id)).await?;
    let codes = codes(db, event.id).await?;
    let doors = doors::last_steps(db, event.id).await?;
    let inside = doors.iter().filter(|(_, last)| last.inside).map(|(worn, _)| worn.clone()).collect();
    let highest = |side| guests.iter().filter(|guest| guest.side == side).map(|guest| guest.number).max().unwrap_or(0);
    let mut roster = Roster {
        version: String::new(),
        made_at: app.now(),
        opens_at: event.boundary(Phase::OnSite),
        closes_at: event.boundary(Phase::Closed),
        expected: seated(&guests),
        numbers: Counts { men: highest(Side::Men).into(), women: highest(Side::Women).into() },
        inside,
        doors,
        salt: event.id.to_string(),
        records: BTreeMap::new(),
    };
    let by_badge: HashMap<Uuid, Guest> = guests.into_iter().map(|guest| (guest.badge_id, guest)).collect();
    let mut sealed_for = Vec::with_capacity(codes.len());
    for code in codes {
        if let Some(guest) = by_badge.get(&code.badge_id) {
            let place = places.of(event, guest.registration_id);
            let mut entry = tell(guest, code.revoked_at.is_some());
            // Not the day: nobody knows when the link will be lost.
            entry.refusal = entry.refusal.or_else(|| objection::of_another_board(&place, desk.board()));
            let entry = serde_json::to_vec(&entry).map_err(Fault::of)?;
            sealed_for.push((code, entry));
        }
    }
    roster.version = version(app, &roster, &sealed_for)?;
    if held.contains(&roster.version) {
        return Ok(None);
    }
    let (sealing, salt) = (Arc::clone(app), roster.salt.clone());
    let sealed = tokio::task::spawn_blocking(move || sealed(&sealing, &salt, sealed_for));
    roster.records = sealed.await.map_err(Fault::of)??;
    Ok(Some(roster))
}

/// How many are expected: those who have a badge and a seat, by side.
pub async fn expected(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Counts, Fault> {
    Ok(seated(&guests(db, event_id).await?))
}

fn seated(guests: &[Guest]) -> Counts {
    let mut seated = Counts::default();
    for guest in guests.iter().filter(|guest| guest.status == Status::Confirmed && guest.erased_at.is_none()) {
        match guest.side {
            Side::Men => seated.men += 1,
            Side::Women => seated.women += 1,
        }
    }
    seated
}

/// Of an old code nothing is told: who carries it now is not known. Nor of an account that was erased.
fn tell(guest: &Guest, revoked: bool) -> RosterRecord {
    if guest.erased_at.is_some() || revoked {
        let refusal = if guest.erased_at.is_some() { Reason::Withdrawn } else { Reason::RevokedCode };
        return RosterRecord { refusal: Some(refusal), ..RosterRecord::default() };
    }
    RosterRecord {
        badge: Some(Number { side: guest.side, number: guest.number }.to_string()),
        nickname: guest.nickname.clone(),
        side: Some(guest.side),
        unit: Some(guest.unit.clone()),
        group: guest.group_number.map(|group| group.to_string()),
        refusal: objection::standing(guest.status),
    }
}

fn sealed(app: &App, salt: &str, sealed_for: Vec<(code::Model, Vec<u8>)>) -> Result<BTreeMap<String, String>, Fault> {
    let mut records = BTreeMap::new();
    for (code, entry) in sealed_for {
        let sealed = seal::seal(app, salt, &code.open(app)?, &entry)?;
        records.insert(sealed.name, sealed.record);
    }
    Ok(records)
}

/// Keyed, because what is in it could otherwise be guessed and compared.
fn version(app: &App, roster: &Roster, sealed_for: &[(code::Model, Vec<u8>)]) -> Result<String, Fault> {
    let parts = (roster.opens_at, roster.closes_at, &roster.expected, &roster.numbers, &roster.doors);
    let key = app.secrets.key("roster version");
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_ref()).map_err(Fault::of)?;
    mac.update(&serde_json::to_vec(&parts).map_err(Fault::of)?);
    for (code, entry) in sealed_for {
        mac.update(code.id.as_bytes());
        mac.update(entry);
    }
    Ok(HEXLOWER.encode(mac.finalize().into_bytes().first_chunk::<12>().unwrap_or(&[0; 12])))
}

async fn guests(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Guest>, DbErr> {
    let guests = bearer::badges().column_as(badge::Column::Id, "badge_id").filter(badge::Column::EventId.eq(event_id));
    guests.into_model().all(db).await
}

/// Every code of the event's badges, those too that open nothing any more.
async fn codes(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<code::Model>, DbErr> {
    let mut badges = badge::Entity::of_event(event_id).select_only().column(badge::Column::Id);
    let badges = QuerySelect::query(&mut badges).take();
    let codes = code::Entity::find().filter(code::Column::BadgeId.in_subquery(badges));
    codes.order_by_asc(code::Column::Id).all(db).await
}

async fn seen(app: &App, desk: &Desk) -> Result<(), Error> {
    let Some(device) = desk.device() else { return Ok(()) };
    if device.seen_at.is_some_and(|seen| app.now() - seen < SEEN_EVERY) {
        return Ok(());
    }
    let txn = app.database.begin_write().await?;
    let row = device::ActiveModel { id: Set(device.id), seen_at: Set(Some(app.now())), ..Default::default() };
    row.update(&txn).await?;
    txn.commit().await
}
