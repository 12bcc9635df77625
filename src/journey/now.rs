//! 现在: the one line of what is on in the hall, told to one person on every page of the evening. It is the
//! same for whoever was picked and whoever was not.

use actix_web::{HttpResponse, get};
use askama::Template;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, entity::prelude::*};

use crate::accounts::visit::Visit;
use crate::app::House;
use crate::badges::face::Face;
use crate::checkin::presence;
use crate::dates::date_round;
use crate::dates::mine::{self, Seat};
use crate::error::{Error, Fault};
use crate::events::event;
use crate::events::phase::Phase;
use crate::page::{self, Page};
use crate::picks::round;
use crate::programme::terms::{self, Segment, SegmentKind};
use crate::programme::{cue, partners};
use crate::registrations::access::Participant;

#[derive(Template)]
#[template(path = "journey/now.html")]
struct Now {
    page: Page,
    line: Line,
}

struct Line {
    words: String,
    address: Option<String>,
}

/// What is on, as far as it concerns one person.
struct Read {
    inside: bool,
    picks: Option<round::State>,
    /// My place in the round that runs.
    seat: Option<Seat>,
    segment: Option<Segment>,
    partners: Vec<Face>,
}

/// Nothing but the line; 204 where nothing is on.
#[get("/e/{event}/now")]
pub async fn now_line(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    let (event, page) = (me.event.clone(), visit.page);
    if event.phase(house.now()) != Phase::OnSite {
        return Ok(HttpResponse::NoContent().finish());
    }
    let read = house.ask(async move |app| read(app.database.reader(), &me).await).await?;
    match tell(&page, &event, read) {
        Some(line) => page::answer(&Now { page, line }),
        None => Ok(HttpResponse::NoContent().finish()),
    }
}

async fn read(db: &impl ConnectionTrait, me: &Participant) -> Result<Read, Fault> {
    let called = round::Entity::of_event(me.event.id).filter(round::Column::State.ne(round::State::Planned));
    let called = called.order_by_desc(round::Column::Number).one(db).await?;
    let segment = cue::standing(db, me.event.id).await?.last().and_then(|cue| cue.segment);
    let segment = segment.and_then(|number| usize::try_from(number - 1).ok());
    let presence = presence::Entity::find_by_id(me.registration.id).one(db).await?;
    let seats = mine::seats(db, me).await?;
    Ok(Read {
        inside: presence.is_some_and(|presence| presence.inside),
        picks: called.map(|round| round.state),
        seat: seats.into_iter().find(|seat| seat.round.state == date_round::State::Running),
        segment: segment.and_then(|place| terms::of(&me.event).ok()?.into_iter().nth(place)),
        partners: partners::of(db, me.event.id, me.registration.id).await?,
    })
}

/// What presses most.
fn tell(page: &Page, event: &event::Model, read: Read) -> Option<Line> {
    let to = |words: String, path: &str| Some(Line { words, address: Some(format!("/e/{}/{path}", event.slug)) });
    if !read.inside {
        return to(page.t("tonight-door"), "badge");
    }
    match read.picks {
        Some(round::State::Open) => return to(page.t("tonight-picks"), "picks"),
        Some(round::State::Closed) => return to(page.t("tonight-counting"), "matches"),
        _ => {}
    }
    if let Some(words) = read.seat.and_then(|seat| seated(page, &seat)) {
        return to(words, "dates");
    }
    match read.segment {
        Some(segment) if segment.kind == SegmentKind::Icebreaker && !read.partners.is_empty() => {
            let badges = page.list(read.partners.iter().map(|partner| partner.badge()));
            to(page.say("tonight-ice", &[("badges", badges.into())]), "programme")
        }
        _ if read.picks == Some(round::State::Tallied) => to(page.t("tonight-tallied"), "matches"),
        Some(segment) => {
            let title = page.language.choose(Some(&segment.title), segment.title_en.as_ref());
            let title = title.unwrap_or(&segment.title).as_str();
            to(page.say("tonight-segment", &[("title", title.into())]), "programme")
        }
        None => None,
    }
}

/// My table in the round that runs, or that I sit it out; None where I have no place in it.
fn seated(page: &Page, seat: &Seat) -> Option<String> {
    let round = ("round", seat.round.number.into());
    match (&seat.partner, &seat.sitting) {
        (Some(partner), Some(sitting)) if sitting.held => {
            let (badge, nickname) = (partner.badge(), partner.nickname.as_str());
            let table = ("table", sitting.table_number.into());
            Some(page.say("dates-row", &[round, table, ("badge", badge.into()), ("nickname", nickname.into())]))
        }
        _ if seat.waits => Some(page.say("dates-waits-now", &[round])),
        _ => None,
    }
}
