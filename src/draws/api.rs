//! The calls of this room.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, ContentType};
use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::Deserialize;
use utoipa::IntoParams;

use super::call_off::{self, DrawCallingOff};
use super::call_out::{self, NewDrawCall};
use super::draw;
use super::fix;
use super::hold_draw::{self, DrawBeacon};
use super::mine::{self, MyDraw, MyDrawLine};
use super::plan::{self, NewDraw};
use super::view::{self, DrawView};
use crate::app::{App, House};
use crate::body::{Body, Query};
use crate::error::{Error, Fault, Refused};
use crate::events::access::{Host, Organizer, find_published};
use crate::paging::Page;
use crate::registrations::access::Participant;

/// How many numbers the host saw when taking the last one back.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CallsSeen {
    from: i32,
}

fn number_in_path(request: &HttpRequest) -> Result<i32, Error> {
    let number = request.match_info().get("n").and_then(|number| number.parse().ok());
    number.ok_or_else(|| Refused::not_found().into())
}

/// The draw as it is now, after something was done to it.
async fn view_of(app: &App, draw: draw::Model) -> Result<DrawView, Error> {
    Ok(view::of_draw(app.database.reader(), draw).await?)
}

/// Sets a draw up. Who: organizer; host on the evening.
#[utoipa::path(tag = "draws", params(("event" = String, Path)), request_body = NewDraw, responses(
    (status = 201, body = DrawView),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`phase_closed`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/events/{event}/draws")]
pub async fn plan_draw(house: House, by: Host, wish: Body<NewDraw>) -> Result<(Json<DrawView>, StatusCode), Error> {
    let wish = wish.into_inner();
    let planned = house.run(async move |app| view_of(&app, plan::plan(&app, &by, wish).await?).await);
    Ok((Json(planned.await?), StatusCode::CREATED))
}

/// All draws of an event, those too that nobody else knows of. Who: host.
#[utoipa::path(tag = "draws", params(("event" = String, Path)), responses(
    (status = 200, body = Page<DrawView>),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[get("/events/{event}/draw-plans")]
pub async fn planned_draws(house: House, by: Host) -> Result<Json<Page<DrawView>>, Error> {
    let read = house.ask(async move |app| view::of_event(app.database.reader(), by.event.id).await);
    Ok(Json(Page::whole(read.await?)))
}

/// Fixes the list and publishes its fingerprint, once. Who: organizer; host on the evening.
#[utoipa::path(tag = "draws", params(("event" = String, Path), ("n" = i32, Path)), responses(
    (status = 200, body = DrawView),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`draw_fixed`, `draw_called_off`, `list_not_complete`, `nobody_to_draw`, `phase_closed`"),
), security(("bearer" = [])))]
#[post("/events/{event}/draws/{n}/fix")]
pub async fn fix_draw(house: House, by: Host, request: HttpRequest) -> Result<Json<DrawView>, Error> {
    let number = number_in_path(&request)?;
    let fixed = house.run(async move |app| view_of(&app, fix::fix(&app, &by, number).await?).await);
    fixed.await.map(Json)
}

/// Takes down a number that a guest called out. Who: organizer; host on the evening.
#[utoipa::path(tag = "draws", params(("event" = String, Path), ("n" = i32, Path)), request_body = NewDrawCall, responses(
    (status = 200, body = DrawView),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`draw_not_fixed`, `draw_held`, `draw_called_off`, `no_calls_here`, `calls_moved` (with `calls`), `enough_calls`, `phase_closed`"),
    (status = 422, description = "`invalid`: `unknown_badge`, `already_called`"),
), security(("bearer" = [])))]
#[post("/events/{event}/draws/{n}/calls")]
pub async fn call_number(
    house: House,
    by: Host,
    request: HttpRequest,
    wish: Body<NewDrawCall>,
) -> Result<Json<DrawView>, Error> {
    let (number, wish) = (number_in_path(&request)?, wish.into_inner());
    let called = house.run(async move |app| view_of(&app, call_out::call_out(&app, &by, number, wish).await?).await);
    called.await.map(Json)
}

/// Takes the last number back that was mistyped. Who: organizer, host.
#[utoipa::path(tag = "draws", params(("event" = String, Path), ("n" = i32, Path), CallsSeen), responses(
    (status = 200, body = DrawView),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`draw_not_fixed`, `draw_held`, `draw_called_off`, `no_calls_here`, `calls_moved` (with `calls`), `phase_closed`"),
    (status = 422),
), security(("bearer" = [])))]
#[delete("/events/{event}/draws/{n}/calls")]
pub async fn take_number_back(
    house: House,
    by: Host,
    request: HttpRequest,
    seen: Query<CallsSeen>,
) -> Result<Json<DrawView>, Error> {
    let (number, from) = (number_in_path(&request)?, seen.from);
    let taken = house.run(async move |app| view_of(&app, call_out::take_back(&app, &by, number, from).await?).await);
    taken.await.map(Json)
}

/// Holds the draw, once: who wins follows from the list and from the number. Who: organizer; host on the evening.
#[utoipa::path(tag = "draws", params(("event" = String, Path), ("n" = i32, Path)), request_body = DrawBeacon, responses(
    (status = 200, body = DrawView),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`draw_not_fixed`, `draw_held`, `draw_called_off`, `too_few_calls`, `phase_closed`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/events/{event}/draws/{n}/hold")]
pub async fn draw_now(
    house: House,
    by: Host,
    request: HttpRequest,
    wish: Body<DrawBeacon>,
) -> Result<Json<DrawView>, Error> {
    let (number, wish) = (number_in_path(&request)?, wish.into_inner());
    let held = house.run(async move |app| view_of(&app, hold_draw::hold_draw(&app, &by, number, wish).await?).await);
    held.await.map(Json)
}

/// Calls a draw off before it was held; a published fingerprint stays published. Who: organizer; host on the evening.
#[utoipa::path(tag = "draws", params(("event" = String, Path), ("n" = i32, Path)), request_body = DrawCallingOff, responses(
    (status = 200, body = DrawView),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`draw_held`, `draw_called_off`, `phase_closed`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/events/{event}/draws/{n}/call-off")]
pub async fn call_draw_off(
    house: House,
    by: Host,
    request: HttpRequest,
    wish: Body<DrawCallingOff>,
) -> Result<Json<DrawView>, Error> {
    let (number, reason) = (number_in_path(&request)?, wish.into_inner().reason);
    let off = house.run(async move |app| view_of(&app, call_off::call_off(&app, &by, number, &reason).await?).await);
    off.await.map(Json)
}

/// Everything that was published of the draws of an event, latest first. Who: anyone.
#[utoipa::path(tag = "draws", params(("event" = String, Path)), responses(
    (status = 200, body = Page<DrawView>),
))]
#[get("/events/{event}/draws")]
pub async fn published_draws(house: House, event: Path<String>) -> Result<Json<Page<DrawView>>, Error> {
    let slug = event.into_inner();
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let event = find_published(db, &slug, app.now()).await?;
        let draws = view::of_event(db, event.id).await?;
        Ok(draws.into_iter().filter(|draw| draw.fixed_at.is_some()).collect())
    });
    Ok(Json(Page::whole(read.await?)))
}

/// The draws whose lists I am in, latest first. Who: participant.
#[utoipa::path(tag = "draws", params(("event" = String, Path)), responses(
    (status = 200, body = Page<MyDraw>),
    (status = 403, description = "`not_registered`"),
), security(("bearer" = [])))]
#[get("/events/{event}/draws/me")]
pub async fn my_draws(house: House, me: Participant) -> Result<Json<Page<MyDraw>>, Error> {
    let read =
        house.ask(async move |app| mine::of_person(app.database.reader(), me.event.id, me.registration.id).await);
    Ok(Json(Page::whole(read.await?)))
}

/// My own line of a draw's list, and how to find it below the published root; 404 where I am not in it.
/// Who: participant.
#[utoipa::path(tag = "draws", params(("event" = String, Path), ("n" = i32, Path)), responses(
    (status = 200, body = MyDrawLine),
    (status = 403, description = "`not_registered`"),
), security(("bearer" = [])))]
#[get("/events/{event}/draws/{n}/me")]
pub async fn my_draw_line(house: House, me: Participant, request: HttpRequest) -> Result<Json<MyDrawLine>, Error> {
    let number = number_in_path(&request)?;
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let draw = draw::find(db, me.event.id, number).await?;
        Ok(mine::line(db, &draw, me.registration.id).await?.ok_or_else(Refused::not_found)?)
    });
    read.await.map(Json)
}

/// The record that `queqiao verify` recomputes, without numbers and salts; 404 before the draw. Who: anyone.
#[utoipa::path(tag = "draws", params(("event" = String, Path), ("n" = i32, Path)), responses(
    (status = 200, description = "The record", body = Object, content_type = "application/json"),
))]
#[get("/events/{event}/draws/{n}/file")]
pub async fn draw_file(house: House, request: HttpRequest) -> Result<HttpResponse, Error> {
    let slug = request.match_info().get("event").unwrap_or_default().to_owned();
    let number = number_in_path(&request)?;
    let name = format!("{slug}-draw-{number}.json");
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let event = find_published(db, &slug, app.now()).await?;
        let record = draw::find(db, event.id, number).await?.record()?.ok_or_else(Refused::not_found)?;
        Ok(record.without_numbers().bytes().map_err(Fault::of)?)
    });
    Ok(file(&name, read.await?))
}

/// The whole record, with applicants' numbers and salts; 404 before the draw. Who: organizer.
#[utoipa::path(tag = "draws", params(("event" = String, Path), ("n" = i32, Path)), responses(
    (status = 200, description = "The record", body = Object, content_type = "application/json"),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[get("/events/{event}/draws/{n}/record")]
pub async fn draw_record(house: House, by: Organizer, request: HttpRequest) -> Result<HttpResponse, Error> {
    let number = number_in_path(&request)?;
    let name = format!("{}-draw-{number}-record.json", by.event.slug);
    let read = house.run(async move |app| {
        let draw = draw::find(app.database.reader(), by.event.id, number).await?;
        Ok(draw.file.ok_or_else(Refused::not_found)?.into_bytes())
    });
    Ok(file(&name, read.await?))
}

fn file(name: &str, bytes: Vec<u8>) -> HttpResponse {
    let disposition = format!("attachment; filename=\"{name}\"");
    HttpResponse::Ok().content_type(ContentType::json()).insert_header((CONTENT_DISPOSITION, disposition)).body(bytes)
}
