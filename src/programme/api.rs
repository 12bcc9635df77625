//! The run sheet, and the calls of whoever runs it.

use actix_web::web::{Json, Path};
use actix_web::{delete, get, post};
use uuid::Uuid;

use super::call::{Wish, call};
use super::run_sheet::{self, RunSheet};
use super::take_back::take_back;
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::events::access::{Guest, Host};

/// The run sheet by the clock. Who: account.
#[utoipa::path(tag = "programme", security(("bearer" = [])),
    responses(
        (status = 200, body = RunSheet),
    ))]
#[get("/events/{event}/programme")]
pub async fn show_run_sheet(house: House, guest: Guest) -> Result<Json<RunSheet>, Error> {
    let read = house.ask(async move |app| run_sheet::of(app.database.reader(), &guest.event, app.now()).await);
    read.await.map(Json)
}

/// Calls a segment. Who: host, organizer.
#[utoipa::path(tag = "programme", request_body = Wish, security(("bearer" = [])),
    responses(
        (status = 200, body = RunSheet),
        (status = 403),
        (status = 409, description = "`phase_closed`, `programme_moved`"),
        (status = 422, description = "`no_such_segment`"),
    ))]
#[post("/events/{event}/programme/cues")]
pub async fn call_segment(house: House, host: Host, wish: Body<Wish>) -> Result<Json<RunSheet>, Error> {
    let wish = wish.into_inner();
    house.run(async move |app| call(&app, &host, &wish).await).await.map(Json)
}

/// Takes the last cue back. Who: host, organizer.
#[utoipa::path(tag = "programme", security(("bearer" = [])),
    params(("cue" = Uuid, Path, description = "The last cue")),
    responses(
        (status = 200, body = RunSheet),
        (status = 403),
        (status = 409, description = "`phase_closed`, `programme_moved`"),
    ))]
#[delete("/events/{event}/programme/cues/{cue}")]
pub async fn take_back_cue(house: House, host: Host, path: Path<(String, Uuid)>) -> Result<Json<RunSheet>, Error> {
    let (_, cue) = path.into_inner();
    house.run(async move |app| take_back(&app, &host, cue).await).await.map(Json)
}
