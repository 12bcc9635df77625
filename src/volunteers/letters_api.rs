//! How a couple is reached: what they allow, letters through the house, and answers of one tap.

use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer_letter::{self, NewCaseReply};
use super::answer_question::{self, LinkAnswer};
use super::look_up_contact;
use super::my_letters::{self, Mine};
use super::write_to_couple::{self, NewCaseLetter};
use crate::accounts::SignedIn;
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::padding;
use crate::paging::Page;

/// How one of a couple may be reached, as far as they allow.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CaseContact {
    badge: String,
    nickname: String,
    wechat: Option<String>,
    phone: Option<String>,
    email: Option<String>,
}

/// What my volunteer and I wrote to each other.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MyCaseLetters {
    /// I want none.
    stopped: bool,
    /// Oldest first.
    letters: Vec<CaseLetterShown>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CaseLetterShown {
    id: Uuid,
    /// From the volunteer; otherwise by me.
    from_volunteer: bool,
    body: String,
    at: DateTime<Utc>,
}

/// Answers whose size would tell what was written are of whole blocks.
const BLOCK: usize = 8192;

/// What each of the two lets me see, as it was when they said so. Each look is on record. Who: the volunteer who looks
/// after them.
#[utoipa::path(tag = "volunteers", responses(
    (status = 200, body = Page<CaseContact>),
    (status = 409, description = "`follow_up_not_agreed`, `case_taken`, `not_in_your_care`"),
),
    params(("id" = Uuid, Path, description = "The couple")),
    security(("bearer" = [])))]
#[post("/couples/{id}/contact")]
pub async fn see_contact(house: House, account: SignedIn, id: Path<Uuid>) -> Result<Json<Page<CaseContact>>, Error> {
    let found = house.run(async move |app| look_up_contact::look(&app, account, id.into_inner()).await).await?;
    let contact = |one: look_up_contact::Reachable| CaseContact {
        badge: one.badge,
        nickname: one.nickname,
        wechat: one.details.wechat,
        phone: one.details.phone,
        email: one.details.email,
    };
    Ok(Json(Page::whole(found.into_iter().map(contact).collect())))
}

/// Writes to one or both of a couple through the house, twice a day to each at most. Who: the volunteer who looks after
/// them.
#[utoipa::path(tag = "volunteers", request_body = NewCaseLetter, responses(
    (status = 204, description = "Written"),
    (status = 409, description = "`follow_up_not_agreed`, `case_taken`, `not_in_your_care`, `letters_stopped`"),
    (status = 429, description = "`too_many_requests`"),
),
    params(("id" = Uuid, Path, description = "The couple")),
    security(("bearer" = [])))]
#[post("/couples/{id}/letters")]
pub async fn send_case_letter(
    house: House,
    account: SignedIn,
    id: Path<Uuid>,
    letter: Body<NewCaseLetter>,
) -> Result<HttpResponse, Error> {
    let (id, letter) = (id.into_inner(), letter.into_inner());
    house.done(async move |app| write_to_couple::write(&app, account, id, letter).await).await
}

/// What my volunteer and I wrote to each other. Who: the two people of the match.
#[utoipa::path(tag = "volunteers", responses(
    (status = 200, body = MyCaseLetters),
),
    params(("id" = Uuid, Path, description = "The match")),
    security(("bearer" = [])))]
#[get("/matches/{id}/letters")]
pub async fn my_case_letters(house: House, account: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Error> {
    let id = id.into_inner();
    let read =
        house.run(async move |app| my_letters::of(app.database.reader(), &app, account.account_id, id).await).await?;
    let Mine { stopped, letters, .. } = read;
    let shown_letter = |one: my_letters::Written| CaseLetterShown {
        id: one.id,
        from_volunteer: one.from_volunteer,
        body: one.body,
        at: one.at,
    };
    let letters = letters.into_iter().map(shown_letter).collect();
    padding::json(&MyCaseLetters { stopped, letters }, BLOCK)
}

/// Answers my volunteer, five times a day at most. Who: the two people of the match, once a volunteer wrote to them.
#[utoipa::path(tag = "volunteers", request_body = NewCaseReply, responses(
    (status = 204, description = "Written"),
    (status = 409, description = "`follow_up_not_agreed`, `nothing_to_answer`"),
    (status = 429, description = "`too_many_requests`"),
),
    params(("id" = Uuid, Path, description = "The match")),
    security(("bearer" = [])))]
#[post("/matches/{id}/letters")]
pub async fn answer_volunteer(
    house: House,
    account: SignedIn,
    id: Path<Uuid>,
    reply: Body<NewCaseReply>,
) -> Result<HttpResponse, Error> {
    let (id, body) = (id.into_inner(), reply.into_inner().body);
    house.done(async move |app| answer_letter::answer(&app, account, id, body).await).await
}

/// Wants no letters from the volunteer; again changes nothing. Who: the two people of the match.
#[utoipa::path(tag = "volunteers", responses(
    (status = 204, description = "None will come"),
),
    params(("id" = Uuid, Path, description = "The match")),
    security(("bearer" = [])))]
#[put("/matches/{id}/letters/stopped")]
pub async fn stop_letters(house: House, account: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Error> {
    house.done(async move |app| answer_letter::stop(&app, account, id.into_inner(), true).await).await
}

/// Takes letters again; again changes nothing. Who: the two people of the match.
#[utoipa::path(tag = "volunteers", responses(
    (status = 204, description = "They may come"),
),
    params(("id" = Uuid, Path, description = "The match")),
    security(("bearer" = [])))]
#[delete("/matches/{id}/letters/stopped")]
pub async fn take_letters_again(house: House, account: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Error> {
    house.done(async move |app| answer_letter::stop(&app, account, id.into_inner(), false).await).await
}

/// Answers how it goes, by what the link of a letter carries: once, and not for ever. Who: whoever holds the letter.
#[utoipa::path(tag = "volunteers", request_body = LinkAnswer, responses(
    (status = 204, description = "Answered"),
    (status = 404, description = "`link_altered`"),
    (status = 409, description = "`link_used`"),
    (status = 410, description = "`link_late`"),
    (status = 429, description = "`too_many_requests`"),
))]
#[post("/answers")]
pub async fn answer_by_link(
    house: House,
    request: HttpRequest,
    answer: Body<LinkAnswer>,
) -> Result<HttpResponse, Error> {
    house.rate_limit.check(&request)?;
    let answer = answer.into_inner();
    house.done(async move |app| answer_question::answer(&app, answer).await).await
}
