//! What every change of an event has in common: an organizer changes what it says as long as nobody has relied on it.

use sea_orm::ActiveModelTrait;
use serde_json::json;

use super::access::Organizer;
use super::event;
use super::phase::Phase;
use super::refusals::{EVENT_CLOSED, TOO_LATE};
use crate::app::App;
use crate::audit::Deed;
use crate::database::Write;
use crate::error::{Error, Fault, FieldError, Refused};

/// The last phase in which a field may be changed, where there is one; rooms say so of their own.
const LAST: [(&str, Phase); 3] =
    [("sides", Phase::Draft), ("seats", Phase::Screening), ("starts_at", Phase::Confirmation)];

/// What nobody may change any more, each with the phase until which it could be.
///
/// # Arguments
/// `rooms`: the last phase in which members of the rooms may be changed.
#[must_use]
pub fn settled(event: &event::Model, phase: Phase, rooms: &[(&'static str, Phase)]) -> Vec<(&'static str, Phase)> {
    let fields = LAST.iter().chain(rooms).copied();
    let mut settled: Vec<_> = fields.filter(|(_, last)| phase > *last).collect();
    settled.sort_by_key(|(_, last)| *last);
    if event.published_at.is_some() {
        settled.push(("slug", Phase::Draft));
    }
    settled
}

/// 409: fields somebody already relies on, each with the phase until which it could be changed.
#[must_use]
pub fn too_late(fields: Vec<(String, Phase)>) -> Refused {
    let fault = |(field, phase): (String, Phase)| {
        FieldError::new(field, TOO_LATE.code, format!("could be changed until {}", phase.word()))
    };
    Refused { errors: fields.into_iter().map(fault).collect(), ..TOO_LATE.into() }
}

/// Holds an event that is to be changed, and says in which phase it stands.
///
/// # Errors
/// 409 `event_closed`.
pub async fn hold(txn: &Write, app: &App, by: &Organizer) -> Result<(event::Model, Phase), Error> {
    let event = event::hold(txn, by.event.id).await?;
    let phase = event.phase(app.now());
    if phase == Phase::Closed { Err(EVENT_CLOSED.into()) } else { Ok((event, phase)) }
}

/// Writes what is changed, and into the audit which fields were named.
pub async fn write(
    txn: &Write,
    app: &App,
    by: &Organizer,
    row: event::ActiveModel,
    fields: &[&str],
) -> Result<event::Model, Fault> {
    let event = row.update(txn).await?;
    by.records(Deed::EventAmended).about("event", event.id).with(json!({ "fields": fields })).record(txn, app).await?;
    Ok(event)
}
