//! The address in a badge's QR. Any phone's own scanner opens it: for a desk it is the check-in, for
//! everybody else a page that says what this is, and not whose.

use actix_web::http::header::{HeaderValue, REFERRER_POLICY};
use actix_web::web::{Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use sea_orm::EntityTrait;
use serde::Deserialize;
use serde_json::json;

use super::page::desk_name;
use crate::accounts::refusals::CROSS_SITE;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::badges::code::Secret;
use crate::body;
use crate::checkin::admit;
use crate::checkin::attempt::{self, Reason, Verdict};
use crate::checkin::bearer::{self, Bearer, ScanSubject};
use crate::checkin::scan::{Passage, Scan};
use crate::checkin::scan_answer::{Answer, GuestView};
use crate::checkin::{objection, presence};
use crate::error::{Error, Fault};
use crate::events::access::Desk;
use crate::events::event;
use crate::page::form::Form;
use crate::page::{self, Page, when};

#[derive(Template)]
#[template(path = "checkin/desk/card.html")]
struct Card {
    page: Page,
    code: String,
    /// None: somebody who is no desk.
    sight: Option<Sight>,
}

/// What a desk sees of the badge before it, or of the scan it has made.
struct Sight {
    event: event::Model,
    called: String,
    guest: Option<GuestView>,
    /// What speaks against it, or did.
    reason: Option<Reason>,
    since: Option<DateTime<Utc>>,
    place: Option<String>,
    /// Goes with the button: pressed twice it is one scan.
    nonce: String,
    done: Option<Verdict>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(look).service(check_in);
}

/// What a desk is sent here with after a scan of its own.
#[derive(Deserialize)]
struct Made {
    /// The nonce of the scan it made.
    scan: Option<String>,
}

/// Looks and writes nothing: phones and messengers open links by themselves.
#[get("/c/{code}")]
async fn look(
    house: House,
    request: HttpRequest,
    visit: Visit,
    code: Path<String>,
    made: Query<Made>,
) -> Result<HttpResponse, Error> {
    let code = code.into_inner();
    let Some((desk, found)) = desk_before(&house, &request, &code).await? else {
        return alone(&Card { code, sight: None, page: visit.page });
    };
    let (fresh, made) = (HEXLOWER.encode(&house.chance.secret::<16>()?), made.into_inner().scan);
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let called = desk_name(db, &desk).await?;
        let made = match made {
            Some(nonce) => attempt::find_by_nonce(db, desk.event.id, &called, &nonce).await?,
            None => None,
        };
        if let Some(made) = made {
            return Sight::of_scan(desk.event, called, made);
        }
        let found = ScanSubject::at(desk.event.id, found);
        let reason = objection::objection(&found, desk.event.phase(app.now()), Passage::Entry);
        let there = match found.bearer(false) {
            Some(bearer) => presence::Entity::find_by_id(bearer.registration_id).one(db).await?,
            None => None,
        };
        let there = there.filter(|there| there.inside);
        Ok(Sight {
            called,
            guest: found.bearer(desk.organizer).map(Bearer::guest_view),
            reason: reason.or(there.is_some().then_some(Reason::AlreadyAdmitted)),
            since: there.as_ref().map(|there| there.since),
            place: there.map(|there| there.device),
            nonce: fresh,
            done: None,
            event: desk.event,
        })
    });
    let sight = Some(read.await?);
    alone(&Card { code, sight, page: visit.page })
}

/// Makes the scan, and sends the desk to the page that tells what came of it.
#[post("/c/{code}")]
async fn check_in(
    house: House,
    request: HttpRequest,
    visit: Visit,
    code: Path<String>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let code = code.into_inner();
    let Some((desk, _)) = desk_before(&house, &request, &code).await? else {
        return alone(&Card { code, sight: None, page: visit.page });
    };
    let (nonce, read) = (form.value("nonce").to_owned(), code.clone());
    let back = format!("/c/{}?scan={}", page::encoded(&code), page::encoded(&nonce));
    house
        .run(async move |app| {
            let called = desk_name(app.database.reader(), &desk).await?;
            let scan: Scan = body::read(json!({ "code": read, "nonce": nonce, "device": called, "kind": "entry" }))?;
            admit::admit(&app, admit::Request { desk, scan, sent_at: None }).await
        })
        .await?;
    Ok(page::see(&back))
}

/// The desk that asks and whom the code names: a paired device at its own event, a person at the
/// event of the badge. None for anybody else, whether or not there is such a code.
async fn desk_before(
    house: &House,
    request: &HttpRequest,
    code: &str,
) -> Result<Option<(Desk, Option<Bearer>)>, Error> {
    let secret = Secret::scanned(code);
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let found = bearer::of_code(db, &app, &secret).await?;
        let event = match &found {
            Some(bearer) => event::Entity::find_by_id(bearer.event_id).one(db).await?,
            None => None,
        };
        Ok((found, event.map(|event| event.slug)))
    });
    let (found, slug) = read.await?;
    if let Some(desk) = Desk::of_device(request).await? {
        return Ok(Some((desk, found)));
    }
    let Some(slug) = slug else { return Ok(None) };
    match Desk::at(request.clone(), slug).await {
        Ok(desk) => Ok(Some((desk, found))),
        Err(Error::Refused(refused)) if !refused.is(CROSS_SITE) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The address carries the code: no page is told where its visitor comes from.
fn alone(card: &Card) -> Result<HttpResponse, Error> {
    let mut answer = page::answer(card)?;
    answer.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(answer)
}

impl Card {
    fn reason_text(&self, what: &str, reason: &Reason) -> String {
        let code = json!(reason).as_str().unwrap_or_default().replace('_', "-");
        let sight = self.sight.as_ref();
        let time = sight.and_then(|sight| Some(when::clock(sight.event.zone(), sight.since?))).unwrap_or_default();
        let place = sight.and_then(|sight| sight.place.clone()).unwrap_or_default();
        self.page.say(&format!("desk-{what}-{code}"), &[("time", time.into()), ("device", place.into())])
    }

    fn title<'a>(&self, event: &'a event::Model) -> &'a str {
        event.titled(self.page.language)
    }
}

impl Sight {
    /// What the desk heard of a scan it has made.
    fn of_scan(event: event::Model, called: String, made: attempt::Model) -> Result<Self, Error> {
        let heard: Answer = serde_json::from_slice(&made.answer).map_err(Fault::of)?;
        let before = heard.reason == Some(Reason::AlreadyAdmitted);
        Ok(Self {
            event,
            called,
            guest: heard.participant,
            reason: heard.reason,
            since: before.then_some(heard.at),
            place: before.then_some(heard.by_device),
            nonce: made.nonce,
            done: Some(heard.result),
        })
    }

    fn is_in(&self) -> bool {
        self.done == Some(Verdict::Admitted)
    }

    fn is_refused(&self) -> bool {
        self.done == Some(Verdict::Refused)
    }
}
