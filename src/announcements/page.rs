//! The composer: whom, what, how it will look, and what was sent before.

use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::announce::{announce, had};
use super::history::{self, AnnouncementView, Missed};
use super::message::Message;
use super::spoken::{audience_of, request, status_words, whom_words};
use super::{placeholders, try_out, whom};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::{Organizer, id_in_path};
use crate::events::heading::Heading;
use crate::events::{event, tabs};
use crate::page::flash::{see_counting, see_saying};
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};
use crate::paging::{self, Paging};
use crate::registrations::registration::{Side, Status};
use crate::registrations::roll::{self, Count};
use crate::units::unit;

/// As far as an application can stand, in the order of the journey.
const STATUSES: [Status; 10] = [
    Status::Applied,
    Status::Approved,
    Status::Selected,
    Status::Waitlisted,
    Status::NotSelected,
    Status::Confirmed,
    Status::Declined,
    Status::Expired,
    Status::Withdrawn,
    Status::Rejected,
];

pub fn pages(config: &mut ServiceConfig) {
    config.service(open_composer).service(act_on_message).service(count_reach).service(open_announcement);
}

/// How many would get it now.
#[derive(Clone, Copy, Debug)]
struct Reach {
    people: usize,
    already: usize,
}

#[derive(Template)]
#[template(path = "announcements/composer.html")]
struct Composer {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    event: event::Model,
    now: DateTime<Utc>,
    form: Form,
    reach: Reach,
    counts: Vec<Count>,
    units: Vec<unit::Model>,
    history: paging::Page<AnnouncementView>,
    /// Whether this house keeps letters instead of sending them.
    kept: bool,
}

#[derive(Template)]
#[template(path = "announcements/reach.html")]
struct ReachOnly {
    page: Page,
    reach: Reach,
}

#[derive(Template)]
#[template(path = "announcements/one.html")]
struct One {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    event: event::Model,
    now: DateTime<Utc>,
    announcement: AnnouncementView,
    missed: Vec<Missed>,
    /// Whether this house keeps letters instead of sending them.
    kept: bool,
}

fn address(event: &event::Model) -> String {
    format!("/office/e/{}/mail", event.slug)
}

async fn reached(house: &House, event: &event::Model, form: &Form) -> Result<Reach, Error> {
    let (event_id, whom) = (event.id, audience_of(form));
    // What is written so far says whether they had it; half a message they cannot have had.
    let digest = body::read::<Message>(request(form)).ok().map(|message| message.digest());
    house
        .run(async move |app| {
            let db = app.database.reader();
            let people = match whom {
                Some(whom) => whom::readers(db, &app, event_id, &whom).await?,
                None => Vec::new(),
            };
            let already = match digest {
                Some(digest) => had(db, event_id, &digest, &people).await?.len(),
                None => 0,
            };
            Ok(Reach { people: people.len(), already })
        })
        .await
}

async fn render_composer(
    house: &House,
    page: Page,
    event: event::Model,
    form: Form,
    paging: Paging,
) -> Result<HttpResponse, Error> {
    let reach = reached(house, &event, &form).await?;
    let of = event.clone();
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let history = history::page(&app, db, of.id, &Paging { limit: Some(20), ..paging }).await?;
        let units = unit::Entity::find().filter(unit::Column::OrganizationId.eq(of.organization_id));
        let units = units.order_by_asc(unit::Column::NameFolded).all(db).await?;
        Ok((history, units, roll::counts(db, of.id).await?))
    });
    let (history, units, counts) = read.await?;
    let tabs = tabs::of_organizer(&page, &event.slug, "mail");
    let (now, kept) = (house.now(), house.settings.mail.keeps_letters());
    let heading = Heading::of(&page, &event, now);
    page::answer(&Composer { heading, tabs, now, page, event, reach, counts, units, history, form, kept })
}

#[get("/office/e/{event}/mail")]
async fn open_composer(
    house: House,
    visit: Visit,
    by: Organizer,
    paging: Query<Paging>,
) -> Result<HttpResponse, Error> {
    render_composer(&house, visit.page, by.event, Form::default(), paging.into_inner()).await
}

#[post("/office/e/{event}/mail")]
async fn act_on_message(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let (mut page, event) = (visit.page, by.event.clone());
    let done = match form.value("act") {
        "send" => send(&house, by, &form).await.map(Some),
        "try" => sent_to_oneself(&house, by, &form).await.map(|()| None),
        _ => return render_composer(&house, page, event, form, Paging::default()).await,
    };
    match done {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => {
            // The draft is kept nowhere but in the form: it comes back with it.
            page.flash = Some(page.t("flash-announce-tried"));
            Ok(render_composer(&house, page, event, form, Paging::default()).await?)
        }
        Err(error) => {
            form.show_again(page, error, |page, form| render_composer(&house, page, event, form, Paging::default()))
                .await
        }
    }
}

async fn send(house: &House, by: Organizer, form: &Form) -> Result<HttpResponse, Error> {
    let message: Message = body::read(request(form))?;
    let here = address(&by.event);
    let sent = house.run(async move |app| announce(&app, &by, message).await).await?;
    match sent.written {
        0 => see_saying(&here, "announce-again"),
        written => see_counting(&here, "announce-sent", u64::try_from(written).unwrap_or(u64::MAX)),
    }
}

async fn sent_to_oneself(house: &House, by: Organizer, form: &Form) -> Result<(), Error> {
    let message: Message = body::read(request(form))?;
    house.run(async move |app| try_out::try_out(&app, &by, message).await).await
}

#[post("/office/e/{event}/mail/count")]
async fn count_reach(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let reach = reached(&house, &by.event, &form).await?;
    page::answer(&ReachOnly { page: visit.page, reach })
}

#[get("/office/e/{event}/mail/{id}")]
async fn open_announcement(
    house: House,
    visit: Visit,
    by: Organizer,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let id: Uuid = id_in_path(&request, "id")?;
    let event = by.event.clone();
    let read = house.run(async move |app| history::one(&app, app.database.reader(), by.event.id, id).await);
    let (announcement, missed) = read.await?;
    let page = visit.page;
    let tabs = tabs::of_organizer(&page, &event.slug, "mail");
    page::answer(&One {
        heading: Heading::of(&page, &event, house.now()),
        tabs,
        now: house.now(),
        page,
        event,
        announcement,
        missed,
        kept: house.settings.mail.keeps_letters(),
    })
}

fn done(page: &Page, kept: bool) -> String {
    page.t(if kept { "standing-kept" } else { "announce-sent" })
}

impl Reach {
    fn summary(&self, page: &Page) -> String {
        let key = if self.already > 0 { "announce-reach-again" } else { "announce-reach" };
        page.say(key, &[("people", self.people.into()), ("already", self.already.into())])
    }
}

impl Composer {
    fn here(&self) -> String {
        address(&self.event)
    }

    /// What became of the letters that are done with.
    fn done(&self) -> String {
        done(&self.page, self.kept)
    }

    fn when(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, self.event.zone(), *at, self.now)
    }

    /// The statuses with how many stand in each.
    fn statuses(&self) -> Vec<(String, String, i64)> {
        let row = |status: Status| {
            let count = self.counts.iter().filter(|count| count.status == status).map(|count| count.count).sum();
            let word = serde_json::to_value(status).unwrap_or_default();
            (word.as_str().unwrap_or_default().to_owned(), status_words(&self.page, status), count)
        };
        STATUSES.into_iter().map(row).collect()
    }

    fn sides(&self) -> [(&'static str, String); 3] {
        [
            ("", self.page.t("announce-both")),
            (Side::Men.word(), self.page.t("side-men")),
            (Side::Women.word(), self.page.t("side-women")),
        ]
    }

    fn presences(&self) -> [(&'static str, String); 3] {
        [("", "announce-whether"), ("yes", "announce-came"), ("no", "announce-stayed-away")]
            .map(|(value, key)| (value, self.page.t(key)))
    }

    fn has_unit(&self, unit: &unit::Model) -> bool {
        self.form.has("unit", &unit.id.to_string())
    }

    /// What stands in braces in any of the words and cannot be filled in.
    fn unknown(&self) -> Option<String> {
        let texts = ["subject", "text", "subject_en", "text_en"].map(|name| self.form.value(name));
        let unknown: Vec<String> = texts.into_iter().flat_map(placeholders::unknown).collect();
        let named = (!unknown.is_empty()).then(|| self.page.list(&unknown))?;
        Some(self.page.say("announce-unknown", &[("gaps", named.into())]))
    }

    fn chosen_units(&self) -> usize {
        self.form.values("unit").count()
    }

    fn whom(&self, announcement: &AnnouncementView) -> String {
        whom_words(&self.page, &announcement.to)
    }
}

impl One {
    /// What became of the letters that are done with.
    fn done(&self) -> String {
        done(&self.page, self.kept)
    }

    fn when(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, self.event.zone(), *at, self.now)
    }

    fn whom(&self) -> String {
        whom_words(&self.page, &self.announcement.to)
    }
}
