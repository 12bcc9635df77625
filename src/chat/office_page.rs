//! The chat in the office: its rooms and how each is held, a word to all, and for organizers what waits for them.

use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::line::State;
use super::queue::{self, Queued, Show};
use super::refusals::CHAT_OVER;
use super::room::Which;
use super::rooms::{self, RoomState};
use super::terms::Terms;
use super::transcript::Line;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::events::access::Host;
use crate::events::heading::Heading;
use crate::events::phase::Phase;
use crate::events::tabs;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};
use crate::paging::{self, Paging};

const ON_A_PAGE: u64 = 50;

#[derive(Debug, Default, Deserialize)]
pub struct ChatQuery {
    #[serde(default)]
    show: Show,
    cursor: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// The event has none.
    None,
    /// The online phase has not begun.
    Early,
    Open,
    Over,
}

#[derive(Template)]
#[template(path = "chat/office.html")]
struct Office {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    stand: Stand,
    organizer: bool,
    rooms: Vec<RoomView>,
    views: Vec<Tab>,
    form: Form,
    items: Vec<Item>,
    next: Option<String>,
}

/// A room and how it is held.
struct RoomView {
    name: String,
    state: RoomState,
    /// As it is, or as it was just typed.
    form: Form,
}

/// One thing to decide about.
struct Item {
    id: Uuid,
    line: Line,
    room: String,
    when: String,
    /// What has become of it, where it is not simply there.
    state: Option<String>,
    reason: Option<String>,
    reports: Vec<String>,
    may_hide: bool,
    may_show: bool,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(show_chat);
}

#[must_use]
pub fn address(by: &Host) -> String {
    format!("/office/e/{}/chat", by.event.slug)
}

/// What a room is called.
fn name_of(page: &Page, room: &str) -> String {
    match room.parse::<i64>() {
        Ok(number) => page.say("chat-room-group", &[("number", number.into())]),
        Err(_) => page.t("chat-room-all"),
    }
}

/// Who: host, organizer; what waits only for organizers.
#[get("/office/e/{event}/chat")]
async fn show_chat(house: House, visit: Visit, by: Host, query: Query<ChatQuery>) -> Result<HttpResponse, Error> {
    look(&house, visit.page, by, query.into_inner(), Form::default()).await
}

/// The page, with a form as it was left.
///
/// # Errors
/// 422 for a bad page.
pub async fn look(house: &House, page: Page, by: Host, query: ChatQuery, form: Form) -> Result<HttpResponse, Error> {
    let (event, organizer, now, here) = (by.event.clone(), by.organizer, house.now(), address(&by));
    let paging = Paging { limit: Some(ON_A_PAGE), cursor: query.cursor };
    let read = house.run(async move |app| {
        let nothing = paging::Page { items: Vec::new(), next: None };
        if Terms::of(&by.event)?.is_none() {
            return Ok((Stand::None, Vec::new(), nothing));
        }
        if by.event.phase(now) < Phase::Online {
            return Ok((Stand::Early, Vec::new(), nothing));
        }
        let rooms = match rooms::read(&app, &by.event).await {
            Ok(rooms) => rooms,
            Err(error) if error.is(CHAT_OVER) => return Ok((Stand::Over, Vec::new(), nothing)),
            Err(error) => return Err(error),
        };
        let queue = if organizer { queue::read(&app, &by.event, query.show, &paging).await? } else { nothing };
        Ok((Stand::Open, rooms, queue))
    });
    let (stand, rooms, queue) = read.await?;
    let view = |of: Show| Tab {
        name: page.t(&format!("chat-view-{}", of.word())),
        address: format!("{here}?show={}#queue", of.word()),
        count: None,
        open: of == query.show,
    };
    let room_view =
        |state: RoomState| RoomView { name: name_of(&page, &state.room), form: filled(&form, &state), state };
    let moment = |at| when::moment(page.language, event.zone(), at, now);
    page::answer(&Office {
        views: Show::ALL.map(view).into(),
        rooms: rooms.into_iter().map(room_view).collect(),
        items: queue.items.into_iter().map(|queued| item(&page, queued, &moment)).collect(),
        next: queue.next.map(|cursor| format!("{here}?show={}&cursor={cursor}#queue", query.show.word())),
        tabs: if organizer { tabs::of_organizer(&page, &event.slug, "chat") } else { Vec::new() },
        heading: Heading::of(&page, &event, now),
        stand,
        organizer,
        form,
        page,
    })
}

/// The form of a room: what was just typed for it, or how it is held.
fn filled(form: &Form, state: &RoomState) -> Form {
    if form.value("room") == state.room {
        return form.clone();
    }
    let mut fields = vec![("slow_seconds", state.now.slow_seconds.to_string())];
    fields.extend(state.now.read_only.then(|| ("read_only", "yes".to_owned())));
    Form::filled(fields)
}

fn item(
    page: &Page,
    Queued { line, which, reason, reports }: Queued,
    moment: &impl Fn(chrono::DateTime<chrono::Utc>) -> String,
) -> Item {
    let state = match line.state {
        State::Shown => None,
        State::Pending => Some(page.t("chat-state-pending")),
        State::Reported => Some(page.t("circle-state-reported")),
        State::Hidden => Some(page.t("circle-state-hidden")),
        State::Kept => Some(page.t("circle-state-kept")),
        State::Withdrawn => Some(page.t("circle-state-withdrawn")),
    };
    Item {
        id: line.id,
        room: name_of(page, &Which::to_string(&which)),
        when: moment(line.at),
        state,
        reason,
        may_show: matches!(line.state, State::Pending | State::Reported | State::Hidden)
            || (line.state == State::Shown && !reports.is_empty()),
        may_hide: !matches!(line.state, State::Hidden | State::Withdrawn),
        reports,
        line,
    }
}
