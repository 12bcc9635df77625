//! From the application to the letter that says what came of it.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{Finding, the};
use crate::error::Fault;
use crate::events::event;
use crate::mail::letter;
use crate::planning::plan::Plan;
use crate::points::rules::RuleSet;
use crate::points::{digest, frozen};
use crate::registrations::registration::{self, Status};
use crate::screening::placement;
use crate::screening::record::Record;
use crate::screening::run;

/// What was decided about every event can be read: otherwise nobody can say what people were promised.
pub fn settings(events: &[event::Model]) -> Finding {
    let mut finding = Finding::of("settings", events.len());
    for event in events {
        let read = Plan::of(event).and_then(|_| RuleSet::of(event));
        finding.wrong.extend(read.err().map(|fault| fault.to_string()));
    }
    finding
}

/// One active application a person and event.
pub async fn applications(db: &impl ConnectionTrait) -> Result<Finding, Fault> {
    let all = registration::Entity::find().all(db).await?;
    let mut finding = Finding::of("applications", all.len());
    let mut seen = HashSet::new();
    for row in all.iter().filter(|row| row.status.is_active()) {
        let once = seen.insert((row.event_id, row.account_id));
        finding.unless(once, || format!("{}: a second active application", the("registration", row.id)));
    }
    Ok(finding)
}

/// No more people with a seat than there are seats.
pub async fn seats(db: &impl ConnectionTrait, events: &[event::Model]) -> Result<Finding, Fault> {
    let mut finding = Finding::of("seats", events.len());
    for event in events {
        let seated = placement::Entity::standing_in(event.id, &[Status::Selected, Status::Confirmed]);
        let seated = seated.filter(placement::Column::Seated.eq(true)).all(db).await?.len();
        let within = i64::try_from(seated).is_ok_and(|seated| seated <= i64::from(event.seats));
        finding.unless(within, || format!("{}: {seated} people, {} seats", the("event", event.id), event.seats));
    }
    Ok(finding)
}

/// Every published digest follows from the lines it was taken over, and the freeze is the last.
pub async fn ledgers(db: &impl ConnectionTrait, events: &[event::Model]) -> Result<Finding, Fault> {
    let mut finding = Finding::of("ledgers", 0);
    for event in events {
        let published = digest::of_event(db, event.id).await?;
        let taken: HashMap<_, _> = digest::taken_anew(db, event).await?.into_iter().collect();
        for day in &published {
            finding.examined += 1;
            let same = taken.get(&day.day).is_some_and(|digest| digest.as_slice() == day.digest);
            finding.unless(same, || format!("{}: the digest of {}", the("event", event.id), day.day));
        }
        if let (Some(frozen), Some(last)) = (frozen::of_event(db, event.id).await?, published.last()) {
            finding.unless(frozen.digest == last.digest, || format!("{}: the freeze", the("event", event.id)));
        }
    }
    Ok(finding)
}

/// Every run follows from its own file, and everybody in it has a place.
pub async fn screenings(db: &impl ConnectionTrait) -> Result<Finding, Fault> {
    let runs = run::Entity::find().all(db).await?;
    let mut finding = Finding::of("screenings", runs.len());
    for run in &runs {
        let record = Record::verify(run.file.as_bytes());
        finding.unless(record.is_ok(), || format!("{}: its file does not hold", the("run", run.id)));
        let placed = placement::Entity::of_event(run.event_id).all(db).await?.len();
        let counted = run.selected + run.waitlisted + run.not_selected;
        let same = i32::try_from(placed).is_ok_and(|placed| placed == counted);
        finding.unless(same, || format!("{}: {placed} places for {counted} people", the("run", run.id)));
    }
    Ok(finding)
}

/// Whoever was screened was told. Letters that went are forgotten in time; an event that still has
/// one of them has to have all.
pub async fn letters(db: &impl ConnectionTrait) -> Result<Finding, Fault> {
    let mut finding = Finding::of("letters", 0);
    for run in run::Entity::find().all(db).await? {
        let written = letter::Entity::find()
            .filter(letter::Column::EventId.eq(run.event_id))
            .filter(letter::Column::Kind.eq("screened"))
            .select_only()
            .column(letter::Column::AccountId)
            .into_tuple::<Option<Uuid>>();
        let written: HashSet<Uuid> = written.all(db).await?.into_iter().flatten().collect();
        if written.is_empty() {
            continue;
        }
        let placed = placement::Entity::of_event(run.event_id).all(db).await?;
        let placed = placed.iter().map(|row| row.registration_id);
        let people = registration::Entity::find().filter(registration::Column::Id.is_in(placed)).all(db).await?;
        for person in people {
            finding.examined += 1;
            let known = written.contains(&person.account_id);
            finding.unless(known, || format!("{}: nobody wrote what came of it", the("registration", person.id)));
        }
    }
    Ok(finding)
}
