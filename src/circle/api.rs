//! Where those who came join, see who else did, and leave.

use std::sync::Arc;

use actix_web::web::Json;
use actix_web::{HttpResponse, delete, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::entrance::{self, Standing};
use super::feed::Sight;
use super::member::Member;
use super::{join, leave};
use crate::app::{App, House};
use crate::error::Error;
use crate::paging::Page;
use crate::registrations::access::Participant;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CircleState {
    /// The event has no circle.
    None,
    /// It opens when the event is over.
    Early,
    /// It is for those who came.
    NotAdmitted,
    Open,
    Over,
}

/// How I stand to the circle of an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyCircle {
    state: CircleState,
    joined: bool,
    /// The last day it lives, by the calendar of the event.
    last_day: Option<NaiveDate>,
    /// From then on nothing is read or written, and everything is erased.
    ends_at: Option<DateTime<Utc>>,
    /// How many of those I may see are in it, to whoever may be.
    members: Option<u64>,
}

/// Whether the event has a circle, until when, and whether I am in it. Who: participant.
#[utoipa::path(
    tag = "circle",
    responses(
        (status = 200, body = MyCircle),
        (status = 403, description = "`not_registered`"),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/circle")]
pub async fn my_circle(house: House, me: Participant) -> Result<Json<MyCircle>, Error> {
    let read = async move |app: Arc<App>| {
        let (db, now) = (app.database.reader(), app.now());
        let standing = entrance::standing(db, &me.event, me.registration.id, now).await?;
        let sight = Sight::of(db, me.event.id, me.registration.id).await?;
        Ok((standing, u64::try_from(sight.members(db).await?.len()).unwrap_or(u64::MAX)))
    };
    let (standing, members) = house.run(read).await?;
    let (state, term) = match standing {
        Standing::None => (CircleState::None, None),
        Standing::Early(term) => (CircleState::Early, Some(term)),
        Standing::NotAdmitted => (CircleState::NotAdmitted, None),
        Standing::Over(term) => (CircleState::Over, Some(term)),
        Standing::Outside(term) | Standing::Inside(term) => (CircleState::Open, Some(term)),
    };
    Ok(Json(MyCircle {
        state,
        joined: matches!(standing, Standing::Inside(_)),
        last_day: term.map(|term| term.last_day),
        ends_at: term.map(|term| term.ends_at),
        members: (state == CircleState::Open).then_some(members),
    }))
}

/// Joins the circle, where the other members see my nickname and badge number; again changes nothing. Who: participant
/// who was let in on the evening, once the event is over.
#[utoipa::path(
    tag = "circle",
    responses(
        (status = 204, description = "I am in it"),
        (status = 403, description = "`not_registered`, `did_not_come`"),
        (status = 409, description = "`phase_closed`, `circle_over`"),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/circle/membership")]
pub async fn join_circle(house: House, me: Participant) -> Result<HttpResponse, Error> {
    house.done(async move |app| join::join(&app, &me).await).await
}

/// Leaves the circle; what I wrote goes with me. Again changes nothing. Who: participant.
#[utoipa::path(
    tag = "circle",
    responses(
        (status = 204, description = "I am not in it"),
        (status = 403, description = "`not_registered`"),
    ),
    security(("bearer" = []))
)]
#[delete("/events/{event}/circle/membership")]
pub async fn leave_circle(house: House, me: Participant) -> Result<HttpResponse, Error> {
    house.run(async move |app| leave::leave(&app, &me).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who is in the circle, by number. Who: participant in the circle.
#[utoipa::path(
    tag = "circle",
    responses(
        (status = 200, body = Page<Member>),
        (status = 403, description = "`not_registered`, `not_in_circle`"),
        (status = 409, description = "`phase_closed`, `circle_over`"),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/circle/members")]
pub async fn circle_members(house: House, me: Participant) -> Result<Json<Page<Member>>, Error> {
    let read = async move |app: Arc<App>| {
        entrance::look(&app, &me).await?;
        let db = app.database.reader();
        Ok(Sight::of(db, me.event.id, me.registration.id).await?.members(db).await?)
    };
    Ok(Json(Page::whole(house.run(read).await?)))
}
