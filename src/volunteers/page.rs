//! What volunteers see: what is due, and one case.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use sea_orm::entity::prelude::Uuid;
use serde_json::{Value, json};

use super::cases;
use super::follow_up::State;
use super::milestone::Milestone;
use super::note_follow_up::{NewFollowUp, note};
use super::spoken::said_of_due;
use super::take_into_care;
use super::timeline::{self, Entry, Timeline};
use crate::accounts::SignedIn;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::badges::face::Face;
use crate::body;
use crate::couples::offer::Field;
use crate::couples::pair;
use crate::error::{Error, FieldError, Refused};
use crate::events::access::id_in_path;
use crate::events::crew::{self, Role};
use crate::events::event;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, when};

#[derive(Template)]
#[template(path = "volunteers/cases.html")]
struct Cases {
    page: Page,
    serves: bool,
    shelves: Vec<(&'static str, Vec<Row>)>,
    /// Title and slug.
    events: Vec<(String, String)>,
}

/// A case in a list.
struct Row {
    id: Uuid,
    pair: Vec<Face>,
    event: String,
    state: Option<State>,
    milestone: Option<Milestone>,
    due: Option<String>,
    /// In the reader's care, and the day has come.
    late: bool,
}

#[derive(Template)]
#[template(path = "volunteers/case.html")]
struct OneCase {
    page: Page,
    form: Form,
    timeline: Timeline,
    pair: Vec<Face>,
    mine: bool,
    now: DateTime<Utc>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(my_cases).service(one_case).service(take_case).service(note_follow_up).service(hand_over);
}

#[get("/volunteer")]
async fn my_cases(house: House, visit: Visit, account: SignedIn) -> Result<HttpResponse, Error> {
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let cases = cases::of_volunteer(db, account.account_id).await?;
        let pairs = pair::pairs(db, cases.iter().map(|case| &case.couple)).await?;
        Ok((cases, pairs, crew::events_of(db, account.account_id, Role::Volunteer).await?))
    });
    let (cases, mut pairs, mut events) = read.await?;
    let (page, now) = (visit.page, house.now());
    let mut shelves = ["due", "free", "ahead", "done"].map(|shelf| (shelf, Vec::new()));
    for case in cases {
        let due = case.next.map(|(_, due)| due);
        let place = match (case.volunteer_id, due) {
            (_, None) => 3,
            (None, _) => 1,
            (Some(_), Some(due)) if due <= now => 0,
            (Some(_), Some(_)) => 2,
        };
        let row = Row {
            id: case.couple.id,
            pair: pairs.remove(&case.couple.id).unwrap_or_default(),
            event: case.event.titled(page.language).to_owned(),
            state: case.last.map(|(state, _)| state),
            milestone: case.next.map(|(milestone, _)| milestone),
            due: due.map(|due| said_of_due(&page, due, now)),
            late: place == 0,
        };
        if let Some((_, rows)) = shelves.get_mut(place) {
            rows.push(row);
        }
    }
    // The latest evening first; one that has not begun has come to nothing yet.
    events.retain(|event| event.is_published(now) && event.starts_at <= now);
    events.sort_by_key(|event| std::cmp::Reverse(event.starts_at));
    let titled = |event: &event::Model| (event.titled(page.language).to_owned(), event.slug.clone());
    let events: Vec<_> = events.iter().map(titled).collect();
    let shelves: Vec<_> = shelves.into_iter().filter(|(_, rows)| !rows.is_empty()).collect();
    page::answer(&Cases { serves: !events.is_empty(), shelves, events, page })
}

#[get("/volunteer/c/{couple}")]
async fn one_case(house: House, request: HttpRequest, visit: Visit, account: SignedIn) -> Result<HttpResponse, Error> {
    show_case(&house, &request, visit.page, account, Form::default()).await
}

/// A case, with a form as it was left.
///
/// # Errors
/// What [`timeline::of_couple`] says.
pub(super) async fn show_case(
    house: &House,
    request: &HttpRequest,
    page: Page,
    account: SignedIn,
    form: Form,
) -> Result<HttpResponse, Error> {
    let read = read(house, request, account).await?;
    let today = read.0.case.event.day(house.now()).to_string();
    let form = if form.fields().next().is_none() { Form::filled([("at", today)]) } else { form };
    page::answer(&build_case(house, page, account, read, form))
}

#[post("/volunteer/c/{couple}/take")]
async fn take_case(house: House, request: HttpRequest, account: SignedIn) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "couple")?;
    house.run(async move |app| take_into_care::take(&app, account, id).await).await?;
    see_saying(&format!("/volunteer/c/{id}"), "case-taken")
}

#[post("/volunteer/c/{couple}/follow-ups")]
async fn note_follow_up(
    house: House,
    request: HttpRequest,
    visit: Visit,
    account: SignedIn,
    form: Form,
) -> Result<HttpResponse, Error> {
    let read = read(&house, &request, account).await?;
    let (id, zone) = (read.0.case.couple.id, read.0.case.event.zone());
    let noted = async {
        let at = moment(form.value("at"), zone, house.now());
        let wish = json!({ "state": form.text("state"), "note": form.value("note"), "at": at });
        let heard: NewFollowUp = body::read(wish)?;
        house.run(async move |app| note(&app, account, id, heard).await).await
    };
    match noted.await {
        Ok(_) => see_saying(&format!("/volunteer/c/{id}"), "follow-up-noted"),
        Err(error) => {
            let show = async |page, form| page::answer(&build_case(&house, page, account, read, form));
            form.show_again(visit.page, error, show).await
        }
    }
}

#[post("/volunteer/c/{couple}/hand-over")]
async fn hand_over(house: House, request: HttpRequest, account: SignedIn, form: Form) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "couple")?;
    let to = match form.value("to") {
        "" => None,
        to => Some(to.parse().map_err(|_| Refused::invalid(vec![FieldError::new("to", "invalid", "an id")]))?),
    };
    house.run(async move |app| take_into_care::hand_over(&app, account, id, to).await).await?;
    see_saying("/volunteer", "case-handed-over")
}

async fn read(house: &House, request: &HttpRequest, account: SignedIn) -> Result<(Timeline, Vec<Face>), Error> {
    let id = id_in_path(request, "couple")?;
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let timeline = timeline::of_couple(db, &app, account.account_id, id).await?;
        let mut pairs = pair::pairs(db, [&timeline.case.couple]).await?;
        Ok((timeline, pairs.remove(&id).unwrap_or_default()))
    });
    read.await
}

fn build_case(
    house: &House,
    page: Page,
    account: SignedIn,
    (timeline, pair): (Timeline, Vec<Face>),
    form: Form,
) -> OneCase {
    let mine = timeline.case.volunteer_id == Some(account.account_id);
    OneCase { page, form, timeline, pair, mine, now: house.now() }
}

/// A day people chose as a moment for a request: the middle of that day; today is now. What is no
/// day stays a text, so that the request is refused with the field's name.
fn moment(typed: &str, zone: Tz, now: DateTime<Utc>) -> Value {
    let Ok(day) = typed.parse::<NaiveDate>() else {
        return if typed.is_empty() { Value::Null } else { json!(typed) };
    };
    if day == now.with_timezone(&zone).date_naive() {
        return Value::Null;
    }
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    json!(day.and_time(noon).and_local_timezone(zone).earliest().map(|at| at.with_timezone(&Utc)))
}

impl Cases {
    fn shelf(&self, shelf: &str) -> String {
        self.page.t(&format!("cases-{shelf}"))
    }

    fn shelf_note(&self, shelf: &str) -> String {
        self.page.t(&format!("cases-{shelf}-note"))
    }
}

impl OneCase {
    fn title(&self) -> &str {
        self.timeline.case.event.titled(self.page.language)
    }

    fn day(&self, at: &DateTime<Utc>) -> String {
        when::day(self.page.language, self.timeline.case.event.zone(), *at, self.now)
    }

    fn is_late(&self, due: &DateTime<Utc>) -> bool {
        *due <= self.now
    }

    fn due(&self, due: &DateTime<Utc>) -> String {
        said_of_due(&self.page, *due, self.now)
    }

    /// The days the calendar offers.
    fn limits(&self) -> String {
        let event = &self.timeline.case.event;
        format!("min=\"{}\" max=\"{}\"", event.day(self.timeline.case.couple.formed_at), event.day(self.now))
    }

    /// Whoever may take the case over.
    fn colleagues(&self) -> impl Iterator<Item = (&Uuid, &String)> {
        let holder = self.timeline.case.volunteer_id;
        self.timeline.volunteers.iter().filter(move |(id, _)| holder != Some(**id))
    }

    /// What is said of one entry, and by whom.
    fn line(&self, entry: &Entry) -> String {
        match entry {
            Entry::Note(noted) => self.page.t(noted.state.key()),
            Entry::Letter(written) => {
                let key = if written.by_volunteer { "case-wrote-to" } else { "case-wrote" };
                self.page.say(key, &[("badge", written.badge.as_str().into())])
            }
            Entry::Unconfirmed(answered) => self.page.t(&format!("case-one-says-{}", answered.answer.word())),
        }
    }

    fn allowed(&self, fields: &[Field]) -> String {
        let name = |field: &Field| match field {
            Field::Wechat => "contact-wechat",
            Field::Phone => "contact-phone",
            Field::Email => "contact-email",
        };
        self.page.list(fields.iter().map(|field| self.page.t(name(field))))
    }

    /// To whom a letter may go: everybody, or one of the two.
    fn readers(&self) -> Vec<(String, String)> {
        let one = |face: &Face| (face.badge(), face.to_string());
        let both = (String::new(), self.page.t("case-write-both"));
        std::iter::once(both).chain(self.pair.iter().map(one)).collect()
    }

    fn holder(&self) -> Option<&String> {
        self.timeline.volunteers.get(&self.timeline.case.volunteer_id?)
    }
}
