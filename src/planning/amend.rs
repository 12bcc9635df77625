//! An organizer changes what an event says, as long as nobody has relied on it.

use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::boundary;
use super::changes::Changes;
use super::draw_up::unknown_series;
use super::plan::Plan;
use crate::app::App;
use crate::error::{Error, Fault, Refused};
use crate::events::access::Organizer;
use crate::events::phase::Phase;
use crate::events::refusals::SLUG_TAKEN;
use crate::events::schedule::Schedule;
use crate::events::{amendment, event, series};
use crate::folding;
use crate::happening::What;
use crate::registrations::precedence;
use crate::{boards, points, screening};

/// Changes an event, all or nothing.
///
/// # Errors
/// 409 `event_closed`, `slug_taken`; 409 `too_late` with the fields somebody already relies on; 422 `invalid`.
pub async fn amend(app: &App, by: &Organizer, changes: Changes) -> Result<event::Model, Error> {
    let txn = app.database.begin_write().await?;
    let (event, phase) = amendment::hold(&txn, app, by).await?;
    let late = too_late(&event, phase, &changes);
    if !late.is_empty() {
        return Err(amendment::too_late(late).into());
    }
    if let Some(slug) = &changes.slug
        && is_taken(&txn, slug, event.id).await?
    {
        return Err(SLUG_TAKEN.on("slug").into());
    }
    let series = match &changes.series {
        Some(slug) => {
            let series = series::of_union(&txn, event.organization_id, slug).await?;
            Some(series.ok_or_else(unknown_series)?.id)
        }
        None => event.series_id,
    };
    let (mut row, plan) = amended(app, &event, &changes)?;
    screening::promised::keep(&txn, &event, phase, &changes.named(), plan.screening.as_ref()).await?;
    let screened = screening::run::of_event(&txn, event.id).await?.is_some();
    boards::terms::keep(&event, phase, plan.boards.as_deref().unwrap_or_default(), screened)?;
    row.series_id = Set(series);
    let hosts = changes.hosts.as_deref();
    let event = amendment::write(&txn, app, by, (&event, row), hosts, &changes.named()).await?;
    precedence::update_classes(&txn, &event, app.now()).await?;
    screening::deadline::bring_forward(&txn, &event).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::EventChanged);
    Ok(event)
}

async fn is_taken(txn: &impl ConnectionTrait, slug: &str, by_other_than: Uuid) -> Result<bool, Fault> {
    let others = event::Entity::find().filter(event::Column::Slug.eq(slug)).filter(event::Column::Id.ne(by_other_than));
    Ok(others.count(txn).await? > 0)
}

/// The last phase in which what the rooms are told may be changed, where there is one.
const LAST: [(&str, Phase); 3] =
    [("points", points::terms::LAST), ("boards", boards::terms::LAST), ("screening", screening::terms::LAST)];

/// What nobody may change any more, each with the phase until which it could be.
#[must_use]
pub fn settled(event: &event::Model, phase: Phase) -> Vec<(&'static str, Phase)> {
    amendment::settled(event, phase, &LAST)
}

/// What can no longer be changed, and until when it could.
fn too_late(event: &event::Model, phase: Phase, changes: &Changes) -> Vec<(String, Phase)> {
    let named = changes.named();
    let settled = settled(event, phase).into_iter().filter(|(field, _)| named.contains(field));
    let mut late: Vec<(String, Phase)> = settled.map(|(field, last)| (field.to_owned(), last)).collect();
    for (at, boundary) in changes.phases.iter().flatten().enumerate() {
        if boundary.phase != Phase::Draft && boundary.phase <= phase {
            late.push((format!("phases[{at}].starts_at"), boundary.phase));
        }
    }
    late
}

fn amended(app: &App, event: &event::Model, changes: &Changes) -> Result<(event::ActiveModel, Plan), Error> {
    let (old, mut schedule) = (Schedule::of(event), Schedule::of(event));
    schedule.starts_at = changes.starts_at.unwrap_or(event.starts_at);
    schedule.ends_at = changes.ends_at.unwrap_or(event.ends_at);
    let boundaries = changes.phases.as_deref();
    let mut faults = boundary::apply_boundaries(&mut schedule, boundaries.unwrap_or_default());
    schedule.follow(&old, app.now());
    let path = boundary::path_of(boundaries);
    if schedule != old {
        faults.extend(schedule.untimely(Some(&old), app.now(), &path));
        faults.extend(schedule.faults(app.now(), &path));
    }
    let seats = changes.seats.unwrap_or(event.seats);
    let sides = changes.sides.unwrap_or(event.sides);
    let mut stored = Plan::of(event)?;
    // Where an event says nothing of points it pays by the rules everybody knows, and goes on to.
    stored.points = Some(points::terms::of(event)?);
    stored.screening = stored.screening.map(|screening| screening.follow(event.seats));
    let plan = changes.plan().or(stored).completed(seats, sides);
    faults.extend(plan.faults(seats));
    let planned = plan.boards.as_deref().unwrap_or_default();
    faults.extend(boards::terms::outside(planned, schedule.starts_at, schedule.ends_at));
    if !faults.is_empty() {
        return Err(Refused::invalid(faults).into());
    }
    let mut row = event.clone().into_active_model();
    let line = |text: &String| folding::line(text);
    row.slug = Set(changes.slug.clone().unwrap_or_else(|| event.slug.clone()));
    row.title = Set(changes.title.as_ref().map_or_else(|| event.title.clone(), line));
    row.title_en = Set(changes.title_en.as_ref().map(line).or_else(|| event.title_en.clone()));
    row.summary = Set(changes.summary.as_ref().map_or_else(|| event.summary.clone(), |text| text.trim().to_owned()));
    row.venue = Set(changes.venue.as_ref().map_or_else(|| event.venue.clone(), line));
    row.timezone = Set(changes.timezone.clone().unwrap_or_else(|| event.timezone.clone()));
    row.sides = Set(sides);
    row.seats = Set(seats);
    row.settings = Set(serde_json::to_value(&plan).map_err(Fault::of)?);
    schedule.write(&mut row);
    Ok((row, plan))
}
