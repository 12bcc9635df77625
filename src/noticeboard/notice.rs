//! An event as anybody reads it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::{Error, Fault};
use crate::events::event;
use crate::paging::{Page, Paging};
use crate::planning::poster::{self, Poster};
use crate::registrations::roll;
use crate::small_counts::suppress_small;

/// An event as anybody reads it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Notice {
    #[serde(flatten)]
    pub poster: Poster,
    pub applicants: Applicants,
}

/// How many take part or want to; null where they are fewer than five.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct Applicants {
    pub men: Option<i64>,
    pub women: Option<i64>,
}

impl Notice {
    /// When something of it changes by the clock.
    pub fn turns(&self) -> impl Iterator<Item = DateTime<Utc>> + use<> {
        let poster = &self.poster;
        let phases: Vec<_> = poster.phases.iter().filter_map(|stretch| stretch.starts_at).collect();
        phases.into_iter().chain([poster.starts_at, poster.ends_at])
    }
}

/// A part of the list of those events that belong to it, newest first.
///
/// # Errors
/// 422 where no such part can be asked for.
pub async fn list(
    db: &impl ConnectionTrait,
    listed: impl IntoCondition,
    paging: &Paging,
    now: DateTime<Utc>,
) -> Result<Page<Notice>, Error> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let mut rows = event::Entity::find().filter(listed);
    if let Some(after) = after {
        rows = rows.filter(event::Column::Id.lt(after));
    }
    let mut rows = rows.order_by_desc(event::Column::Id).limit(limit + 1).all(db).await?;
    let page = Page::of(rows.clone(), limit, |row| row.id, |row| row.id);
    rows.truncate(page.items.len());
    Ok(Page { items: notices(db, rows, now).await?, next: page.next })
}

/// The notices of these events, in their order; without those that cannot be read.
pub async fn notices(
    db: &impl ConnectionTrait,
    events: Vec<event::Model>,
    now: DateTime<Utc>,
) -> Result<Vec<Notice>, Fault> {
    let applicants = applicants(db, events.iter().map(|event| event.id).collect()).await?;
    let posters = poster::posters(db, events, now).await?;
    let notice =
        |poster: Poster| Notice { applicants: applicants.get(&poster.id).copied().unwrap_or_default(), poster };
    Ok(posters.into_iter().map(notice).collect())
}

/// The notice of one event.
///
/// # Errors
/// Where it cannot be read.
pub async fn notice(db: &impl ConnectionTrait, event: event::Model, now: DateTime<Utc>) -> Result<Notice, Fault> {
    let applicants = applicants(db, vec![event.id]).await?.remove(&event.id).unwrap_or_default();
    Ok(Notice { poster: poster::poster(db, event, now).await?, applicants })
}

async fn applicants(db: &impl ConnectionTrait, events: Vec<Uuid>) -> Result<HashMap<Uuid, Applicants>, Fault> {
    // In a small unit everybody knows who the few are; nobody at all is no news either.
    let large =
        |count: i64| usize::try_from(count).ok().and_then(suppress_small).filter(|count| *count > 0).map(|_| count);
    let sides = roll::sides(db, events).await?;
    Ok(sides
        .into_iter()
        .map(|(event, (men, women))| (event, Applicants { men: large(men), women: large(women) }))
        .collect())
}
