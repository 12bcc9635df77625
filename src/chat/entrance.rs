//! Who may be in a room of the chat: whoever takes part, from the online phase to the end of the evening; afterwards
//! whoever is in the circle, as long as it lives. In a group's room only the group, and what was said since one is of it.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::refusals::CHAT_OVER;
use super::room::{self, Which};
use super::terms::Terms;
use crate::accounts::account;
use crate::app::App;
use crate::circle::refusals::NOT_IN_CIRCLE;
use crate::circle::{member, term};
use crate::database::Write;
use crate::error::{Error, Fault, Refused};
use crate::events::event;
use crate::events::phase::Phase;
use crate::plaza::refusals::NOT_APPROVED;
use crate::points::ledger;
use crate::registrations::access::Participant;
use crate::registrations::{group_member, registration};

/// Whoever is inside to do something; event, registration and room are held for the transaction.
pub struct Inside {
    pub event: event::Model,
    pub terms: Terms,
    pub room: room::Model,
    pub seat: Seat,
    /// The moment everything in this transaction happens at.
    pub now: DateTime<Utc>,
    /// The event's calendar day of that moment.
    pub today: NaiveDate,
}

/// Somebody in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    pub registration_id: Uuid,
    /// What was said before is none of theirs: of their group they are since then.
    pub since: Option<DateTime<Utc>>,
    /// After the evening, when the circle goes on: what its members said is theirs, and nobody else's.
    pub in_circle: bool,
}

/// Whether the chat of an event is open now.
///
/// # Errors
/// 404 where it has none; 409 `phase_closed` before the online phase, 409 `chat_over` after its end.
pub async fn open(db: &impl ConnectionTrait, event: &event::Model, now: DateTime<Utc>) -> Result<Terms, Error> {
    let terms = Terms::of(event)?.ok_or_else(Refused::not_found)?;
    if event.phase(now) < Phase::Online {
        event.requires(now, Phase::Online)?;
    }
    if is_over(db, event, now).await? { Err(CHAT_OVER.into()) } else { Ok(terms) }
}

/// Whether the chat of an event has ended by the clock: with the evening, or with the circle that keeps it.
pub async fn is_over(db: &impl ConnectionTrait, event: &event::Model, now: DateTime<Utc>) -> Result<bool, Fault> {
    if event.phase(now) != Phase::Closed {
        return Ok(false);
    }
    Ok(term::of(db, event).await?.is_none_or(|term| term.is_over(now)))
}

/// Whether there is such a room in a chat that is open: everybody's, and each group's that somebody is of or was.
///
/// # Errors
/// 404 where there is none.
pub async fn exists(
    db: &impl ConnectionTrait,
    event: &event::Model,
    (terms, which): (Terms, Which),
) -> Result<(), Error> {
    let Some(number) = which.group() else { return Ok(()) };
    let formed = group_member::Entity::find().filter(group_member::Column::EventId.eq(event.id));
    let formed = formed.filter(group_member::Column::GroupNumber.eq(number)).count(db).await? > 0;
    let is_there = terms.groups && (formed || room::find(db, event.id, which).await?.is_some());
    if is_there { Ok(()) } else { Err(Refused::not_found().into()) }
}

/// Whether somebody may be in a room of a chat that is open.
///
/// # Errors
/// 403 `not_approved`, `not_in_circle`; 404 where it is not their group's.
pub async fn find_seat(
    db: &impl ConnectionTrait,
    event: &event::Model,
    (terms, which): (Terms, Which),
    registration: &registration::Model,
    now: DateTime<Utc>,
) -> Result<Seat, Error> {
    if !registration.status.takes_part() {
        return Err(NOT_APPROVED.into());
    }
    let in_circle = event.phase(now) == Phase::Closed;
    if in_circle {
        member::Entity::find_by_id(registration.id).one(db).await?.ok_or(NOT_IN_CIRCLE)?;
    }
    let since = match which.group() {
        None => None,
        Some(number) => {
            let mine = group_member::Entity::find_by_id(registration.id).one(db).await?;
            let mine = mine.filter(|mine| mine.group_number == number && terms.groups);
            Some(mine.ok_or_else(Refused::not_found)?.joined_at)
        }
    };
    Ok(Seat { registration_id: registration.id, since, in_circle })
}

/// Lets somebody in who wants to do something.
///
/// # Errors
/// What [`open`] and [`find_seat`] say; 409 `chat_over` where the room was closed.
pub async fn admit(txn: &Write, app: &App, who: &Participant, which: Which) -> Result<Inside, Error> {
    let event = event::hold_shared(txn, who.event.id).await?;
    // Asked after waiting: whoever closed the chat meanwhile was first.
    let now = app.now();
    let terms = open(txn, &event, now).await?;
    let registration = ledger::hold_person(txn, event.id, who.registration.id).await?;
    // Whoever erased their account meanwhile was first: nobody would erase what is said now.
    account::find(txn, registration.account_id).await?.ok_or_else(Refused::not_signed_in)?;
    let seat = find_seat(txn, &event, (terms, which), &registration, now).await?;
    let room = room::hold(txn, app, event.id, which).await?;
    if room.closed_at.is_some() {
        return Err(CHAT_OVER.into());
    }
    let today = event.day(now);
    Ok(Inside { event, terms, room, seat, now, today })
}

/// Lets somebody look around.
///
/// # Errors
/// As [`admit`].
pub async fn look(app: &App, who: &Participant, which: Which) -> Result<(Terms, Seat), Error> {
    let (db, now) = (app.database.reader(), app.now());
    let terms = open(db, &who.event, now).await?;
    let seat = find_seat(db, &who.event, (terms, which), &who.registration, now).await?;
    let room = room::find(db, who.event.id, which).await?;
    if room.is_some_and(|room| room.closed_at.is_some()) {
        return Err(CHAT_OVER.into());
    }
    Ok((terms, seat))
}
