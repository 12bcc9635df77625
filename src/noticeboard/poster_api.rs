//! Where programs ask what posters lead to.

use std::sync::Arc;

use actix_web::get;
use actix_web::web::Json;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::poster;
use crate::app::{App, House};
use crate::body::Query;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::paging::{Page, Paging};

/// What the QR of a poster says.
#[derive(Debug, Serialize, ToSchema)]
pub struct PosterLinks {
    /// Of the event.
    event: String,
    /// Of each employer, whose people find it filled in.
    units: Page<UnitPoster>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UnitPoster {
    id: Uuid,
    name: String,
    link: String,
}

/// What the posters of an event lead to: its own, and those of the employers its union knows. Who: organizer.
#[utoipa::path(
    tag = "events",
    params(Paging),
    responses((status = 200, body = PosterLinks), (status = 403), (status = 422)),
    security(("bearer" = []))
)]
#[get("/events/{event}/posters")]
pub async fn poster_links(house: House, by: Organizer, paging: Query<Paging>) -> Result<Json<PosterLinks>, Error> {
    let event = by.event.clone();
    let paging = paging.into_inner();
    let read = async move |app: Arc<App>| poster::units(app.database.reader(), &by.event, &paging).await;
    let Page { items, next } = house.run(read).await?;
    let link = |unit: Option<Uuid>| poster::link(&house, &event, unit);
    let units = items.into_iter().map(|unit| UnitPoster { link: link(Some(unit.id)), id: unit.id, name: unit.name });
    Ok(Json(PosterLinks { event: link(None), units: Page { items: units.collect(), next } }))
}
