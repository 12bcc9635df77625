//! Sheets of badges, to be printed by the browser.

use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;

use super::picture::{self, Drawing};
use super::print::{self, Chosen};
use super::size::Size;
use super::wearers::Wearer;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::{Error, Fault};
use crate::events::access::Organizer;
use crate::events::event;
use crate::page::form::Form;
use crate::page::{self, Page, Tab};
use crate::registrations::registration::Side;

/// What a query of the address says, name by name.
type PrintQuery = Query<Vec<(String, String)>>;

pub fn pages(config: &mut ServiceConfig) {
    config.service(print_sheets);
}

#[derive(Template)]
#[template(path = "badges/print.html")]
struct Print {
    page: Page,
    event: event::Model,
    size: Size,
    nickname: bool,
    people: usize,
    sheets: Vec<Vec<Face>>,
    /// The same question with another size.
    sizes: Vec<Tab>,
}

/// One badge as it is printed.
struct Face {
    side: Side,
    side_word: &'static str,
    digits: String,
    nickname: String,
    qr: Drawing,
}

fn address(event: &event::Model) -> String {
    format!("/office/e/{}/badges", event.slug)
}

#[get("/office/e/{event}/badges/print")]
async fn print_sheets(house: House, visit: Visit, by: Organizer, query: PrintQuery) -> Result<HttpResponse, Error> {
    let (page, event) = (visit.page, by.event.clone());
    let form = Form::filled(query.into_inner());
    let size = Size::of(form.value("size"));
    let whole = |name: &str| form.number(name).as_i64().and_then(|number| i32::try_from(number).ok());
    let chosen = Chosen {
        named: form.values("badge").filter_map(|badge| badge.parse().ok()).collect(),
        side: [Side::Men, Side::Women].into_iter().find(|side| side.word() == form.value("side")),
        from: whole("from"),
        to: whole("to"),
    };
    let read = house.run(async move |app| {
        let printed = print::print(&app, &by, &chosen).await?;
        let drawn = move || printed.into_iter().map(face).collect::<Result<Vec<Face>, Fault>>();
        Ok(tokio::task::spawn_blocking(drawn).await.map_err(Fault::of)??)
    });
    let mut faces = read.await?;
    let people = faces.len();
    let mut sheets = Vec::new();
    while !faces.is_empty() {
        let rest = faces.split_off(faces.len().min(size.on_a_sheet()));
        sheets.push(std::mem::replace(&mut faces, rest));
    }
    let tab = |other: Size| Tab {
        name: other.label(&page),
        address: same_but(&event, &form, other),
        count: None,
        open: other == size,
    };
    let sizes = Size::ALL.into_iter().map(tab).collect();
    let nickname = form.has("nickname", "yes");
    page::answer(&Print { sizes, page, event, size, nickname, people, sheets })
}

fn same_but(event: &event::Model, form: &Form, size: Size) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("size", size.name());
    query.extend_pairs(form.fields().filter(|(name, _)| *name != "size"));
    format!("{}/print?{}", address(event), query.finish())
}

fn face((wearer, url): (Wearer, String)) -> Result<Face, Fault> {
    Ok(Face {
        side: wearer.worn.side,
        side_word: match wearer.worn.side {
            Side::Men => "男",
            Side::Women => "女",
        },
        digits: format!("{:03}", wearer.worn.number),
        nickname: wearer.nickname,
        qr: picture::drawing(&url)?,
    })
}

impl Print {
    fn back(&self) -> String {
        address(&self.event)
    }

    fn title(&self) -> &str {
        self.event.titled(self.page.language)
    }

    fn count(&self) -> String {
        let gaps = [("badges", self.people.into()), ("sheets", self.sheets.len().into())];
        self.page.say("badges-count", &gaps)
    }
}

impl Face {
    /// Long numbers are set smaller, so that the card still holds them.
    fn class(&self) -> String {
        let long = if self.digits.chars().count() > 3 { " long" } else { "" };
        format!("{}{long}", self.side.word())
    }
}
