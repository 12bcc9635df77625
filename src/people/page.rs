//! The people as pages: cards, one person, and whom one keeps away from.

use actix_web::web::{Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use serde::Deserialize;
use url::form_urlencoded;

use super::neighbour_card::{NeighbourCard, find, load_cards, seen};
use super::neighbours::{self, Neighbour, NeighbourFilter, Offered};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::dates::exclude::{self, Whom};
use crate::error::refusal::MALFORMED_FORM;
use crate::error::{Error, Refused};
use crate::events::phase::Phase;
use crate::events::tabs;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};
use crate::plaza::entrance::may_look;
use crate::plaza::portrait::Portrait;
use crate::plaza::top;
use crate::plaza::wall::Note;
use crate::registrations::access::Participant;
use crate::registrations::exclusion::Because;

const ON_A_PAGE: usize = 24;

#[derive(Template)]
#[template(path = "people/cards.html")]
struct Cards {
    page: Page,
    slug: String,
    tabs: Vec<Tab>,
    early: Option<String>,
    form: Form,
    choices: Choices,
    cards: Vec<Card>,
    found: usize,
    /// What is said where nobody is shown.
    nobody: &'static str,
    previous: Option<String>,
    next: Option<String>,
    asks: bool,
}

#[derive(Deserialize)]
struct Turned {
    /// From 1.
    page: Option<usize>,
}

#[derive(Default)]
struct Choices {
    ages: Vec<(String, String)>,
    interests: Vec<(String, String)>,
    educations: Vec<(String, String)>,
    districts: Vec<(String, String)>,
}

struct Card {
    handle: String,
    nickname: String,
    initial: String,
    /// Band, education, district: what is said of them, in one line.
    line: String,
    interests: Vec<String>,
    about: Option<String>,
    declaration: Option<String>,
    portrait: Option<Portrait>,
}

#[derive(Template)]
#[template(path = "people/person.html")]
struct Person {
    page: Page,
    slug: String,
    tabs: Vec<Tab>,
    card: Card,
    me: bool,
    open: bool,
    acquainted: bool,
    posts: Vec<(String, Note)>,
}

#[derive(Template)]
#[template(path = "people/apart.html")]
struct Apart {
    page: Page,
    slug: String,
    tabs: Vec<Tab>,
    people: Vec<(Neighbour, Because)>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(cards_page).service(apart_page).service(person_page).service(keep_apart).service(take_back);
}

#[get("/e/{event}/people")]
async fn cards_page(
    house: House,
    visit: Visit,
    me: Participant,
    wanted: Query<NeighbourFilter>,
    turned: Query<Turned>,
) -> Result<HttpResponse, Error> {
    let (page, now) = (visit.page, house.now());
    let event = me.event.clone();
    let tabs = tabs::of_participant(&page, &event, "people");
    let wanted = wanted.into_inner();
    let form = Form::filled([
        ("age", wanted.age.clone()),
        ("interest", wanted.interest.clone()),
        ("education", wanted.education.clone()),
        ("district", wanted.district.clone()),
    ]);
    if let Some(text) = top::opens(&page, "people", &event, now) {
        return page::answer(&Cards { early: Some(text), ..Cards::empty(page, event.slug, tabs, form) });
    }
    let number = turned.page.unwrap_or(1).max(1);
    let wanted_again = wanted.clone();
    let read = house.run(async move |app| {
        may_look(&app, &me)?;
        let today = me.event.day(app.now());
        let people = neighbours::to_meet(&app, &me, today, neighbours::in_sight(&app, &me).await?);
        let offered = Offered::by(&people);
        let found: Vec<Neighbour> = people.into_iter().filter(|person| wanted_again.takes(person)).collect();
        let count = found.len();
        let here: Vec<Neighbour> = found.into_iter().skip((number - 1) * ON_A_PAGE).take(ON_A_PAGE).collect();
        Ok((offered, count, load_cards(&app, here).await?))
    });
    let (offered, found, here) = read.await?;
    let address = |number: usize| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form.fields().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        format!("/e/{}/people?{}", event.slug, query.append_pair("page", &number.to_string()).finish())
    };
    let next = (number * ON_A_PAGE < found).then(|| address(number + 1));
    let previous = (number > 1).then(|| address(number - 1));
    let cards = here.into_iter().map(|neighbour| Card::of(&page, neighbour)).collect();
    let choices = Choices::of(&page, offered);
    let nobody = match event.phase(now) {
        _ if wanted.asks() => "people-none",
        Phase::Online => "people-empty",
        _ => "people-empty-over",
    };
    let empty = Cards::empty(page, event.slug, tabs, form.clone());
    page::answer(&Cards { choices, cards, found, asks: wanted.asks(), nobody, next, previous, ..empty })
}

#[get("/e/{event}/people/apart")]
async fn apart_page(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    let slug = me.event.slug.clone();
    let tabs = tabs::of_participant(&visit.page, &me.event, "people");
    let people = house.ask(async move |app| neighbours::kept_apart(&app, &me).await).await?;
    page::answer(&Apart { people, tabs, slug, page: visit.page })
}

#[get("/e/{event}/people/{handle}")]
async fn person_page(
    house: House,
    visit: Visit,
    me: Participant,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (page, now) = (visit.page, house.now());
    let (_, handle) = path.into_inner();
    let event = me.event.clone();
    let found = house.run(async move |app| seen(&app, &me, &handle).await).await?;
    let dated = |note: Note| (when::moment(page.language, event.zone(), note.at, now), note);
    page::answer(&Person {
        tabs: tabs::of_participant(&page, &event, "people"),
        me: found.me,
        acquainted: found.apart.is_some(),
        posts: found.posts.into_iter().map(dated).collect(),
        card: Card::of(&page, found.card),
        open: event.phase(now) == Phase::Online,
        slug: event.slug,
        page,
    })
}

#[post("/e/{event}/people/{handle}/apart")]
async fn keep_apart(
    house: House,
    me: Participant,
    path: Path<(String, String)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (slug, handle) = path.into_inner();
    let because = match form.value("because") {
        "blocked" => Because::Blocked,
        "acquainted" => Because::Acquainted,
        _ => return Err(MALFORMED_FORM.saying("Say why.").into()),
    };
    let person = format!("/e/{slug}/people/{handle}");
    let kept = house.run(async move |app| {
        let found = find(&app, &me, &handle).await?;
        exclude::exclude(&app, &me, Whom::Registered(found.registration_id), because).await
    });
    kept.await?;
    match because {
        Because::Blocked => see_saying(&format!("/e/{slug}/people"), "blocked"),
        Because::Acquainted => see_saying(&person, "kept-apart"),
    }
}

#[post("/e/{event}/people/{handle}/together")]
async fn take_back(house: House, me: Participant, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    let (slug, handle) = path.into_inner();
    let taken = house.run(async move |app| {
        let kept_apart = neighbours::kept_apart(&app, &me).await?;
        let about = kept_apart.into_iter().find(|(person, _)| person.handle == handle);
        let (about, _) = about.ok_or_else(Refused::not_found)?;
        exclude::take_back(&app, &me, Whom::Registered(about.registration_id)).await
    });
    taken.await?;
    see_saying(&format!("/e/{slug}/people/apart"), "taken-back")
}

impl Card {
    fn of(page: &Page, NeighbourCard { person, declaration, portrait }: NeighbourCard) -> Self {
        let band = person.band.map(|band| page.t(&format!("band-{}", band.word())));
        let line: Vec<String> = [band, person.education, person.district].into_iter().flatten().collect();
        Self {
            initial: page::initial(&person.nickname),
            line: line.join(" · "),
            declaration,
            portrait,
            handle: person.handle,
            nickname: person.nickname,
            interests: person.interests,
            about: person.about,
        }
    }
}

impl Cards {
    fn empty(page: Page, slug: String, tabs: Vec<Tab>, form: Form) -> Self {
        Self {
            page,
            slug,
            tabs,
            form,
            early: None,
            choices: Choices::default(),
            cards: Vec::new(),
            found: 0,
            asks: false,
            nobody: "people-empty",
            previous: None,
            next: None,
        }
    }
}

impl Choices {
    fn of(page: &Page, offered: Offered) -> Self {
        let any = |key: &str| (String::new(), page.t(key));
        let with_any = |key: &str, text: Vec<String>| {
            let mut choices = vec![any(key)];
            choices.extend(text.into_iter().map(|word| (word.clone(), word)));
            choices
        };
        let bands = offered.bands.iter().map(|band| (band.word().to_owned(), page.t(&format!("band-{}", band.word()))));
        Self {
            ages: std::iter::once(any("people-any-age")).chain(bands).collect(),
            interests: with_any("people-any-interest", offered.interests),
            educations: with_any("people-any-education", offered.educations),
            districts: with_any("people-any-district", offered.districts),
        }
    }
}
