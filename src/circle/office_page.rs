//! The circle in the office: how it is doing, what was reported, a word to all, and its end.

use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::figures::{self, Figures};
use super::member::Member;
use super::moderation_api::CircleVerdict;
use super::note::State;
use super::office_api::{CircleEnding, NewCircleAnnouncement, NewCircleEnd};
use super::queue::{self, Queued, Show};
use super::{announce, end, moderate, move_end, term};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::{Error, FieldError, Refused};
use crate::events::access::{Organizer, id_in_path};
use crate::events::heading::Heading;
use crate::events::phase::Phase;
use crate::events::tabs;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};
use crate::paging::{self, Paging};

const ON_A_PAGE: u64 = 50;

#[derive(Debug, Default, Deserialize)]
struct CircleQuery {
    #[serde(default)]
    show: Show,
    cursor: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// The event is not over.
    Early,
    /// Nobody has said that there is to be one.
    None,
    Open,
    Over,
}

#[derive(Template)]
#[template(path = "circle/office.html")]
struct Office {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    stand: Stand,
    /// Its last day, in words.
    until: Option<String>,
    figures: Figures,
    views: Vec<Tab>,
    form: Form,
    /// Of the last day; another form's reason is none of its.
    moving: Form,
    items: Vec<Item>,
    next: Option<String>,
}

/// One thing to decide about.
struct Item {
    id: Uuid,
    kind: &'static str,
    announcement: bool,
    author: Option<Member>,
    body: String,
    when: String,
    /// What has become of it, where it is not simply there.
    state: Option<String>,
    reason: Option<String>,
    reports: Vec<String>,
    may_hide: bool,
    may_show: bool,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(show_circle).service(say).service(decide).service(move_its_end).service(end_it);
}

fn address(by: &Organizer) -> String {
    format!("/office/e/{}/circle", by.event.slug)
}

/// Who: organizer.
#[get("/office/e/{event}/circle")]
async fn show_circle(
    house: House,
    visit: Visit,
    by: Organizer,
    query: Query<CircleQuery>,
) -> Result<HttpResponse, Error> {
    look(&house, visit.page, by, query.into_inner(), Form::default()).await
}

/// Says something to all. Who: organizer.
#[post("/office/e/{event}/circle/announcements")]
async fn say(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let who = by.clone();
    let outcome = async {
        let announcement: NewCircleAnnouncement = body::read(json!({ "body": form.value("body") }))?;
        house.run(async move |app| announce::announce(&app, &who, announcement.into_body()).await).await
    };
    let outcome = outcome.await.map(drop);
    redirect_or_refuse(&house, visit.page, by, form, outcome, "circle-announced").await
}

/// Hides or shows something. Who: organizer.
#[post("/office/e/{event}/circle/notes/{id}")]
async fn decide(
    house: House,
    visit: Visit,
    by: Organizer,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (id, who) = (id_in_path(&request, "id")?, by.clone());
    let decided = async {
        let verdict: CircleVerdict =
            body::read(json!({ "decision": form.value("decision"), "reason": form.value("verdict") }))?;
        let (decision, reason) = verdict.into_parts();
        house.run(async move |app| moderate::decide(&app, &who, id, decision, &reason).await).await
    };
    let decided = decided.await.map(drop);
    redirect_or_refuse(&house, visit.page, by, form, decided, "circle-decided").await
}

/// Gives it another last day. Who: organizer.
#[post("/office/e/{event}/circle/last-day")]
async fn move_its_end(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let who = by.clone();
    let moved = async {
        if form.value("last_day").is_empty() {
            return Err(Refused::invalid(vec![FieldError::new("last_day", "blank", "say which day")]).into());
        }
        let wish: NewCircleEnd =
            body::read(json!({ "last_day": form.value("last_day"), "reason": form.value("reason") }))?;
        let (last_day, reason) = wish.into_parts();
        house.run(async move |app| move_end::move_end(&app, &who, last_day, &reason).await).await
    };
    let moved = moved.await.map(drop);
    redirect_or_refuse(&house, visit.page, by, form, moved, "circle-end-moved").await
}

/// Ends it now. Who: organizer.
#[post("/office/e/{event}/circle/end")]
async fn end_it(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let who = by.clone();
    let ended = async {
        let ending: CircleEnding = body::read(json!({ "reason": form.value("why") }))?;
        house.run(async move |app| end::end(&app, &who, &ending.into_reason()).await).await
    };
    let ended = ended.await;
    redirect_or_refuse(&house, visit.page, by, form, ended, "circle-ended").await
}

/// The page after a deed, or the form again with what is wrong with it.
async fn redirect_or_refuse(
    house: &House,
    page: Page,
    by: Organizer,
    form: Form,
    done: Result<(), Error>,
    flash: &'static str,
) -> Result<HttpResponse, Error> {
    let Err(error) = done else { return see_saying(&address(&by), flash) };
    form.show_again(page, error, |page, form| look(house, page, by, CircleQuery::default(), form)).await
}

async fn look(house: &House, page: Page, by: Organizer, query: CircleQuery, form: Form) -> Result<HttpResponse, Error> {
    let (event, now, here) = (by.event.clone(), house.now(), address(&by));
    let paging = Paging { limit: Some(ON_A_PAGE), cursor: query.cursor };
    let read = house.run(async move |app| {
        let (db, event) = (app.database.reader(), &by.event);
        let term = term::of(db, event).await?;
        let stand = match term {
            _ if event.phase(now) != Phase::Closed => Stand::Early,
            None => Stand::None,
            Some(term) if term.is_over(now) => Stand::Over,
            Some(_) => Stand::Open,
        };
        let queue = match stand {
            Stand::Open => queue::read(&app, event, query.show, &paging).await?,
            Stand::Early | Stand::None | Stand::Over => paging::Page { items: Vec::new(), next: None },
        };
        Ok((term, stand, figures::of(db, event.id).await?, queue))
    });
    let (term, stand, figures, queue) = read.await?;
    let until = term.map(|term| when::day(page.language, event.zone(), term.ends_at - TimeDelta::seconds(1), now));
    let last_day = term.map(|term| ("last_day", term.last_day.to_string()));
    let moves = form.fields().any(|(name, _)| name == "last_day");
    let moving = if moves { form.clone() } else { Form::filled(last_day) };
    let view = |of: Show| Tab {
        name: page.t(&format!("circle-view-{}", of.word())),
        address: format!("{here}?show={}#queue", of.word()),
        count: (of == Show::Reported).then_some(figures.reported),
        open: of == query.show,
    };
    let moment = |at| when::moment(page.language, event.zone(), at, now);
    page::answer(&Office {
        views: Show::ALL.map(view).into(),
        items: queue.items.into_iter().map(|queued| item(&page, queued, &moment)).collect(),
        next: queue.next.map(|cursor| format!("{here}?show={}&cursor={cursor}#queue", query.show.word())),
        tabs: tabs::of_organizer(&page, &event.slug, "circle"),
        heading: Heading::of(&page, &event, now),
        stand,
        until,
        figures,
        form,
        moving,
        page,
    })
}

fn item(
    page: &Page,
    Queued { note, author, reports }: Queued,
    moment: &impl Fn(chrono::DateTime<chrono::Utc>) -> String,
) -> Item {
    let state = match note.state {
        State::Shown => None,
        State::Reported => Some(page.t("circle-state-reported")),
        State::Hidden => Some(page.t("circle-state-hidden")),
        State::Kept => Some(page.t("circle-state-kept")),
        State::Withdrawn => Some(page.t("circle-state-withdrawn")),
    };
    let announcement = note.registration_id.is_none();
    Item {
        id: note.id,
        kind: match (announcement, note.about) {
            (true, _) => "circle-announcement",
            (false, None) => "circle-kind-post",
            (false, Some(_)) => "circle-kind-reply",
        },
        announcement,
        author,
        body: note.body,
        when: moment(note.at),
        state,
        reason: note.reason,
        may_show: matches!(note.state, State::Reported | State::Hidden)
            || (note.state == State::Shown && !reports.is_empty()),
        may_hide: !matches!(note.state, State::Hidden | State::Withdrawn),
        reports,
    }
}
