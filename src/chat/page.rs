//! A room on a phone: what was said, in order, and a place to say something. What people do there stands in
//! `deeds_page`; with a script the page goes on by itself.

use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::EntityTrait;
use serde::Deserialize;

use super::entrance;
use super::line::State;
use super::lines_api::room_in_path;
use super::room::Which;
use super::terms::Pictures;
use super::transcript::{self, Line, RoomNow};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::events::event;
use crate::events::phase::Phase;
use crate::events::tabs;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};
use crate::registrations::access::Participant;
use crate::registrations::group_member;

/// How many lines stand on one page.
const ON_A_PAGE: u64 = 50;

#[derive(Debug, Default, Deserialize)]
pub struct Earlier {
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "chat/page.html")]
struct Chat {
    page: Page,
    tabs: Vec<Tab>,
    /// Everybody's room and my group's, where I am in one.
    rooms: Vec<Tab>,
    slug: String,
    title: String,
    /// The calendar its times are told by.
    zone: String,
    which: Which,
    form: Form,
    room: RoomNow,
    pictures: Option<Pictures>,
    /// After the evening it is the circle's.
    circle: bool,
    lines: Vec<LineView>,
    /// Where what was said earlier stands.
    earlier: Option<String>,
    /// What is shown is what was said last.
    newest: bool,
    last: i64,
}

/// Somebody's words as a page shows them.
pub struct LineView {
    pub line: Line,
    pub when: String,
    pub initial: String,
    /// Told to the author: what has become of it.
    pub standing: Option<String>,
}

impl LineView {
    #[must_use]
    pub fn of(page: &Page, zone: Tz, now: DateTime<Utc>, line: Line) -> Self {
        let standing = match line.state {
            State::Pending => Some(page.t("chat-line-pending")),
            State::Reported => Some(page.t("chat-line-reported")),
            State::Hidden => Some(page.t("chat-line-hidden")),
            State::Shown | State::Kept | State::Withdrawn => None,
        };
        Self {
            when: when::moment(page.language, zone, line.at, now),
            initial: line.author.as_ref().map(|author| page::initial(&author.nickname)).unwrap_or_default(),
            standing,
            line,
        }
    }
}

/// The views of an event that fit the hour.
#[must_use]
pub fn tabs_of(page: &Page, event: &event::Model, now: DateTime<Utc>) -> Vec<Tab> {
    match event.phase(now) {
        Phase::Closed => tabs::of_after(page, event, "chat"),
        _ => tabs::of_hour(page, event, now, "chat"),
    }
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(chat_page).service(room_page);
}

#[get("/e/{event}/chat")]
async fn chat_page(
    house: House,
    visit: Visit,
    me: Participant,
    earlier: Query<Earlier>,
) -> Result<HttpResponse, Error> {
    render_room(&house, visit.page, me, Which::ALL, Form::default(), earlier.into_inner()).await
}

#[get("/e/{event}/chat/{room}")]
async fn room_page(
    house: House,
    visit: Visit,
    me: Participant,
    request: HttpRequest,
    earlier: Query<Earlier>,
) -> Result<HttpResponse, Error> {
    let which = room_in_path(&request)?;
    render_room(&house, visit.page, me, which, Form::default(), earlier.into_inner()).await
}

/// A room as this person sees it, with a form as it was left.
///
/// # Errors
/// What [`entrance::look`] says.
pub async fn render_room(
    house: &House,
    page: Page,
    me: Participant,
    which: Which,
    form: Form,
    Earlier { before }: Earlier,
) -> Result<HttpResponse, Error> {
    let event = me.event.clone();
    let read = house.run(async move |app| {
        let (terms, seat) = entrance::look(&app, &me, which).await?;
        let part = (before, ON_A_PAGE);
        let transcript = transcript::read(&app, &me.event, (terms, which), Some(seat), part).await?;
        let group = match terms.groups {
            true => group_member::Entity::find_by_id(me.registration.id).one(app.database.reader()).await?,
            false => None,
        };
        Ok((terms, transcript, group))
    });
    let (terms, transcript, group) = read.await?;
    let now = house.now();
    let tab = |of: Which| Tab {
        name: match of.group() {
            None => page.t("chat-room-all"),
            Some(number) => page.say("chat-room-group", &[("number", number.into())]),
        },
        address: format!("/e/{}/chat/{of}", event.slug),
        count: None,
        open: of == which,
    };
    let group = group.map(|mine| Which::of_group(mine.group_number));
    let zone = event.zone();
    page::answer(&Chat {
        tabs: tabs_of(&page, &event, now),
        rooms: group.map(|group| vec![tab(Which::ALL), tab(group)]).unwrap_or_default(),
        title: event.titled(page.language).to_owned(),
        zone: zone.name().to_owned(),
        which,
        form,
        room: transcript.room,
        pictures: Some(terms.pictures).filter(|pictures| *pictures != Pictures::None),
        circle: event.phase(now) == Phase::Closed,
        lines: transcript.lines.into_iter().map(|line| LineView::of(&page, zone, now, line)).collect(),
        earlier: transcript.earlier.map(|number| format!("/e/{}/chat/{which}?before={number}", event.slug)),
        newest: before.is_none(),
        last: transcript.last,
        slug: event.slug,
        page,
    })
}
