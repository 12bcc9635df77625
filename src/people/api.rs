//! The calls of the people.

use actix_web::web::{Json, Path};
use actix_web::{HttpResponse, delete, get, put};
use chrono::NaiveDate;
use data_encoding::BASE64URL_NOPAD;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::neighbour_card::{NeighbourCard, Seen, find, load_cards, seen};
use super::neighbours::{self, Neighbour, NeighbourFilter};
use crate::app::{App, House};
use crate::body::{Body, Query};
use crate::dates::exclude::{self, Whom};
use crate::error::Error;
use crate::paging::{self, Page, Paging};
use crate::plaza::entrance::may_look;
use crate::plaza::photo::Frame;
use crate::plaza::wall::Note;
use crate::registrations::access::Participant;
use crate::registrations::exclusion::Because;
use crate::registrations::registration::Side;

/// Somebody as others at the event see them: no name, no employer, no age but a band.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonCard {
    /// What stands for the person in addresses, the same to everybody at the event.
    #[schema(example = "nbswy3dpeb3w64tm")]
    pub handle: String,
    pub nickname: String,
    pub side: Side,
    /// `under-25`, `25-29`, `30-34`, `35-39` or `from-40`.
    #[schema(example = "25-29")]
    pub age: Option<&'static str>,
    pub education: Option<String>,
    pub district: Option<String>,
    pub interests: Vec<String>,
    pub about: Option<String>,
    /// The last one that is shown.
    pub declaration: Option<String>,
    pub portrait: Option<Frame>,
}

/// One person, with what they posted.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonSeen {
    pub card: PersonCard,
    /// Whether it is oneself.
    pub me: bool,
    /// Why I asked to be kept apart from them, where I did.
    pub apart: Option<Because>,
    /// The last ten that are shown.
    pub posts: Vec<Note>,
}

/// Somebody I asked to be kept apart from.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptApart {
    pub handle: String,
    pub nickname: String,
    pub side: Side,
    pub because: Because,
}

/// Why to be kept apart.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Apart {
    #[garde(skip)]
    because: Because,
}

/// Whom one may come to meet, in an order that is new every day and for every reader; a list begun
/// yesterday is read to its end in yesterday's. What is left out of the query asks for nothing.
/// Who: participant, from the online phase on.
#[utoipa::path(tag = "people", params(NeighbourFilter, Paging), responses(
    (status = 200, body = Page<PersonCard>),
    (status = 403, description = "`not_registered`, `not_approved`"),
    (status = 409, description = "`phase_closed`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[get("/events/{event}/people")]
pub async fn list_people(
    house: House,
    me: Participant,
    wanted: Query<NeighbourFilter>,
    paging: Query<Paging>,
) -> Result<Json<Page<PersonCard>>, Error> {
    let read = house.run(async move |app| {
        may_look(&app, &me)?;
        page(&app, &me, &wanted, &paging).await
    });
    read.await.map(Json)
}

async fn page(
    app: &App,
    me: &Participant,
    wanted: &NeighbourFilter,
    paging: &Paging,
) -> Result<Page<PersonCard>, Error> {
    let limit = usize::try_from(paging.limit()?).unwrap_or(usize::MAX);
    let begun = paging.cursor.as_deref().map(Reached::read).transpose()?;
    let day = begun.as_ref().map_or_else(|| me.event.day(app.now()), |reached| reached.day);
    let place = |person: &Neighbour| neighbours::place(app, me, day, person);
    let mut found = neighbours::to_meet(app, me, day, neighbours::in_sight(app, me).await?);
    found.retain(|person| wanted.takes(person) && begun.as_ref().is_none_or(|reached| place(person) > reached.place));
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more);
    let next = last.map(|person| Reached { day, place: place(person) }.written());
    Ok(Page { items: load_cards(app, found).await?.into_iter().map(PersonCard::from).collect(), next })
}

/// How far somebody has read, and in which day's order.
struct Reached {
    day: NaiveDate,
    place: Vec<u8>,
}

impl Reached {
    fn written(&self) -> String {
        BASE64URL_NOPAD.encode(&[self.day.to_string().as_bytes(), self.place.as_slice()].concat())
    }

    fn read(cursor: &str) -> Result<Self, Error> {
        let read = || {
            let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
            let (day, place) = bytes.split_at_checked("2026-08-22".len())?;
            Some(Self { day: str::from_utf8(day).ok()?.parse().ok()?, place: place.to_vec() })
        };
        read().ok_or_else(paging::unknown_cursor)
    }
}

/// One person in sight: also of one's own side, and oneself. Who: participant, from the online phase on.
#[utoipa::path(tag = "people", responses(
    (status = 200, body = PersonSeen),
    (status = 403, description = "`not_registered`, `not_approved`"),
    (status = 409, description = "`phase_closed`"),
), security(("bearer" = [])))]
#[get("/events/{event}/people/{handle}")]
pub async fn show_person(
    house: House,
    me: Participant,
    path: Path<(String, String)>,
) -> Result<Json<PersonSeen>, Error> {
    let (_, handle) = path.into_inner();
    let read = house.run(async move |app| {
        let Seen { card, posts, apart, me } = seen(&app, &me, &handle).await?;
        Ok(PersonSeen { card: card.into(), me, apart, posts })
    });
    read.await.map(Json)
}

/// Whom I asked to be kept apart from, oldest first. Who: participant.
#[utoipa::path(tag = "people", responses(
    (status = 200, body = Page<KeptApart>),
    (status = 403, description = "`not_registered`"),
), security(("bearer" = [])))]
#[get("/events/{event}/people/apart")]
pub async fn kept_apart(house: House, me: Participant) -> Result<Json<Page<KeptApart>>, Error> {
    let apart = house.ask(async move |app| neighbours::kept_apart(&app, &me).await).await?;
    let kept = |(person, because): (Neighbour, Because)| {
        let Neighbour { handle, nickname, side, .. } = person;
        KeptApart { handle, nickname, side, because }
    };
    Ok(Json(Page::whole(apart.into_iter().map(kept).collect())))
}

/// Keeps me apart from somebody: never at one table where we know each other, and out of each
/// other's sight where I block them. They are not told. Saying it again changes the reason.
/// Who: participant.
#[utoipa::path(tag = "people", request_body = Apart, responses(
    (status = 204, description = "Kept apart"),
    (status = 403, description = "`not_registered`"),
    (status = 422, description = "`invalid`: `oneself`; `too_many`"),
), security(("bearer" = [])))]
#[put("/events/{event}/people/{handle}/apart")]
pub async fn keep_apart(
    house: House,
    me: Participant,
    path: Path<(String, String)>,
    apart: Body<Apart>,
) -> Result<HttpResponse, Error> {
    let (_, handle) = path.into_inner();
    let kept = house.run(async move |app| {
        let found = find(&app, &me, &handle).await?;
        exclude::exclude(&app, &me, Whom::Registered(found.registration_id), apart.because).await
    });
    kept.await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes it back; where nothing was said, nothing changes. Who: participant.
#[utoipa::path(tag = "people", responses(
    (status = 204, description = "Taken back"),
    (status = 403, description = "`not_registered`"),
), security(("bearer" = [])))]
#[delete("/events/{event}/people/{handle}/apart")]
pub async fn take_back(house: House, me: Participant, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    let (_, handle) = path.into_inner();
    let taken = house.run(async move |app| {
        let apart = neighbours::kept_apart(&app, &me).await?;
        match apart.into_iter().find(|(person, _)| person.handle == handle) {
            Some((about, _)) => exclude::take_back(&app, &me, Whom::Registered(about.registration_id)).await,
            None => Ok(()),
        }
    });
    taken.await?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<NeighbourCard> for PersonCard {
    fn from(NeighbourCard { person, declaration, portrait }: NeighbourCard) -> Self {
        Self {
            handle: person.handle,
            nickname: person.nickname,
            side: person.side,
            age: person.band.map(super::band::Band::word),
            education: person.education,
            district: person.district,
            interests: person.interests,
            about: person.about,
            declaration,
            portrait: portrait.map(|portrait| portrait.frame),
        }
    }
}
