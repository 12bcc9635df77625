//! Where a volunteer sees who asked, and proposes two to each other.

use actix_web::http::StatusCode;
use actix_web::web::{Json, Path};
use actix_web::{Responder, get, post};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::api::IntroductionCard;
use super::authorize;
use super::candidates::{self, Candidate};
use super::proposals::{self, Outcome, Proposal};
use super::propose::{self, NewIntroduction};
use super::request::Wish;
use crate::accounts::SignedIn;
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::paging::Page;

/// Somebody who asked, as the plaza shows them, with what they wish.
#[derive(Debug, Serialize, ToSchema)]
pub struct IntroductionCandidate {
    id: Uuid,
    person: IntroductionCard,
    /// The last one that is shown.
    declaration: Option<String>,
    wish: Wish,
    asked_at: DateTime<Utc>,
    /// Is being asked about somebody.
    busy: bool,
}

/// Two who were proposed to each other.
#[derive(Debug, Serialize, ToSchema)]
pub struct IntroductionProposed {
    id: Uuid,
    /// Null where somebody took back what they asked.
    nicknames: Vec<Option<String>>,
    outcome: Outcome,
    proposed_at: DateTime<Utc>,
    lapses_at: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct IntroductionMade {
    id: Uuid,
}

impl From<Candidate> for IntroductionCandidate {
    fn from(one: Candidate) -> Self {
        Self {
            id: one.request_id,
            person: one.card.into(),
            declaration: one.declaration,
            wish: one.wish,
            asked_at: one.asked_at,
            busy: one.busy,
        }
    }
}

impl From<Proposal> for IntroductionProposed {
    fn from(one: Proposal) -> Self {
        Self {
            id: one.id,
            nicknames: one.nicknames,
            outcome: one.outcome,
            proposed_at: one.proposed_at,
            lapses_at: one.lapses_at,
        }
    }
}

/// Who asked to be introduced, longest waiting first. Who: volunteer of the union's events, organizer.
#[utoipa::path(tag = "introductions", responses(
    (status = 200, body = Page<IntroductionCandidate>),
),
    params(("organization" = String, Path, description = "Slug or id of the union")),
    security(("bearer" = [])))]
#[get("/organizations/{organization}/introductions/requests")]
pub async fn introduction_requests(
    house: House,
    account: SignedIn,
    union: Path<String>,
) -> Result<Json<Page<IntroductionCandidate>>, Error> {
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let union = authorize::admit(db, account.account_id, &union).await?;
        Ok(candidates::of_union(db, &app, union.id, account.account_id).await?)
    });
    Ok(Json(Page::whole(read.await?.into_iter().map(IntroductionCandidate::from).collect())))
}

/// Who was proposed to whom, latest first, and whether it came about; nothing of what either said. Who: volunteer of the
/// union's events, organizer.
#[utoipa::path(tag = "introductions", responses(
    (status = 200, body = Page<IntroductionProposed>),
),
    params(("organization" = String, Path, description = "Slug or id of the union")),
    security(("bearer" = [])))]
#[get("/organizations/{organization}/introductions")]
pub async fn introductions(
    house: House,
    account: SignedIn,
    union: Path<String>,
) -> Result<Json<Page<IntroductionProposed>>, Error> {
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let union = authorize::admit(db, account.account_id, &union).await?;
        Ok(proposals::of_union(db, union.id, account.account_id, app.now()).await?)
    });
    Ok(Json(Page::whole(read.await?.into_iter().map(IntroductionProposed::from).collect())))
}

/// Proposes two to each other; each is asked alone, for seven days. Who: volunteer of the union's events, organizer.
#[utoipa::path(tag = "introductions", request_body = NewIntroduction, responses(
    (status = 201, body = IntroductionMade),
    (status = 409, description = "`asked_already`, `proposed_before`"),
),
    params(("organization" = String, Path, description = "Slug or id of the union")),
    security(("bearer" = [])))]
#[post("/organizations/{organization}/introductions")]
pub async fn propose_introduction(
    house: House,
    account: SignedIn,
    union: Path<String>,
    new: Body<NewIntroduction>,
) -> Result<impl Responder, Error> {
    let new = new.into_inner();
    let id = house.run(async move |app| propose::propose(&app, account, &union, new).await).await?;
    Ok(Json(IntroductionMade { id }).customize().with_status(StatusCode::CREATED))
}
