//! Who may do something on the plaza: an approved participant, while the online phase lasts.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::refusals::NOT_APPROVED;
use crate::app::App;
use crate::database::Write;
use crate::error::Error;
use crate::error::refusal::Refusal;
use crate::events::event;
use crate::events::phase::Phase;
use crate::points::ledger;
use crate::registrations::access::Participant;
use crate::registrations::registration::{self, Status};

/// A participant inside, with the event and their registration held for the transaction.
pub struct Inside {
    pub event: event::Model,
    pub registration: registration::Model,
    /// The moment everything in this transaction happens at.
    pub now: DateTime<Utc>,
    /// The event's calendar day of that moment.
    pub today: NaiveDate,
}

/// Lets a participant in.
///
/// # Errors
/// 409 `phase_closed` outside the online phase, 403 `not_approved` for whoever is not (or no longer) approved.
pub async fn admit_participant(txn: &Write, app: &App, who: &Participant) -> Result<Inside, Error> {
    let event = event::hold_shared(txn, who.event.id).await?;
    let now = app.now();
    event.requires(now, Phase::Online)?;
    let registration = ledger::hold_person(txn, event.id, who.registration.id).await?;
    may_enter(&registration)?;
    let today = event.day(now);
    Ok(Inside { event, registration, now, today })
}

/// # Errors
/// 403 `not_approved`.
pub fn may_enter(registration: &registration::Model) -> Result<(), Refusal> {
    if registration.status == Status::Approved { Ok(()) } else { Err(NOT_APPROVED) }
}

/// Whether somebody may put something up just now, asked before what they send is read and unpacked;
/// [`admit_participant`] asks again.
///
/// # Errors
/// As [`admit_participant`].
pub fn may_put_up(app: &App, who: &Participant) -> Result<(), Error> {
    who.event.requires(app.now(), Phase::Online)?;
    Ok(may_enter(&who.registration)?)
}

/// Whether somebody may look around: whoever takes part, from the online phase on.
///
/// # Errors
/// 409 `phase_closed`, 403 `not_approved`.
pub fn may_look(app: &App, who: &Participant) -> Result<Uuid, Error> {
    let now = app.now();
    if who.event.phase(now) < Phase::Online {
        who.event.requires(now, Phase::Online)?;
    }
    if who.registration.status.takes_part() { Ok(who.event.id) } else { Err(NOT_APPROVED.into()) }
}
