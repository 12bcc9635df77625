//! What every change of an event has in common: an organizer changes what it says as long as nobody has relied on it.

use sea_orm::ActiveModelTrait;
use serde_json::{Map, Value, json};

use super::access::Organizer;
use super::phase::Phase;
use super::refusals::{EVENT_CLOSED, TOO_LATE};
use super::schedule::Schedule;
use super::{event, host};
use crate::app::App;
use crate::audit::{Deed, changes};
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

/// Writes what is changed, and into the audit which fields were named and what stood there before.
pub async fn write(
    txn: &Write,
    app: &App,
    by: &Organizer,
    (before, row): (&event::Model, event::ActiveModel),
    hosts: Option<&[host::Line]>,
    fields: &[&str],
) -> Result<event::Model, Fault> {
    let old = spelled_out(before, &host::of_event(txn, before.id).await?)?;
    let event = row.update(txn).await?;
    if let Some(hosts) = hosts {
        host::replace(txn, app, event.id, hosts).await?;
    }
    let new = spelled_out(&event, &host::of_event(txn, event.id).await?)?;
    by.records(Deed::EventAmended)
        .about("event", event.id)
        .with(json!({ "fields": fields, "changes": changes::between(&old, &new) }))
        .record(txn, app)
        .await?;
    Ok(event)
}

/// Everything an organizer decides about an event, by the names a request has for it.
fn spelled_out(event: &event::Model, hosts: &[host::Line]) -> Result<Value, Fault> {
    let phases: Map<String, Value> =
        Schedule::of(event).iter().map(|(phase, begins)| (phase.word().to_owned(), json!(begins))).collect();
    let mut state = json!({
        "slug": event.slug,
        "title": event.title,
        "title_en": event.title_en,
        "summary": event.summary,
        "venue": event.venue,
        "timezone": event.timezone,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "seats": event.seats,
        "sides": event.sides,
        "series": event.series_id,
        "phases": phases,
        "hosts": serde_json::to_value(hosts).map_err(Fault::of)?,
    });
    if let (Some(state), Some(rooms)) = (state.as_object_mut(), event.settings.as_object()) {
        state.extend(rooms.clone());
    }
    Ok(state)
}
