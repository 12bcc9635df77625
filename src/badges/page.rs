//! Badges as the organizer handles them: number everybody, replace a lost code, print.

use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::api::Reissue;
use super::number::Number;
use super::picture::Drawing;
use super::print::{self, Chosen};
use super::reissue::{self, NotReissued};
use super::wearers::{self, Wearer};
use super::{badge, issue, picture};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::phase::Phase;
use crate::events::{event, tabs};
use crate::page::form::Form;
use crate::page::said::{see_counting, see_saying};
use crate::page::{self, Page, Tab, when};
use crate::registrations::registration::Side;

/// What a query of the address says, name by name.
type Asked = Query<Vec<(String, String)>>;

pub fn pages(config: &mut ServiceConfig) {
    // `print` before the name of a badge: it would be taken for one.
    config
        .service(open_badges)
        .service(number_everybody)
        .service(print_sheets)
        .service(open_badge)
        .service(replace_badge_code);
}

/// What badges are printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 90 × 54 mm, for a clip: ten on A4.
    Card,
    /// 86 × 120 mm, for a lanyard: four on A4.
    Lanyard,
    /// A6, folded or in a stand: four on A4.
    Table,
}

impl Size {
    const ALL: [Self; 3] = [Self::Card, Self::Lanyard, Self::Table];

    fn of(name: &str) -> Self {
        Self::ALL.into_iter().find(|size| size.name() == name).unwrap_or(Self::Card)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Card => "90x54",
            Self::Lanyard => "86x120",
            Self::Table => "a6",
        }
    }

    fn on_a_sheet(self) -> usize {
        match self {
            Self::Card => 10,
            Self::Lanyard | Self::Table => 4,
        }
    }

    fn words(self, page: &Page) -> String {
        page.t(&format!("badges-size-{}", self.name()))
    }
}

#[derive(Template)]
#[template(path = "badges/office.html")]
struct Office {
    page: Page,
    tabs: Vec<Tab>,
    event: event::Model,
    now: DateTime<Utc>,
    form: Form,
    wearers: Vec<Wearer>,
    /// Confirmed and not numbered yet.
    waiting: usize,
}

#[derive(Template)]
#[template(path = "badges/one.html")]
struct One {
    page: Page,
    tabs: Vec<Tab>,
    event: event::Model,
    now: DateTime<Utc>,
    form: Form,
    wearer: Wearer,
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

async fn shown(house: &House, page: Page, event: event::Model, form: Form) -> Result<HttpResponse, Error> {
    let of = event.id;
    let read = house.run(async move |app| {
        let db = app.database.reader();
        Ok((wearers::of_event(db, of).await?, issue::waiting(db, of).await?.len()))
    });
    let (wearers, waiting) = read.await?;
    let tabs = tabs::of_organizer(&page, &event.slug, "badges");
    let now = house.now();
    page::answer_refused(&form.clone(), &Office { tabs, now, page, event, form, wearers, waiting })
}

#[get("/office/e/{event}/badges")]
async fn open_badges(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    shown(&house, visit.page, by.event, Form::default()).await
}

#[post("/office/e/{event}/badges")]
async fn number_everybody(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let (event_id, actor) = (by.event.id, by.account.account_id);
    match house.run(async move |app| issue::issue(&app, event_id, Some(actor)).await).await {
        Ok(issued) => see_counting(&address(&by.event), "badges-issued", u64::try_from(issued.issued).unwrap_or(0)),
        Err(error) => {
            let form = form.refused(&visit.page, error)?;
            shown(&house, visit.page, by.event, form).await
        }
    }
}

fn number_in_path(request: &HttpRequest) -> Result<Number, Error> {
    let named = request.match_info().get("badge").and_then(|badge| badge.parse().ok());
    named.ok_or_else(|| NotReissued::NoSuchBadge.into())
}

async fn shown_one(
    house: &House,
    page: Page,
    event: event::Model,
    worn: Number,
    form: Form,
) -> Result<HttpResponse, Error> {
    let of = event.id;
    let wearer = house.run(async move |app| {
        let db = app.database.reader();
        let badge = badge::wearing(db, of, worn).await?.ok_or(NotReissued::NoSuchBadge)?;
        let wearer = wearers::worn(db, vec![badge]).await?.pop();
        Ok(wearer.ok_or(NotReissued::NoSuchBadge)?)
    });
    let wearer = wearer.await?;
    let tabs = tabs::of_organizer(&page, &event.slug, "badges");
    page::answer_refused(&form.clone(), &One { tabs, now: house.now(), page, event, form, wearer })
}

#[get("/office/e/{event}/badges/{badge}")]
async fn open_badge(house: House, visit: Visit, by: Organizer, request: HttpRequest) -> Result<HttpResponse, Error> {
    shown_one(&house, visit.page, by.event, number_in_path(&request)?, Form::default()).await
}

#[post("/office/e/{event}/badges/{badge}/reissue")]
async fn replace_badge_code(
    house: House,
    visit: Visit,
    by: Organizer,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (event, worn) = (by.event.clone(), number_in_path(&request)?);
    let replaced = async {
        let Reissue { reason } = body::read(json!({ "reason": form.value("reason") }))?;
        house.run(async move |app| reissue::reissue(&app, &by, worn, &reason).await).await
    };
    match replaced.await {
        Ok(badge) => see_saying(&format!("{}/{}", address(&event), plain(badge.worn())), "badge-reissued"),
        Err(error) => {
            let form = form.refused(&visit.page, error)?;
            shown_one(&house, visit.page, event, worn, form).await
        }
    }
}

/// A number as it stands in addresses: `m13`.
fn plain(worn: Number) -> String {
    match worn.side {
        Side::Men => format!("m{}", worn.number),
        Side::Women => format!("w{}", worn.number),
    }
}

#[get("/office/e/{event}/badges/print")]
async fn print_sheets(house: House, visit: Visit, by: Organizer, asked: Asked) -> Result<HttpResponse, Error> {
    let (page, event) = (visit.page, by.event.clone());
    let asked = Form::filled(asked.into_inner());
    let size = Size::of(asked.value("size"));
    let whole = |name: &str| asked.number(name).as_i64().and_then(|number| i32::try_from(number).ok());
    let chosen = Chosen {
        named: asked.values("badge").filter_map(|badge| badge.parse().ok()).collect(),
        side: [Side::Men, Side::Women].into_iter().find(|side| side.word() == asked.value("side")),
        from: whole("from"),
        to: whole("to"),
    };
    let read = house.run(async move |app| {
        let printed = print::print(&app, &by, &chosen).await?;
        tokio::task::spawn_blocking(move || printed.into_iter().map(face).collect::<Result<Vec<Face>, Error>>())
            .await
            .map_err(Error::fault)?
    });
    let mut faces = read.await?;
    let people = faces.len();
    let mut sheets = Vec::new();
    while !faces.is_empty() {
        let rest = faces.split_off(faces.len().min(size.on_a_sheet()));
        sheets.push(std::mem::replace(&mut faces, rest));
    }
    let tab = |other: Size| Tab {
        name: other.words(&page),
        address: same_but(&event, &asked, other),
        count: None,
        open: other == size,
    };
    let sizes = Size::ALL.into_iter().map(tab).collect();
    let nickname = asked.has("nickname", "yes");
    page::answer(&Print { sizes, page, event, size, nickname, people, sheets })
}

fn same_but(event: &event::Model, asked: &Form, size: Size) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("size", size.name());
    query.extend_pairs(asked.fields().filter(|(name, _)| *name != "size"));
    format!("{}/print?{}", address(event), query.finish())
}

fn face((wearer, url): (Wearer, String)) -> Result<Face, Error> {
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

impl Office {
    fn here(&self) -> String {
        address(&self.event)
    }

    fn when(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, self.event.zone(), *at, self.now)
    }

    fn may_number(&self) -> bool {
        matches!(self.event.phase(self.now), Phase::Confirmation | Phase::OnSite)
    }

    fn waiting(&self) -> String {
        self.page.say("badges-waiting", &[("count", self.waiting.into())])
    }

    fn numbered(&self) -> String {
        let men = self.wearers.iter().filter(|one| one.worn.side == Side::Men).count();
        let gaps = [("men", men.into()), ("women", (self.wearers.len() - men).into())];
        self.page.say("badges-numbered", &gaps)
    }

    fn link(&self, wearer: &Wearer) -> String {
        format!("{}/{}", self.here(), plain(wearer.worn))
    }

    fn sizes(&self) -> Vec<(&'static str, String)> {
        Size::ALL.into_iter().map(|size| (size.name(), size.words(&self.page))).collect()
    }

    fn sides(&self) -> [(&'static str, String); 3] {
        [("", self.page.t("badges-both")), ("men", self.page.t("side-men")), ("women", self.page.t("side-women"))]
    }
}

impl One {
    fn here(&self) -> String {
        format!("{}/{}", address(&self.event), plain(self.wearer.worn))
    }

    fn when(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, self.event.zone(), *at, self.now)
    }

    fn print(&self) -> String {
        format!("{}/print?badge={}", address(&self.event), plain(self.wearer.worn))
    }
}

impl Print {
    fn back(&self) -> String {
        address(&self.event)
    }

    fn title(&self) -> &str {
        let english = self.event.title_en.as_deref().unwrap_or(&self.event.title);
        self.page.language.choose(&self.event.title, english)
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
