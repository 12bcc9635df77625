//! The calls of applicants and of the organizers who look through applications.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Participant;
use super::apply::{Application, Request, apply};
use super::decide::{decide, decide_many};
use super::import::{Imported, Manner, import};
use super::registration::{self, Side, Status};
use super::roll::{self, Applicant, Count, Filter};
use super::verdict::{Decided, Verdict, Verdicts};
use super::withdraw::withdraw;
use crate::app::House;
use crate::body::{Body, Query};
use crate::error::Error;
use crate::events::access::{Guest, Organizer, id_in_path};
use crate::language::Language;
use crate::paging::Page;
use crate::sheet::upload::Upload;

/// An application that was entered.
#[derive(Debug, Serialize, ToSchema)]
pub struct Applied {
    pub id: Uuid,
    #[schema(example = "A0012")]
    pub number: String,
    pub status: Status,
    pub side: Side,
}

impl From<registration::Model> for Applied {
    fn from(entered: registration::Model) -> Self {
        Self { id: entered.id, number: entered.label(), status: entered.status, side: entered.side }
    }
}

/// Applies to an event. Who: anyone signed in with a confirmed mail address.
#[utoipa::path(tag = "registrations", params(("event" = String, Path)), request_body = Application, responses(
    (status = 201, body = Applied),
    (status = 403, description = "`mail_not_verified`, `under_age`"),
    (status = 409, description = "`already_registered`, `birthday_missing`, `phase_closed`, `profile_missing`"),
    (status = 422, description = "`invalid`: `unknown_unit`, …"),
), security(("bearer" = [])))]
#[post("/events/{event}/registrations")]
pub async fn register(
    house: House,
    request: HttpRequest,
    guest: Guest,
    application: Body<Application>,
) -> Result<(Json<Applied>, StatusCode), Error> {
    let sent = Request { guest, application: application.into_inner(), read_in: Language::of_request(&request) };
    let entered = |entered| (Applied::from(entered), StatusCode::CREATED);
    house.tell(entered, async move |app| apply(&app, sent).await).await
}

/// Withdraws the application, or gives the seat back. Who: participant.
#[utoipa::path(tag = "registrations", params(("event" = String, Path)), responses(
    (status = 204),
    (status = 403, description = "`not_registered`"),
    (status = 409, description = "`phase_closed` once the doors are open"),
), security(("bearer" = [])))]
#[delete("/events/{event}/registrations/me")]
pub async fn withdraw_me(house: House, me: Participant) -> Result<HttpResponse, Error> {
    house.run(async move |app| withdraw(&app, &me).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The applications, in the order in which they came. Who: organizer.
#[utoipa::path(tag = "registrations", params(("event" = String, Path), Filter), responses(
    (status = 200, body = Page<Applicant>),
    (status = 403, description = "`wrong_role`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[get("/events/{event}/registrations")]
pub async fn list(house: House, by: Organizer, filter: Query<Filter>) -> Result<Json<Page<Applicant>>, Error> {
    let filter = filter.into_inner();
    let page = house.run(async move |app| roll::page(&app, by.event.id, filter).await);
    page.await.map(Json)
}

/// How many applications stand where. Who: organizer.
#[utoipa::path(tag = "registrations", params(("event" = String, Path)), responses(
    (status = 200, body = Page<Count>),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[get("/events/{event}/registrations/counts")]
pub async fn count(house: House, by: Organizer) -> Result<Json<Page<Count>>, Error> {
    let counts = house.ask(async move |app| roll::counts(app.database.reader(), by.event.id).await);
    Ok(Json(Page::whole(counts.await?)))
}

/// Approves, rejects or restores one application; the applicant gets a letter. Whoever has a seat or waits for one is
/// shut out for good, as long as the doors are closed, and the seat goes to the next in line. Who: organizer.
#[utoipa::path(tag = "registrations", params(("event" = String, Path), ("id" = Uuid, Path)), request_body = Verdict, responses(
    (status = 200, body = Applicant),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`employer_unsettled`, `not_decidable`, `applied_again`, `seats_given`, `phase_closed`"),
    (status = 422, description = "`invalid`: a rejection takes a reason"),
), security(("bearer" = [])))]
#[post("/events/{event}/registrations/{id}/decision")]
pub async fn decide_one(
    house: House,
    by: Organizer,
    request: HttpRequest,
    verdict: Body<Verdict>,
) -> Result<(Json<Applicant>, StatusCode), Error> {
    let id = id_in_path(&request, "id")?;
    let verdict = verdict.into_inner();
    house.tell(|decided| (decided, StatusCode::OK), async move |app| decide(&app, &by, id, verdict).await).await
}

/// Approves, rejects or restores many: those named by `ids`, or everybody who is `waiting` and fits; nobody loses a seat
/// by it. Who: organizer.
#[utoipa::path(tag = "registrations", params(("event" = String, Path)), request_body = Verdicts, responses(
    (status = 200, body = Decided),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`phase_closed`, `seats_given`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/events/{event}/registrations/decisions")]
pub async fn decide_bulk(
    house: House,
    by: Organizer,
    verdicts: Body<Verdicts>,
) -> Result<(Json<Decided>, StatusCode), Error> {
    let verdicts = verdicts.into_inner();
    house.tell(|decided| (decided, StatusCode::OK), async move |app| decide_many(&app, &by, verdicts).await).await
}

/// Invites everybody in a list, CSV or XLSX, as the body or as a file of a form. Headings in Chinese or English: email,
/// gender, unit; and real_name, nickname, born_on (or birth_year), education, phone. The answer is the same whoever of them has an
/// account; they take part once they accept, in their own words. Who: organizer.
#[utoipa::path(tag = "registrations", params(("event" = String, Path), Manner), request_body(content(
    (String = "text/csv"),
    (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (Vec<u8> = "multipart/form-data"),
)), responses(
    (status = 201, body = Imported),
    (status = 400),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`phase_closed`, `units_changed`"),
    (status = 413, description = "`too_large`, `workbook_too_large`"),
    (status = 415, description = "`not_a_table`, `web_page`, `workbook_old_or_locked`"),
    (status = 422, description = "`invalid_rows` with `errors: [{line, field, code, message, value, whose}]` (the first 200), `errors_total`, and, with `corrections=true`, `corrections`: the rows to put right and send again, an XLSX in Base64; `missing_columns`, `sheet_empty`, …"),
), security(("bearer" = [])))]
#[post("/events/{event}/registrations/import")]
pub async fn import_list(
    house: House,
    by: Organizer,
    manner: Query<Manner>,
    upload: Upload,
) -> Result<(Json<Imported>, StatusCode), Error> {
    let manner = manner.into_inner();
    let sheet = upload.sheet(by.account.account_id).await?;
    let imported = |imported| (imported, StatusCode::CREATED);
    house.tell(imported, async move |app| import(&app, &by, &sheet, manner).await).await
}
