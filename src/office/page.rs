//! The outbox as pages.

use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::web::{Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Asia::Shanghai;
use uuid::Uuid;

use super::open_letter::open_letter;
use super::outbox::{self, Listed, Opened, OutboxQuery, Standing};
use super::post_again;
use crate::accounts::asker::Asker;
use crate::accounts::authenticate::Proof;
use crate::accounts::reauthenticate;
use crate::accounts::second_factor::factor;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::{Error, Refused};
use crate::mail::kind::kind_label;
use crate::organizations::access::Administrator;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};

#[derive(Template)]
#[template(path = "office/outbox.html")]
struct Outbox {
    page: Page,
    now: DateTime<Utc>,
    tabs: Vec<Tab>,
    letters: Vec<Listed>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "office/letter.html")]
struct Letter {
    page: Page,
    now: DateTime<Utc>,
    form: Form,
    letter: Listed,
    /// Whether the administrator is asked for a code too.
    coded: bool,
    /// What it says, once it was opened.
    opened: Option<Opened>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(show_outbox).service(one_letter).service(open_one).service(again);
}

#[get("/admin/outbox")]
async fn show_outbox(
    house: House,
    visit: Visit,
    _: Administrator,
    wanted: Query<OutboxQuery>,
) -> Result<HttpResponse, Error> {
    let wanted = wanted.into_inner();
    let state = wanted.state;
    let read = house.run(async move |app| {
        let counts = outbox::counts(app.database.reader()).await?;
        Ok((outbox::list(&app, &wanted).await?, counts))
    });
    let (letters, counts) = read.await?;
    let count = |standing| counts.get(&standing).copied().unwrap_or(0);
    let page = visit.page;
    let tab = |key: &str, address: &str, count, of: Option<Standing>| Tab {
        name: page.t(key),
        address: address.to_owned(),
        count: Some(count),
        open: state == of,
    };
    let sent = if house.settings.mail.keeps_letters() { "outbox-kept" } else { "outbox-sent" };
    let tabs = vec![
        tab("outbox-all", "/admin/outbox", counts.values().sum(), None),
        tab("outbox-waiting", "/admin/outbox?state=waiting", count(Standing::Waiting), Some(Standing::Waiting)),
        tab(sent, "/admin/outbox?state=sent", count(Standing::Sent), Some(Standing::Sent)),
        tab("outbox-failed", "/admin/outbox?state=failed", count(Standing::Failed), Some(Standing::Failed)),
    ];
    let here = tabs.iter().find(|tab| tab.open).map_or("/admin/outbox", |tab| tab.address.as_str());
    let joint = if here.contains('?') { '&' } else { '?' };
    let next = letters.next.map(|cursor| format!("{here}{joint}cursor={cursor}"));
    page::answer(&Outbox { tabs, letters: letters.items, next, now: house.now(), page })
}

#[get("/admin/outbox/{id}")]
async fn one_letter(house: House, visit: Visit, by: Administrator, id: Path<String>) -> Result<HttpResponse, Error> {
    let id: Uuid = id.parse().map_err(|_| Refused::not_found())?;
    closed(&house, visit.page, by, id, Form::default()).await
}

/// Opens a letter and shows it, this once: coming back asks for the password again.
#[post("/admin/outbox/{id}/open")]
async fn open_one(
    house: House,
    visit: Visit,
    by: Administrator,
    request: HttpRequest,
    id: Path<String>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let id: Uuid = id.parse().map_err(|_| Refused::not_found())?;
    let proof = Proof::typed(&form, "");
    let asker = Asker::of(&house, &request);
    let opened = house.run(async move |app| open_letter(&app, &asker, &by, id, &proof).await);
    match opened.await {
        Ok(opened) => {
            let letter = Letter::new(&house, visit.page, opened.listed.clone(), Form::default());
            let mut answer = page::answer(&Letter { opened: Some(opened), ..letter })?;
            // The frame runs nothing and fetches nothing, but a letter brings its looks along.
            let looks = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                img-src 'self' data:; connect-src 'self'; font-src 'self'; frame-src 'self'; form-action 'self'; \
                base-uri 'none'; frame-ancestors 'none'";
            answer.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(looks));
            Ok(answer)
        }
        Err(error) => {
            form.show_again(visit.page, reauthenticate::beside("", error), |page, form| {
                closed(&house, page, by, id, form)
            })
            .await
        }
    }
}

/// A letter that is still closed, and whether opening it takes a code.
async fn closed(house: &House, page: Page, by: Administrator, id: Uuid, form: Form) -> Result<HttpResponse, Error> {
    let account = by.0.account_id;
    let read = house.run(async move |app| {
        Ok((outbox::look(&app, id).await?, factor::is_on(app.database.reader(), account).await?))
    });
    let (letter, coded) = read.await?;
    page::answer(&Letter { coded, ..Letter::new(house, page, letter, form) })
}

#[post("/admin/outbox/{id}/retry")]
async fn again(house: House, by: Administrator, id: Path<String>) -> Result<HttpResponse, Error> {
    let id: Uuid = id.parse().map_err(|_| Refused::not_found())?;
    house.run(async move |app| post_again::post_again(&app, &by, id).await).await?;
    Ok(page::see(&format!("/admin/outbox/{id}")))
}

impl Listed {
    /// What it is called; one that may not be told is a private letter.
    fn label(&self, page: &Page) -> String {
        kind_label(page, self.kind.as_deref().unwrap_or("private"))
    }

    /// How it fared: one that is kept was not sent.
    fn standing(&self, page: &Page) -> String {
        page.t(if self.kept { "standing-kept" } else { self.state.label_key() })
    }
}

impl Outbox {
    fn kind(&self, letter: &Listed) -> String {
        letter.label(&self.page)
    }

    fn when(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, Shanghai, *at, self.now)
    }
}

impl Letter {
    fn new(house: &House, page: Page, letter: Listed, form: Form) -> Self {
        Self { now: house.now(), letter, opened: None, coded: false, form, page }
    }

    fn kind(&self) -> String {
        self.letter.label(&self.page)
    }

    fn when(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, Shanghai, *at, self.now)
    }
}

impl Standing {
    fn pill(self) -> &'static str {
        match self {
            Self::Waiting => "pill",
            Self::Sent => "pill good",
            Self::Failed => "pill bad",
        }
    }

    fn label_key(self) -> &'static str {
        match self {
            Self::Waiting => "standing-waiting",
            Self::Sent => "standing-sent",
            Self::Failed => "standing-failed",
        }
    }
}
