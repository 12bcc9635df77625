//! Where members read, write, answer, take down and report.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::complain::{self, NewCircleReport};
use super::feed::{Note, Sight};
use super::write::{self, NewCircleNote};
use super::{entrance, note, take_down};
use crate::app::{App, House};
use crate::body::{Body, Query};
use crate::error::Error;
use crate::events::access::id_in_path;
use crate::paging::{Page, Paging};
use crate::registrations::access::Participant;

#[derive(Debug, Serialize, ToSchema)]
pub struct CircleNoteWritten {
    id: Uuid,
    at: DateTime<Utc>,
}

/// What was said in the circle, newest first. Who: participant in the circle.
#[utoipa::path(
    tag = "circle",
    params(Paging),
    responses(
        (status = 200, body = Page<Note>),
        (status = 403, description = "`not_registered`, `not_in_circle`"),
        (status = 409, description = "`phase_closed`, `circle_over`"),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/circle/notes")]
pub async fn circle_notes(house: House, me: Participant, paging: Query<Paging>) -> Result<Json<Page<Note>>, Error> {
    let read = async move |app: Arc<App>| {
        entrance::look(&app, &me).await?;
        let db = app.database.reader();
        Sight::of(db, me.event.id, me.registration.id).await?.posts(db, &paging).await
    };
    house.run(read).await.map(Json)
}

/// Says something in the circle; it stands at once. Who: participant in the circle.
#[utoipa::path(
    tag = "circle",
    request_body = NewCircleNote,
    responses(
        (status = 201, body = CircleNoteWritten),
        (status = 400),
        (status = 403, description = "`not_registered`, `not_in_circle`"),
        (status = 409, description = "`phase_closed`, `circle_over`"),
        (status = 413),
        (status = 415),
        (status = 429),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/circle/notes")]
pub async fn write_circle_note(
    house: House,
    me: Participant,
    note: Body<NewCircleNote>,
) -> Result<(Json<CircleNoteWritten>, StatusCode), Error> {
    written(house, me, None, note.into_inner().body).await
}

async fn written(
    house: House,
    me: Participant,
    about: Option<Uuid>,
    body: String,
) -> Result<(Json<CircleNoteWritten>, StatusCode), Error> {
    let written = |note::Model { id, at, .. }| (CircleNoteWritten { id, at }, StatusCode::CREATED);
    house.tell(written, async move |app| write::write(&app, &me, about, body).await).await
}

/// The answers to something, oldest first. Who: participant in the circle.
#[utoipa::path(
    tag = "circle",
    params(("id" = Uuid, Path, description = "What they answer"), Paging),
    responses(
        (status = 200, body = Page<Note>),
        (status = 403, description = "`not_registered`, `not_in_circle`"),
        (status = 409, description = "`phase_closed`, `circle_over`"),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/circle/notes/{id}/replies")]
pub async fn circle_replies(
    house: House,
    me: Participant,
    request: HttpRequest,
    paging: Query<Paging>,
) -> Result<Json<Page<Note>>, Error> {
    let about = id_in_path(&request, "id")?;
    let read = async move |app: Arc<App>| {
        entrance::look(&app, &me).await?;
        let db = app.database.reader();
        Sight::of(db, me.event.id, me.registration.id).await?.replies(db, about, &paging).await
    };
    house.run(read).await.map(Json)
}

/// Answers something that was said. Who: participant in the circle.
#[utoipa::path(
    tag = "circle",
    params(("id" = Uuid, Path, description = "What it answers")),
    request_body = NewCircleNote,
    responses(
        (status = 201, body = CircleNoteWritten),
        (status = 400),
        (status = 403, description = "`not_registered`, `not_in_circle`"),
        (status = 409, description = "`phase_closed`, `circle_over`, `answers_an_answer`"),
        (status = 413),
        (status = 415),
        (status = 429),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/circle/notes/{id}/replies")]
pub async fn reply_in_circle(
    house: House,
    me: Participant,
    request: HttpRequest,
    note: Body<NewCircleNote>,
) -> Result<(Json<CircleNoteWritten>, StatusCode), Error> {
    let about = id_in_path(&request, "id")?;
    written(house, me, Some(about), note.into_inner().body).await
}

/// Takes down what I said; again changes nothing. Who: participant in the circle.
#[utoipa::path(
    tag = "circle",
    params(("id" = Uuid, Path, description = "What I said")),
    responses(
        (status = 204),
        (status = 403, description = "`not_registered`, `not_in_circle`"),
        (status = 409, description = "`phase_closed`, `circle_over`"),
    ),
    security(("bearer" = []))
)]
#[delete("/events/{event}/circle/notes/{id}")]
pub async fn take_down_circle_note(house: House, me: Participant, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    house.run(async move |app| take_down::take_down(&app, &me, id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Reports something to the organizer; a second person's report takes it out of sight until the organizer has looked.
/// Who: participant in the circle.
#[utoipa::path(
    tag = "circle",
    params(("id" = Uuid, Path, description = "What another member said")),
    request_body = NewCircleReport,
    responses(
        (status = 204),
        (status = 400),
        (status = 403, description = "`not_registered`, `not_in_circle`"),
        (status = 409, description = "`phase_closed`, `circle_over`, `already_reported`, `not_another_members`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/circle/notes/{id}/reports")]
pub async fn report_circle_note(
    house: House,
    me: Participant,
    request: HttpRequest,
    report: Body<NewCircleReport>,
) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    let reason = report.into_inner().reason;
    house.done(async move |app| complain::complain(&app, &me, id, reason).await).await
}
