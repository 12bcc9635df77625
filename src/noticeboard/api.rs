//! The notice board: what anybody may read about events and how many have applied.

use std::collections::HashMap;

use actix_web::get;
use actix_web::web::{Json, Path};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::accounts::SignedIn;
use crate::app::House;
use crate::body::Query;
use crate::error::{Error, Fault, Refused};
use crate::events::event;
use crate::organizations::{organization, staff};
use crate::paging::{Page, Paging};
use crate::planning::poster::{self, Poster};
use crate::registrations::registration::{self, Side, Status};
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

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BoardQuery {
    /// Slug of a union.
    pub organization: Option<String>,
    /// How many items, 1 to 200; 50 where it is left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// Events, newest first: the published ones, and to an organizer the drafts of their unions too. Who: anyone.
#[utoipa::path(tag = "events", params(BoardQuery), responses(
    (status = 200, body = Page<Notice>),
    (status = 422),
))]
#[get("/events")]
pub async fn list_events(
    house: House,
    account: Option<SignedIn>,
    wanted: Query<BoardQuery>,
) -> Result<Json<Page<Notice>>, Error> {
    let wanted = wanted.into_inner();
    let listed = house.run(async move |app| {
        let db = app.database.reader();
        let paging = Paging { limit: wanted.limit, cursor: wanted.cursor };
        let (limit, after) = (paging.limit()?, paging.after()?);
        let own = match account {
            Some(account) => unions_of(db, account.account_id).await?,
            None => Vec::new(),
        };
        let public = event::Column::PublishedAt.lte(app.now());
        let visible = Condition::any().add(public).add(event::Column::OrganizationId.is_in(own));
        let mut rows = event::Entity::find().filter(visible);
        if let Some(slug) = &wanted.organization {
            let union = organization::by_slug(db, slug).await?.map(|union| union.id);
            rows = rows.filter(event::Column::OrganizationId.eq(union.unwrap_or_default()));
        }
        if let Some(after) = after {
            rows = rows.filter(event::Column::Id.lt(after));
        }
        let mut rows = rows.order_by_desc(event::Column::Id).limit(limit + 1).all(db).await?;
        let page = Page::of(rows.clone(), limit, |row| row.id, |row| row.id);
        rows.truncate(page.items.len());
        Ok(Page { items: notices(db, rows, app.now()).await?, next: page.next })
    });
    Ok(Json(listed.await?))
}

/// One event. Drafts are there for the organizers of their union only. Who: anyone.
#[utoipa::path(tag = "events", params(("event" = String, Path)), responses(
    (status = 200, body = Notice),
))]
#[get("/events/{event}")]
pub async fn read_event(house: House, account: Option<SignedIn>, slug: Path<String>) -> Result<Json<Notice>, Error> {
    let found = house.run(async move |app| {
        let db = app.database.reader();
        let event = event::by_slug(db, &slug).await?.ok_or_else(Refused::not_found)?;
        let own = match account {
            Some(account) => staff::organizes(db, account.account_id, event.organization_id).await?,
            None => false,
        };
        if !own && !event.is_published(app.now()) {
            return Err(Refused::not_found().into());
        }
        notices(db, vec![event], app.now()).await?.pop().ok_or_else(|| Refused::not_found().into())
    });
    Ok(Json(found.await?))
}

async fn unions_of(db: &impl ConnectionTrait, account_id: Uuid) -> Result<Vec<Uuid>, Fault> {
    let grants = staff::Entity::find()
        .filter(staff::Column::AccountId.eq(account_id))
        .filter(staff::Column::Role.eq(staff::Role::Organizer));
    Ok(grants.all(db).await?.into_iter().map(|grant| grant.organization_id).collect())
}

/// The notices of these events, in their order.
pub async fn notices(
    db: &impl ConnectionTrait,
    events: Vec<event::Model>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<Notice>, Fault> {
    let applicants = applicants(db, events.iter().map(|event| event.id).collect()).await?;
    let posters = poster::posters(db, events, now).await?;
    let notice =
        |poster: Poster| Notice { applicants: applicants.get(&poster.id).copied().unwrap_or_default(), poster };
    Ok(posters.into_iter().map(notice).collect())
}

#[derive(FromQueryResult)]
struct SideCount {
    event_id: Uuid,
    side: Side,
    count: i64,
}

async fn applicants(db: &impl ConnectionTrait, events: Vec<Uuid>) -> Result<HashMap<Uuid, Applicants>, Fault> {
    let counts = registration::Entity::find()
        .filter(registration::Column::EventId.is_in(events))
        .filter(registration::Column::Status.is_not_in([Status::Withdrawn, Status::Rejected]))
        .select_only()
        .column(registration::Column::EventId)
        .column(registration::Column::Side)
        .column_as(registration::Column::Id.count(), "count")
        .group_by(registration::Column::EventId)
        .group_by(registration::Column::Side);
    let mut applicants: HashMap<Uuid, Applicants> = HashMap::new();
    for SideCount { event_id, side, count } in counts.into_model::<SideCount>().all(db).await? {
        // In a small unit everybody knows who the few are; nobody at all is no news either.
        let is_shown = usize::try_from(count).ok().and_then(suppress_small).filter(|count| *count > 0).map(|_| count);
        let of_event = applicants.entry(event_id).or_default();
        match side {
            Side::Men => of_event.men = is_shown,
            Side::Women => of_event.women = is_shown,
        }
    }
    Ok(applicants)
}
