//! An organizer draws up an event from a template.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::json;
use uuid::Uuid;

use super::boundary;
use super::template::Template;
use super::wish::NewEvent;
use crate::accounts::SignedIn;
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::begin_series::unknown_union;
use crate::events::phase::Phase;
use crate::events::refusals::{SLUG_TAKEN, WRONG_ROLE};
use crate::events::schedule::Schedule;
use crate::events::{event, host, series};
use crate::folding;
use crate::happening::What;
use crate::organizations::{organization, staff};

/// 422: the union has no series of the slug that was named.
pub(super) fn unknown_series() -> Refused {
    Refused::invalid(vec![FieldError::new("series", "unknown_series", "the union has no series of this slug")])
}

/// Draws up a draft. Judged whole, so that every field at fault is told at once.
///
/// # Errors
/// 403 `wrong_role` where the union is not theirs; 409 `slug_taken`; 422 `invalid`.
pub async fn draw_up(app: &App, by: &SignedIn, wish: NewEvent) -> Result<event::Model, Error> {
    let txn = app.database.begin_write().await?;
    let union = organization::by_slug(&txn, &wish.organization).await?;
    let union = union.ok_or_else(unknown_union)?;
    if !staff::organizes(&txn, by.account_id, union.id).await? {
        return Err(WRONG_ROLE.saying("You are not an organizer of this union.").into());
    }
    let series = match &wish.series {
        Some(slug) => Some(series::of_union(&txn, union.id, slug).await?.ok_or_else(unknown_series)?.id),
        None => None,
    };
    let (event, faults) = sketch(app, &wish, union.id, series)?;
    if !faults.is_empty() {
        return Err(Refused::invalid(faults).into());
    }
    let row = event.clone().into_active_model().reset_all();
    let unique = OnConflict::column(event::Column::Slug).do_nothing().to_owned();
    if event::Entity::insert(row).on_conflict(unique).exec_without_returning(&txn).await? == 0 {
        return Err(SLUG_TAKEN.on("slug").into());
    }
    host::replace(&txn, app, event.id, &wish.hosts).await?;
    Deed::EventDrawnUp
        .by(by.account_id)
        .at(union.id, event.id)
        .about("event", event.id)
        .with(json!({ "template": wish.template }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::EventChanged);
    Ok(event)
}

/// What the wish and its template make together, and everything in it that cannot be.
pub fn sketch(
    app: &App,
    wish: &NewEvent,
    organization_id: Uuid,
    series_id: Option<Uuid>,
) -> Result<(event::Model, Vec<FieldError>), Fault> {
    let template = Template::of(wish.template)?;
    let now = app.now();
    let zone = event::zone_named(&wish.timezone);
    let mut faults = Vec::new();
    let schedule = match &wish.phases {
        None => template.schedule(wish.starts_at, wish.ends_at, zone, now),
        Some(boundaries) => {
            let mut schedule = Schedule::new(wish.starts_at, wish.ends_at);
            faults.extend(boundary::apply_boundaries(&mut schedule, boundaries));
            schedule
        }
    };
    let path = boundary::path_of(wish.phases.as_deref());
    let untimely = schedule.untimely(None, now, &path);
    // An evening that has gone by puts every phase out of order too; the first fault is the one to mend.
    if untimely.is_empty() {
        faults.extend(schedule.faults(now, &path));
    }
    faults.extend(untimely);
    let seats = wish.seats.unwrap_or(template.seats);
    let sides = wish.sides.unwrap_or(template.sides);
    let plan = wish.plan().or(template.plan).completed(seats, sides);
    faults.extend(plan.faults(seats));
    let planned = plan.boards.as_deref().unwrap_or_default();
    faults.extend(crate::boards::terms::outside(planned, schedule.starts_at, schedule.ends_at));
    let event = event::Model {
        id: app.new_id(),
        organization_id,
        series_id,
        slug: wish.slug.clone(),
        title: folding::line(&wish.title),
        title_en: wish.title_en.as_deref().map(folding::line),
        summary: wish.summary.trim().to_owned(),
        venue: folding::line(&wish.venue),
        timezone: wish.timezone.clone(),
        template: wish.template,
        sides,
        seats,
        starts_at: schedule.starts_at,
        ends_at: schedule.ends_at,
        registration_at: schedule.boundary(Phase::Registration),
        online_at: schedule.boundary(Phase::Online),
        screening_at: schedule.boundary(Phase::Screening),
        confirmation_at: schedule.boundary(Phase::Confirmation),
        on_site_at: schedule.boundary(Phase::OnSite),
        closed_at: schedule.boundary(Phase::Closed),
        settings: serde_json::to_value(&plan).map_err(Fault::of)?,
        created_at: now,
        published_at: None,
        moved: 0,
    };
    Ok((event, faults))
}
