//! Where somebody asks to be introduced, answers, and exchanges contact details.

use actix_web::web::Path;
use actix_web::{HttpResponse, delete, get, post, put};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::{self, NewIntroductionRequest};
use super::card::Card;
use super::exchange;
use super::mine::{self, Introduced, Mine, Open};
use super::reply::{self, IntroductionReply};
use super::request::{Facet, Wish};
use crate::accounts::SignedIn;
use crate::app::House;
use crate::body::Body;
use crate::couples::exchange::ContactOffer;
use crate::couples::offer::Field;
use crate::error::Error;
use crate::events::access::Guest;
use crate::padding;
use crate::registrations::access::Participant;
use crate::registrations::registration::Side;

/// What somebody agreed to show; everything else is null or empty.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IntroductionCard {
    pub side: Option<Side>,
    pub nickname: Option<String>,
    /// `under-25`, `25-29`, `30-34`, `35-39` or `from-40`.
    pub age: Option<&'static str>,
    pub education: Option<String>,
    pub district: Option<String>,
    pub interests: Vec<String>,
    pub about: Option<String>,
}

/// How I stand with the volunteers of a union.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MyIntroductions {
    /// What I ask; null where I ask nothing.
    request: Option<MyIntroductionRequest>,
    /// Somebody I may say yes or no to.
    open: Vec<OpenIntroduction>,
    introduced: Vec<IntroducedPerson>,
    /// How many did not come about.
    past: usize,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MyIntroductionRequest {
    wish: Wish,
    shows: Vec<Facet>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpenIntroduction {
    id: Uuid,
    person: IntroductionCard,
    /// What I said; null until I have. What the other one said is told where both said yes.
    answer: Option<bool>,
    lapses_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IntroducedPerson {
    id: Uuid,
    person: IntroductionCard,
    together_at: DateTime<Utc>,
    /// What I would give.
    mine: Vec<Field>,
    opened_at: Option<DateTime<Utc>>,
    /// What the other one gave, as it was in that moment; null until both have, and where it was closed to me since.
    theirs: Option<IntroductionContact>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IntroductionContact {
    wechat: Option<String>,
    phone: Option<String>,
    email: Option<String>,
}

impl From<Card> for IntroductionCard {
    fn from(card: Card) -> Self {
        Self {
            side: card.side,
            nickname: card.nickname,
            age: card.band.map(crate::people::band::Band::word),
            education: card.education,
            district: card.district,
            interests: card.interests,
            about: card.about,
        }
    }
}

impl From<Open> for OpenIntroduction {
    fn from(open: Open) -> Self {
        Self { id: open.id, person: open.card.into(), answer: open.answer, lapses_at: open.lapses_at }
    }
}

impl From<Introduced> for IntroducedPerson {
    fn from(one: Introduced) -> Self {
        let contact = |given: crate::couples::mine::Details| IntroductionContact {
            wechat: given.wechat,
            phone: given.phone,
            email: given.email,
        };
        Self {
            id: one.id,
            person: one.card.into(),
            together_at: one.together_at,
            mine: one.offered,
            opened_at: one.opened_at,
            theirs: one.given.map(contact),
        }
    }
}

impl From<Mine> for MyIntroductions {
    fn from(mine: Mine) -> Self {
        Self {
            request: mine.request.map(|(wish, shows)| MyIntroductionRequest { wish, shows }),
            open: mine.open.into_iter().map(OpenIntroduction::from).collect(),
            introduced: mine.introduced.into_iter().map(IntroducedPerson::from).collect(),
            past: mine.past,
        }
    }
}

/// Whether anybody was proposed is not to be read from the size of an answer.
const BLOCK: usize = 16 * 1024;

/// What I ask of the union's volunteers, about whom I am asked, and whom I was introduced to. Who: participant.
#[utoipa::path(tag = "introductions", responses(
    (status = 200, body = MyIntroductions),
    (status = 403, description = "`not_registered`"),
), security(("bearer" = [])))]
#[get("/events/{event}/introductions")]
pub async fn my_introductions(house: House, me: Participant) -> Result<HttpResponse, Error> {
    let (union, account) = (me.event.organization_id, me.account.account_id);
    let read = house.ask(async move |app| mine::of(app.database.reader(), &app, union, account).await);
    padding::json(&MyIntroductions::from(read.await?), BLOCK)
}

/// Asks the union's volunteers to introduce somebody; it replaces what I asked before. Who: participant, once the event
/// is over, or where it took place without them.
#[utoipa::path(tag = "introductions", request_body = NewIntroductionRequest, responses(
    (status = 204, description = "Asked"),
    (status = 403, description = "`not_registered`, `not_approved`"),
    (status = 409, description = "`phase_closed`"),
), security(("bearer" = [])))]
#[put("/events/{event}/introductions/request")]
pub async fn ask_for_introduction(
    house: House,
    me: Participant,
    new: Body<NewIntroductionRequest>,
) -> Result<HttpResponse, Error> {
    let new = new.into_inner();
    house.done(async move |app| ask::ask(&app, &me, new).await).await
}

/// Takes it back; again changes nothing. Who: anybody signed in.
#[utoipa::path(tag = "introductions", responses(
    (status = 204, description = "I ask nothing"),
), security(("bearer" = [])))]
#[delete("/events/{event}/introductions/request")]
pub async fn take_back_introduction_request(house: House, me: Guest) -> Result<HttpResponse, Error> {
    house.done(async move |app| ask::take_back(&app, &me).await).await
}

/// Says yes or no to somebody I was proposed to; until both have said yes I may think again. Who: the two people.
#[utoipa::path(tag = "introductions", request_body = IntroductionReply, responses(
    (status = 204, description = "Said"),
    (status = 409, description = "`introduction_lapsed`, `introduced`"),
),
    params(("id" = Uuid, Path, description = "The introduction")),
    security(("bearer" = [])))]
#[put("/introductions/{id}/answer")]
pub async fn answer_introduction(
    house: House,
    account: SignedIn,
    id: Path<Uuid>,
    answer: Body<IntroductionReply>,
) -> Result<HttpResponse, Error> {
    let (id, answer) = (id.into_inner(), answer.into_inner());
    house.done(async move |app| reply::reply(&app, account, id, answer).await).await
}

/// Offers contact details, or takes the offer back; opened only when both have offered. Who: the two people, once
/// both said yes.
#[utoipa::path(tag = "introductions", request_body = ContactOffer, responses(
    (status = 204, description = "Offered, or taken back"),
    (status = 409, description = "`already_opened`"),
),
    params(("id" = Uuid, Path, description = "The introduction")),
    security(("bearer" = [])))]
#[post("/introductions/{id}/contact")]
pub async fn offer_introduction_contact(
    house: House,
    account: SignedIn,
    id: Path<Uuid>,
    offer: Body<ContactOffer>,
) -> Result<HttpResponse, Error> {
    let (id, offer) = (id.into_inner(), offer.into_inner());
    house.done(async move |app| exchange::offer(&app, account, id, offer).await).await
}
