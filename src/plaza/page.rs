//! The plaza as pages: posts, declarations and one post with its comments. What people do there
//! stands in `deeds_page`.

use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::contribution::{Kind, State};
use super::top::{self, Top};
use super::wall::{self, Author, Note};
use super::{
    deeds_page, moderation_page, photo_page, portrait_page, quiz_page, quizzes_page, report_page, take_down_page,
};
use crate::accounts::visit::Visit;
use crate::app::{App, House};
use crate::error::Error;
use crate::events::access::id_in_path;
use crate::events::tabs;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};
use crate::paging::Paging;
use crate::registrations::access::Participant;
use crate::registrations::handle;

/// How many stand on one page.
const ON_A_PAGE: u64 = 20;

/// Posts or declarations.
#[derive(Template)]
#[template(path = "plaza/wall.html")]
struct Wall {
    page: Page,
    tabs: Vec<Tab>,
    top: Top,
    posts: bool,
    form: Form,
    /// What the next post earns once it is approved.
    next_post: i64,
    notes: Vec<ContributionView>,
    first: bool,
    next: Option<String>,
}

/// One post, with what others say to it.
#[derive(Template)]
#[template(path = "plaza/post.html")]
struct Post {
    page: Page,
    tabs: Vec<Tab>,
    top: Top,
    form: Form,
    note: ContributionView,
    comments: Vec<ContributionView>,
    next: Option<String>,
}

/// What there is before the plaza opens.
#[derive(Template)]
#[template(path = "plaza/early.html")]
struct Early {
    page: Page,
    tabs: Vec<Tab>,
    text: String,
}

/// Somebody's words as a page shows them.
pub struct ContributionView {
    pub note: Note,
    pub by: Option<By>,
    pub when: String,
    /// Told to the author: what has become of it.
    pub standing: Option<(&'static str, String)>,
}

/// Whose words they are.
pub struct By {
    pub nickname: String,
    pub handle: String,
    pub initial: String,
    pub me: bool,
    pub portrait: Option<Uuid>,
}

/// Whoever reads, and where and when the event is.
pub struct Reader<'a> {
    pub app: &'a App,
    pub page: &'a Page,
    pub zone: Tz,
    pub now: DateTime<Utc>,
}

impl Wall {
    /// What the empty wall says: while people may write on it, and after.
    fn empty_words(&self) -> &'static str {
        match (self.posts, self.top.open) {
            (true, true) => "posts-empty",
            (true, false) => "posts-empty-over",
            (false, true) => "declarations-empty",
            (false, false) => "declarations-empty-over",
        }
    }
}

impl Reader<'_> {
    #[must_use]
    pub fn contribution_view(&self, note: Note) -> ContributionView {
        let mine = note.author.as_ref().is_some_and(|author| author.me);
        let standing = match note.state {
            _ if !mine => None,
            State::Pending => Some(("pill", self.page.t("note-pending"))),
            State::Approved => None,
            State::Rejected => Some(("pill bad", self.page.t("note-rejected"))),
            State::Removed | State::Withdrawn => Some(("pill bad", self.page.t("note-removed"))),
        };
        ContributionView {
            by: note.author.as_ref().map(|author| self.by(author)),
            when: when::moment(self.page.language, self.zone, note.at, self.now),
            standing,
            note,
        }
    }

    fn by(&self, author: &Author) -> By {
        By {
            handle: handle::of(self.app, author.registration_id),
            initial: page::initial(&author.nickname),
            nickname: author.nickname.clone(),
            me: author.me,
            portrait: author.portrait.map(|frame| frame.id),
        }
    }
}

pub fn pages(config: &mut ServiceConfig) {
    config
        .service(posts_page)
        .service(declarations_page)
        .service(post_page)
        .configure(deeds_page::pages)
        .configure(quiz_page::pages)
        .configure(report_page::pages)
        .configure(take_down_page::pages)
        .configure(portrait_page::pages)
        .configure(photo_page::pages)
        .configure(moderation_page::pages)
        .configure(quizzes_page::pages);
}

/// The page that says when it begins, where it has not.
pub fn early(house: &House, page: &Page, me: &Participant) -> Option<Result<HttpResponse, Error>> {
    let text = top::opens(page, "plaza", &me.event, house.now())?;
    let tabs = tabs::of_participant(page, &me.event, "plaza");
    Some(page::answer(&Early { tabs, text, page: page.clone() }))
}

#[get("/e/{event}/plaza")]
async fn posts_page(house: House, visit: Visit, me: Participant, paging: Query<Paging>) -> Result<HttpResponse, Error> {
    if let Some(early) = early(&house, &visit.page, &me) {
        return early;
    }
    wall(&house, visit.page, me, Kind::Post, Form::default(), paging.into_inner()).await
}

#[get("/e/{event}/plaza/declarations")]
async fn declarations_page(
    house: House,
    visit: Visit,
    me: Participant,
    paging: Query<Paging>,
) -> Result<HttpResponse, Error> {
    if let Some(early) = early(&house, &visit.page, &me) {
        return early;
    }
    wall(&house, visit.page, me, Kind::Declaration, Form::default(), paging.into_inner()).await
}

#[get("/e/{event}/plaza/posts/{id}")]
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

/// Posts or declarations, with a form as it was left.
///
/// # Errors
/// What [`top::look`] and [`wall::hung`] say.
pub async fn wall(
    house: &House,
    page: Page,
    me: Participant,
    kind: Kind,
    form: Form,
    paging: Paging,
) -> Result<HttpResponse, Error> {
    let first = paging.cursor.is_none();
    let paging = Paging { limit: Some(ON_A_PAGE), ..paging };
    let read = house.run(async move |app| {
        let sight = top::look(&app, &me).await?;
        let db = app.database.reader();
        let notes = wall::hung(db, me.event.id, kind, me.registration.id, &paging).await?;
        Ok((sight, notes, me.event))
    });
    let (sight, notes, event) = read.await?;
    let now = house.now();
    let posts = kind == Kind::Post;
    let top = sight.top(&page, &event, now, if posts { "posts" } else { "declarations" });
    let here = format!("/e/{}/plaza{}", event.slug, if posts { "" } else { "/declarations" });
    let reader = Reader { app: house, page: &page, zone: event.zone(), now };
    page::answer(&Wall {
        tabs: tabs::of_participant(&page, &event, "plaza"),
        notes: notes.items.into_iter().map(|note| reader.contribution_view(note)).collect(),
        next: notes.next.map(|cursor| format!("{here}?cursor={cursor}")),
        next_post: sight.next_post(),
        top,
        posts,
        form,
        first,
        page,
    })
}

/// One post and its comments, with a form as it was left.
///
/// # Errors
/// 404 where the post is none the person may see; what [`top::look`] says.
pub async fn post(
    house: &House,
    page: Page,
    me: Participant,
    id: Uuid,
    form: Form,
    paging: Paging,
) -> Result<HttpResponse, Error> {
    let read = house.run(async move |app| {
        let sight = top::look(&app, &me).await?;
        let db = app.database.reader();
        let note = wall::one(db, me.event.id, id, me.registration.id, Some(Kind::Post)).await?;
        // Of a post that nobody else sees there is nothing to say.
        let comments = match note.state {
            State::Approved => Some(wall::comments(db, me.event.id, id, me.registration.id, &paging).await?),
            _ => None,
        };
        Ok((sight, note, comments, me.event))
    });
    let (sight, note, comments, event) = read.await?;
    let now = house.now();
    let (items, next) = comments.map_or((Vec::new(), None), |page| (page.items, page.next));
    let reader = Reader { app: house, page: &page, zone: event.zone(), now };
    page::answer(&Post {
        tabs: tabs::of_participant(&page, &event, "plaza"),
        top: sight.top(&page, &event, now, "posts"),
        note: reader.contribution_view(note),
        comments: items.into_iter().map(|note| reader.contribution_view(note)).collect(),
        next: next.map(|cursor| format!("/e/{}/plaza/posts/{id}?cursor={cursor}", event.slug)),
        form,
        page,
    })
}
