//! Who may do something in a circle: whoever came and joined, from the end of the event until the last day is over.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::json;
use uuid::Uuid;

use super::member;
use super::refusals::{CIRCLE_OVER, NOT_IN_CIRCLE};
use super::term::{self, Term};
use crate::app::App;
use crate::checkin::presence;
use crate::database::Write;
use crate::error::{Error, Fault, Refused};
use crate::events::event;
use crate::events::phase::Phase;
use crate::registrations::access::Participant;

/// How one person stands to the circle of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The event has no circle.
    None,
    /// The event is not over yet.
    Early(Term),
    /// It is for those who came.
    NotAdmitted,
    Over(Term),
    /// May join.
    Outside(Term),
    Inside(Term),
}

/// Whoever is inside, with the event and their membership held for the transaction.
pub struct Inside {
    pub event: event::Model,
    pub registration_id: Uuid,
    /// The moment everything in this transaction happens at.
    pub now: DateTime<Utc>,
    /// The event's calendar day of that moment.
    pub today: NaiveDate,
}

/// The circle of an event that lives now. Held with the event, it does not end meanwhile.
///
/// # Errors
/// 409 `phase_closed` before the end of the event, 404 where it has no circle, 409 `circle_over`.
pub async fn open(db: &impl ConnectionTrait, event: &event::Model, now: DateTime<Utc>) -> Result<Term, Error> {
    event.requires(now, Phase::Closed)?;
    let term = term::of(db, event).await?.ok_or_else(Refused::not_found)?;
    if term.is_over(now) { Err(over(term).into()) } else { Ok(term) }
}

#[must_use]
pub fn over(term: Term) -> Refused {
    CIRCLE_OVER.with("ended_at", json!(term.ends_at))
}

/// Lets a member in who wants to do something.
///
/// # Errors
/// What [`open`] says; 403 `not_in_circle`.
pub async fn admit_member(txn: &Write, app: &App, who: &Participant) -> Result<Inside, Error> {
    let event = event::hold_shared(txn, who.event.id).await?;
    // Asked after waiting: whoever ended the circle meanwhile was first.
    let now = app.now();
    open(txn, &event, now).await?;
    let registration_id = member::hold(txn, who.registration.id).await?.registration_id;
    let today = event.day(now);
    Ok(Inside { event, registration_id, now, today })
}

/// Lets a member look around.
///
/// # Errors
/// What [`open`] says; 403 `not_in_circle`.
pub async fn look(app: &App, who: &Participant) -> Result<(), Error> {
    let db = app.database.reader();
    open(db, &who.event, app.now()).await?;
    let joined = member::Entity::find_by_id(who.registration.id).one(db).await?;
    Ok(joined.map(drop).ok_or(NOT_IN_CIRCLE)?)
}

pub async fn standing(
    db: &impl ConnectionTrait,
    event: &event::Model,
    registration_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Standing, Fault> {
    let Some(term) = term::of(db, event).await? else { return Ok(Standing::None) };
    if event.phase(now) != Phase::Closed {
        return Ok(Standing::Early(term));
    }
    if !presence::came(db, registration_id).await? {
        return Ok(Standing::NotAdmitted);
    }
    if term.is_over(now) {
        return Ok(Standing::Over(term));
    }
    let joined = member::Entity::find_by_id(registration_id).one(db).await?.is_some();
    Ok(if joined { Standing::Inside(term) } else { Standing::Outside(term) })
}
