//! What anybody may read about an event.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::plan::Plan;
use crate::error::Fault;
use crate::events::event::{self, Sides};
use crate::events::kind::Kind;
use crate::events::name::Name;
use crate::events::phase::Phase;
use crate::events::schedule::Schedule;
use crate::events::{host, series};
use crate::organizations::organization;
use crate::screening::run;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Poster {
    pub id: Uuid,
    pub slug: String,
    pub organization: Name,
    pub series: Option<Name>,
    pub template: Kind,
    pub title: String,
    pub title_en: Option<String>,
    pub summary: String,
    pub venue: String,
    #[schema(example = "Asia/Shanghai")]
    pub timezone: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub sides: Sides,
    pub seats: i32,
    /// Where the event stands; an announced event whose registration has not opened is a `draft`.
    pub phase: Phase,
    /// Whether the screening has been carried out: everybody has their letter.
    #[serde(skip)]
    pub screened: bool,
    pub phases: Vec<Stretch>,
    pub hosts: Vec<host::Line>,
    /// Null: only its organizers can see it.
    pub published_at: Option<DateTime<Utc>>,
    /// How it is held: approval, points, screening, dates, picks, programme.
    pub plan: Plan,
}

/// A phase and when it lasts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Stretch {
    pub phase: Phase,
    /// Null: not by the clock.
    pub starts_at: Option<DateTime<Utc>>,
    /// The beginning of the next phase that has one; null where none has.
    pub ends_at: Option<DateTime<Utc>>,
}

/// The posters of these events, in their order; without those of which nobody can read how they are held.
pub async fn posters(
    db: &impl ConnectionTrait,
    events: Vec<event::Model>,
    now: DateTime<Utc>,
) -> Result<Vec<Poster>, Fault> {
    let drawn = draw(db, events, now).await?;
    Ok(drawn.into_iter().filter_map(|(event_id, poster)| event::leave_out_faulty(event_id, poster)).collect())
}

async fn draw(
    db: &impl ConnectionTrait,
    events: Vec<event::Model>,
    now: DateTime<Utc>,
) -> Result<Vec<(Uuid, Result<Poster, Fault>)>, DbErr> {
    let unions: Vec<Uuid> = events.iter().map(|event| event.organization_id).collect();
    let unions = organization::Entity::find().filter(organization::Column::Id.is_in(unions)).all(db).await?;
    let unions: HashMap<Uuid, organization::Model> = unions.into_iter().map(|union| (union.id, union)).collect();
    let brands: Vec<Uuid> = events.iter().filter_map(|event| event.series_id).collect();
    let brands = series::Entity::find().filter(series::Column::Id.is_in(brands)).all(db).await?;
    let brands: HashMap<Uuid, series::Model> = brands.into_iter().map(|brand| (brand.id, brand)).collect();
    let ids: Vec<Uuid> = events.iter().map(|event| event.id).collect();
    let screened = run::events_screened(db, &ids).await?;
    let lines = host::Entity::find().filter(host::Column::EventId.is_in(ids)).order_by_asc(host::Column::Position);
    let mut hosts: HashMap<Uuid, Vec<host::Line>> = HashMap::new();
    for host in lines.all(db).await? {
        hosts.entry(host.event_id).or_default().push(host::Line { role: host.role, name: host.name });
    }
    let poster = |event: event::Model| {
        let union = unions.get(&event.organization_id).cloned().map(Name::from);
        let brand = event.series_id.and_then(|id| brands.get(&id)).cloned().map(Name::from);
        let (hosts, id) = (hosts.remove(&event.id).unwrap_or_default(), event.id);
        let poster = drawn(event, union, brand, hosts, now);
        (id, poster.map(|poster| Poster { screened: screened.contains(&id), ..poster }))
    };
    Ok(events.into_iter().map(poster).collect())
}

/// The poster of an event of which everything is known, stored or not.
///
/// # Errors
/// Where its settings do not read.
pub fn drawn(
    event: event::Model,
    union: Option<Name>,
    series: Option<Name>,
    hosts: Vec<host::Line>,
    now: DateTime<Utc>,
) -> Result<Poster, Fault> {
    Ok(Poster {
        organization: union.unwrap_or(Name { slug: String::new(), name: String::new(), name_en: None }),
        series,
        phase: event.phase(now),
        screened: false,
        phases: stretches(&Schedule::of(&event)),
        hosts,
        plan: Plan::of(&event)?,
        id: event.id,
        slug: event.slug,
        template: event.template,
        title: event.title,
        title_en: event.title_en,
        summary: event.summary,
        venue: event.venue,
        timezone: event.timezone,
        starts_at: event.starts_at,
        ends_at: event.ends_at,
        sides: event.sides,
        seats: event.seats,
        published_at: event.published_at,
    })
}

/// The poster of one event.
pub async fn poster(db: &impl ConnectionTrait, event: event::Model, now: DateTime<Utc>) -> Result<Poster, Fault> {
    let one = draw(db, vec![event], now).await?.pop();
    one.ok_or_else(|| anyhow::anyhow!("a poster for every event"))?.1
}

fn stretches(schedule: &Schedule) -> Vec<Stretch> {
    let mut next = None;
    let mut stretches: Vec<Stretch> = schedule
        .iter()
        .rev()
        .map(|(phase, starts_at)| {
            let stretch = Stretch { phase, starts_at, ends_at: starts_at.and(next) };
            next = starts_at.or(next);
            stretch
        })
        .collect();
    stretches.reverse();
    stretches
}
