//! The circle on a phone: what it is, who is in it, what is said, and one thing with its answers. What people do there
//! stands in `deeds_page`.

use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::entrance::{self, Standing};
use super::feed::{Note, Sight};
use super::member::Member;
use super::note::State;
use super::term::Term;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::events::access::id_in_path;
use crate::events::tabs;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};
use crate::paging::{self, Paging};
use crate::registrations::access::Participant;

/// How many stand on one page.
const ON_A_PAGE: u64 = 20;

#[derive(Template)]
#[template(path = "circle/page.html")]
struct Circle {
    page: Page,
    tabs: Vec<Tab>,
    slug: String,
    title: String,
    form: Form,
    standing: Standing,
    /// Its last day, in words.
    until: Option<String>,
    members: Vec<Member>,
    notes: Vec<NoteView>,
    first: bool,
    next: Option<String>,
}

/// One thing that was said, and the answers.
#[derive(Template)]
#[template(path = "circle/post.html")]
struct Post {
    page: Page,
    tabs: Vec<Tab>,
    slug: String,
    form: Form,
    note: NoteView,
    replies: Vec<NoteView>,
    next: Option<String>,
}

/// Somebody's words as a page shows them.
pub struct NoteView {
    pub note: Note,
    pub when: String,
    pub initial: String,
    /// Told to the author: what has become of it.
    pub standing: Option<String>,
}

/// Whoever reads, and where and when.
pub struct Reader<'a> {
    pub page: &'a Page,
    pub zone: Tz,
    pub now: DateTime<Utc>,
}

impl Reader<'_> {
    #[must_use]
    pub fn note_view(&self, note: Note) -> NoteView {
        let standing = match note.state {
            State::Reported => Some(self.page.t("circle-note-reported")),
            State::Hidden => Some(self.page.t("circle-note-hidden")),
            State::Shown | State::Kept | State::Withdrawn => None,
        };
        NoteView {
            when: when::moment(self.page.language, self.zone, note.at, self.now),
            initial: note.author.as_ref().map(|author| page::initial(&author.nickname)).unwrap_or_default(),
            standing,
            note,
        }
    }

    /// The last day of a circle.
    #[must_use]
    pub fn until(&self, term: Term) -> String {
        when::day(self.page.language, self.zone, term.ends_at - TimeDelta::seconds(1), self.now)
    }
}

impl NoteView {
    #[must_use]
    pub fn mine(&self) -> bool {
        self.note.author.as_ref().is_some_and(|author| author.me)
    }
}

impl Post {
    fn circle(&self) -> String {
        format!("/e/{}/circle", self.slug)
    }
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(circle_page).service(post_page);
}

#[get("/e/{event}/circle")]
async fn circle_page(
    house: House,
    visit: Visit,
    me: Participant,
    paging: Query<Paging>,
) -> Result<HttpResponse, Error> {
    circle(&house, visit.page, me, Form::default(), paging.into_inner()).await
}

#[get("/e/{event}/circle/notes/{id}")]
async fn post_page(
    house: House,
    visit: Visit,
    me: Participant,
    request: HttpRequest,
    paging: Query<Paging>,
) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    post(&house, visit.page, me, id, Form::default(), paging.into_inner()).await
}

/// The circle as this person may see it, with a form as it was left.
///
/// # Errors
/// 422 for a bad page.
pub async fn circle(
    house: &House,
    page: Page,
    me: Participant,
    form: Form,
    paging: Paging,
) -> Result<HttpResponse, Error> {
    let first = paging.cursor.is_none();
    let paging = Paging { limit: Some(ON_A_PAGE), ..paging };
    let event = me.event.clone();
    let read = house.run(async move |app| {
        let (db, now) = (app.database.reader(), app.now());
        let standing = entrance::standing(db, &me.event, me.registration.id, now).await?;
        let sight = Sight::of(db, me.event.id, me.registration.id).await?;
        // Counted as the list is: one more than it shows would tell of somebody out of sight.
        let members = sight.members(db).await?;
        let notes = match standing {
            Standing::Inside(_) => sight.posts(db, &paging).await?,
            _ => paging::Page { items: Vec::new(), next: None },
        };
        Ok((standing, members, notes))
    });
    let (standing, members, notes) = read.await?;
    let reader = Reader { page: &page, zone: event.zone(), now: house.now() };
    let until = match standing {
        Standing::Early(term) | Standing::Outside(term) | Standing::Inside(term) => Some(reader.until(term)),
        Standing::None | Standing::NotAdmitted | Standing::Over(_) => None,
    };
    page::answer(&Circle {
        tabs: tabs::of_after(&page, &event, "circle"),
        title: event.titled(page.language).to_owned(),
        notes: notes.items.into_iter().map(|note| reader.note_view(note)).collect(),
        next: notes.next.map(|cursor| format!("/e/{}/circle?cursor={cursor}", event.slug)),
        slug: event.slug,
        form,
        standing,
        until,
        members,
        first,
        page,
    })
}

/// One thing that was said and its answers, with a form as it was left.
///
/// # Errors
/// 404 where it is none the person may see; what [`entrance::look`] says.
pub async fn post(
    house: &House,
    page: Page,
    me: Participant,
    id: Uuid,
    form: Form,
    paging: Paging,
) -> Result<HttpResponse, Error> {
    let event = me.event.clone();
    let read = house.run(async move |app| {
        entrance::look(&app, &me).await?;
        let db = app.database.reader();
        let sight = Sight::of(db, me.event.id, me.registration.id).await?;
        let note = sight.one(db, id).await?;
        // To what nobody else sees there is no answer.
        let replies = match note.state.is_seen() {
            true => Some(sight.replies(db, id, &paging).await?),
            false => None,
        };
        Ok((note, replies))
    });
    let (note, replies) = read.await?;
    let (items, next) = replies.map_or((Vec::new(), None), |page| (page.items, page.next));
    let reader = Reader { page: &page, zone: event.zone(), now: house.now() };
    page::answer(&Post {
        tabs: tabs::of_after(&page, &event, "circle"),
        note: reader.note_view(note),
        replies: items.into_iter().map(|note| reader.note_view(note)).collect(),
        next: next.map(|cursor| format!("/e/{}/circle/notes/{id}?cursor={cursor}", event.slug)),
        slug: event.slug,
        form,
        page,
    })
}
