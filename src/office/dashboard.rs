//! `/office`: what needs attention first, then every event of one's unions.

use std::collections::HashMap;

use actix_web::web::Query;
use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::{DateTime, Duration, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use uuid::Uuid;

use super::matters::{Matter, matters};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::{Error, Fault, Refused};
use crate::events::event;
use crate::events::heading::Heading;
use crate::events::phase::Phase;
use crate::events::schedule::Schedule;
use crate::organizations::access::UnionStaff;
use crate::organizations::organization;
use crate::page::{self, Page, Tab, when};
use crate::registrations::roll;

/// More events than this nobody reads; the oldest are left to the reports.
const MOST: u64 = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DashboardQuery {
    /// Slug of one's union.
    union: Option<String>,
}

#[derive(Template)]
#[template(path = "office/dashboard.html")]
struct Dashboard {
    page: Page,
    /// The unions beside each other, where one works for several.
    tabs: Vec<Tab>,
    first: Option<MatterView>,
    others: Vec<MatterView>,
    rows: Vec<Row>,
    past: Vec<Row>,
    unions: Vec<(String, String)>,
}

/// Something that waits, in words.
pub struct MatterView {
    pub text: String,
    pub event: String,
    pub address: String,
}

/// An event in one line.
struct Row {
    heading: Heading,
    union: String,
    men: i64,
    women: i64,
    seats: i32,
    next: String,
    waits: usize,
}

/// Who: organizer of a union.
#[get("/office")]
pub async fn show_dashboard(
    house: House,
    visit: Visit,
    by: UnionStaff,
    query: Query<DashboardQuery>,
) -> Result<HttpResponse, Error> {
    let (page, now) = (visit.page, house.now());
    let chosen = match &query.union {
        Some(slug) => Some(by.unions.iter().find(|union| union.slug == *slug).ok_or_else(Refused::not_found)?),
        None => None,
    };
    let unions: Vec<Uuid> =
        by.unions.iter().filter(|union| chosen.is_none_or(|own| own.id == union.id)).map(|union| union.id).collect();
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let events = events_of(db, unions).await?;
        let waiting = matters(db, &events, now).await?;
        let sides = roll::sides(db, events.iter().map(|event| event.id).collect()).await?;
        Ok((events, waiting, sides))
    });
    let (events, waiting, sides) = read.await?;
    let mut others = shown_matters(&page, &events, &waiting);
    let first = if others.is_empty() { None } else { Some(others.remove(0)) };
    let (past, rows): (Vec<_>, Vec<_>) = events.into_iter().partition(|event| event.phase(now) == Phase::Closed);
    let names: HashMap<Uuid, String> = by.unions.iter().map(|union| (union.id, name(&page, union))).collect();
    let row = |event: event::Model| {
        let (men, women) = sides.get(&event.id).copied().unwrap_or_default();
        Row {
            union: names.get(&event.organization_id).cloned().unwrap_or_default(),
            next: next(&page, &event, now),
            waits: waiting.iter().filter(|matter| matter.event == event.id).count(),
            seats: event.seats,
            heading: Heading::of(&page, &event, now),
            men,
            women,
        }
    };
    let tab = |name: String, address: String, open: bool| Tab { name, address, count: None, open };
    let mut tabs = Vec::new();
    if by.unions.len() > 1 {
        tabs.push(tab(page.t("office-all-unions"), "/office".to_owned(), chosen.is_none()));
        tabs.extend(by.unions.iter().map(|union| {
            let open = chosen.is_some_and(|own| own.id == union.id);
            tab(name(&page, union), format!("/office?union={}", union.slug), open)
        }));
    }
    let rows: Vec<Row> = rows.into_iter().map(row).collect();
    page::answer(&Dashboard {
        past: past.into_iter().rev().map(row).collect(),
        unions: by.unions.iter().map(|union| (union.slug.clone(), name(&page, union))).collect(),
        tabs,
        first,
        others,
        rows,
        page,
    })
}

fn name(page: &Page, union: &organization::Model) -> String {
    let english = page.language.choose(None, union.name_en.as_ref());
    english.unwrap_or(&union.name).clone()
}

/// The events of these unions, the nearest evening first.
async fn events_of(db: &impl ConnectionTrait, unions: Vec<Uuid>) -> Result<Vec<event::Model>, Fault> {
    let events = event::Entity::find().filter(event::Column::OrganizationId.is_in(unions));
    let mut events = events.order_by_desc(event::Column::StartsAt).limit(MOST).all(db).await?;
    events.reverse();
    Ok(events)
}

/// What waits, in the reader's words.
#[must_use]
pub fn shown_matters(page: &Page, events: &[event::Model], matters: &[Matter]) -> Vec<MatterView> {
    let view = |matter: &Matter| {
        let event = events.iter().find(|event| event.id == matter.event)?;
        let english = page.language.choose(None, event.title_en.as_ref());
        Some(MatterView {
            text: page.say(matter.kind.label_key(), &[("count", matter.count.into())]),
            event: english.unwrap_or(&event.title).clone(),
            address: format!("/office/e/{}{}", event.slug, matter.kind.place()),
        })
    };
    matters.iter().filter_map(view).collect()
}

/// The boundary that comes next, and how far away it is.
#[must_use]
pub fn next(page: &Page, event: &event::Model, now: DateTime<Utc>) -> String {
    if !event.is_published(now) {
        return page.t("office-next-publish");
    }
    let next = Schedule::of(event).iter().find_map(|(phase, begins)| Some((phase, begins.filter(|at| *at > now)?)));
    let Some((phase, begins)) = next else { return String::new() };
    let span = begins - now;
    let when = if span < Duration::days(2) {
        page.say("office-in", &[("left", when::left(page.language, span).into())])
    } else {
        when::moment(page.language, event.zone(), begins, now)
    };
    format!("{} · {when}", page.t(&format!("step-{}", phase.word())))
}
