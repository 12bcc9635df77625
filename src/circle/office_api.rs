//! Where organizers look after a circle.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{CustomizeResponder, HttpResponse, Responder, get, post, put};
use chrono::{DateTime, NaiveDate, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::figures::{self, Figures};
use super::term::{self, Term};
use super::{announce, end, move_end};
use crate::app::{App, House};
use crate::body::{Body, one_line, text};
use crate::error::Error;
use crate::events::access::Organizer;

/// How a circle is doing.
#[derive(Debug, Serialize, ToSchema)]
pub struct CircleFigures {
    /// None where the event has no circle.
    last_day: Option<NaiveDate>,
    ends_at: Option<DateTime<Utc>>,
    over: bool,
    members: u64,
    /// Of members, in sight.
    posts: u64,
    replies: u64,
    /// Reported, and nobody has decided yet.
    reported: u64,
}

/// How many are in the circle and how much they say. Who: organizer.
#[utoipa::path(
    tag = "circle",
    responses(
        (status = 200, body = CircleFigures),
        (status = 403),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/circle/figures")]
pub async fn circle_figures(house: House, by: Organizer) -> Result<Json<CircleFigures>, Error> {
    let read = async move |app: Arc<App>| {
        let db = app.database.reader();
        Ok((term::of(db, &by.event).await?, figures::of(db, by.event.id).await?))
    };
    let (term, Figures { members, posts, replies, reported }) = house.run(read).await?;
    let over = term.is_some_and(|term| term.is_over(house.now()));
    let (last_day, ends_at) = (term.map(|term| term.last_day), term.map(|term| term.ends_at));
    Ok(Json(CircleFigures { last_day, ends_at, over, members, posts, replies, reported }))
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCircleEnd {
    /// The last day it lives, by the calendar of the event; 1 to 365 days after the evening.
    #[garde(skip)]
    last_day: NaiveDate,
    /// Stands in the audit log.
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

impl NewCircleEnd {
    pub fn into_parts(self) -> (NaiveDate, String) {
        (self.last_day, self.reason)
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CircleTerm {
    last_day: NaiveDate,
    ends_at: DateTime<Utc>,
}

/// Gives the circle another last day, or an event that is over its circle. Who: organizer.
#[utoipa::path(
    tag = "circle",
    request_body = NewCircleEnd,
    responses(
        (status = 200, body = CircleTerm),
        (status = 400),
        (status = 403),
        (status = 409, description = "`phase_closed`, `circle_over`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[put("/events/{event}/circle/last-day")]
pub async fn move_circle_end(house: House, by: Organizer, wish: Body<NewCircleEnd>) -> Result<Json<CircleTerm>, Error> {
    let (last_day, reason) = wish.into_inner().into_parts();
    let moved = house.run(async move |app| move_end::move_end(&app, &by, last_day, &reason).await).await?;
    let Term { last_day, ends_at } = moved;
    Ok(Json(CircleTerm { last_day, ends_at }))
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CircleEnding {
    /// Stands in the audit log.
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

impl CircleEnding {
    pub fn into_reason(self) -> String {
        self.reason
    }
}

/// Ends the circle now, for good; what was written is erased. Who: organizer.
#[utoipa::path(
    tag = "circle",
    request_body = CircleEnding,
    responses(
        (status = 204),
        (status = 400),
        (status = 403),
        (status = 409, description = "`phase_closed`, `circle_over`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/circle/end")]
pub async fn end_circle(house: House, by: Organizer, ending: Body<CircleEnding>) -> Result<HttpResponse, Error> {
    house.done(async move |app| end::end(&app, &by, &ending.reason).await).await
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCircleAnnouncement {
    /// 1 to 1000 characters; kept as typed, shown as plain text.
    #[garde(custom(text(1, 1000)))]
    #[schema(min_length = 1, max_length = 1000)]
    body: String,
}

impl NewCircleAnnouncement {
    pub fn into_body(self) -> String {
        self.body
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CircleAnnounced {
    id: Uuid,
}

/// Says something to the circle, marked as the organizer's (主办方). Who: organizer.
#[utoipa::path(
    tag = "circle",
    request_body = NewCircleAnnouncement,
    responses(
        (status = 201, body = CircleAnnounced),
        (status = 400),
        (status = 403),
        (status = 409, description = "`phase_closed`, `circle_over`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/circle/announcements")]
pub async fn announce_in_circle(
    house: House,
    by: Organizer,
    announcement: Body<NewCircleAnnouncement>,
) -> Result<CustomizeResponder<Json<CircleAnnounced>>, Error> {
    let body = announcement.into_inner().into_body();
    let id = house.run(async move |app| announce::announce(&app, &by, body).await).await?;
    Ok(Json(CircleAnnounced { id }).customize().with_status(StatusCode::CREATED))
}
