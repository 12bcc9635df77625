//! Where an organizer lets devices in and shuts them out, and where a phone becomes one.

use actix_web::http::header::{HeaderValue, REFERRER_POLICY};
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use data_encoding::BASE64;
use sea_orm::{EntityTrait, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::assign::{self, DeskBoard};
use super::pair::{self, Pairing};
use super::{invite, revoke};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::badges::picture;
use crate::boards::terms;
use crate::body;
use crate::checkin::refusals::NO_INVITATION;
use crate::error::{Error, Fault, Refused};
use crate::events::access::{Organizer, id_in_path};
use crate::events::device::{self, Standing};
use crate::events::heading::Heading;
use crate::events::{device_cookie, event, tabs};
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};

/// More than an evening has doors.
const MOST_LISTED: u64 = 200;

#[derive(Template)]
#[template(path = "checkin/pairing/devices.html")]
struct Devices {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    event: event::Model,
    now: DateTime<Utc>,
    devices: Vec<device::Model>,
    /// By name; nothing where the event has one evening.
    boards: Vec<String>,
}

/// The QR on the organizer's screen.
#[derive(Template)]
#[template(path = "checkin/pairing/invitation.html")]
struct Invitation {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    event: event::Model,
    device: device::Model,
    standing: Standing,
    minutes: i64,
    url: String,
    qr: String,
}

/// What the phone shows that scanned it.
#[derive(Template)]
#[template(path = "checkin/pairing/pair.html")]
struct Pair {
    page: Page,
    title: String,
    token: String,
    form: Form,
}

pub fn pages(config: &mut ServiceConfig) {
    config
        .service(devices)
        .service(invite_device)
        .service(invitation)
        .service(assign_board)
        .service(revoke_device)
        .service(door)
        .service(pair_device);
}

#[get("/office/e/{event}/devices")]
async fn devices(house: House, visit: Visit, organizer: Organizer) -> Result<HttpResponse, Error> {
    let event = organizer.event;
    let id = event.id;
    let read = house.ask(async move |app| {
        let devices = device::Entity::of_event(id).order_by_desc(device::Column::Id).limit(MOST_LISTED);
        devices.all(app.database.reader()).await
    });
    let devices = read.await?;
    let tabs = tabs::of_organizer(&visit.page, &event.slug, "staff");
    let now = house.now();
    let heading = Heading::of(&visit.page, &event, now);
    let boards = terms::of(&event)?.into_iter().map(|board| board.name).collect();
    page::answer(&Devices { heading, tabs, event, devices, boards, now, page: visit.page })
}

#[post("/office/e/{event}/devices")]
async fn invite_device(house: House, organizer: Organizer) -> Result<HttpResponse, Error> {
    let slug = organizer.event.slug.clone();
    let invited = house.run(async move |app| invite::invite(&app, &organizer).await).await?;
    Ok(page::see(&format!("/office/e/{slug}/devices/{}", invited.id)))
}

#[get("/office/e/{event}/devices/{device}")]
async fn invitation(
    house: House,
    request: HttpRequest,
    visit: Visit,
    organizer: Organizer,
) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "device")?;
    let event = organizer.event;
    let event_id = event.id;
    let read = house.run(async move |app| {
        let device = device::Entity::find_by_id(id).one(app.database.reader()).await?;
        let device = device.filter(|device| device.event_id == event_id);
        device.ok_or_else(|| Refused::not_found().into())
    });
    let device = read.await?;
    let standing = device.standing(house.now());
    let open = standing == Standing::Invited;
    let url =
        if open { house.public_url(&format!("/pair/{}", invite::token(&house, id, event_id))) } else { String::new() };
    let qr = if open { BASE64.encode(picture::svg(&url)?.as_bytes()) } else { String::new() };
    let minutes = (device.invitation_ends_at - house.now()).num_minutes() + 1;
    let tabs = tabs::of_organizer(&visit.page, &event.slug, "staff");
    let heading = Heading::of(&visit.page, &event, house.now());
    page::answer(&Invitation { heading, tabs, event, device, standing, minutes, url, qr, page: visit.page })
}

#[post("/office/e/{event}/devices/{device}/board")]
async fn assign_board(
    house: House,
    request: HttpRequest,
    organizer: Organizer,
    form: Form,
) -> Result<HttpResponse, Error> {
    let id: Uuid = id_in_path(&request, "device")?;
    let slug = organizer.event.slug.clone();
    let given = DeskBoard { board: form.text("board").as_str().filter(|board| !board.is_empty()).map(str::to_owned) };
    house.run(async move |app| assign::assign(&app, &organizer, id, given).await).await?;
    see_saying(&format!("/office/e/{slug}/devices"), "device-assigned")
}

#[post("/office/e/{event}/devices/{device}/revoke")]
async fn revoke_device(house: House, request: HttpRequest, organizer: Organizer) -> Result<HttpResponse, Error> {
    let id: Uuid = id_in_path(&request, "device")?;
    let slug = organizer.event.slug.clone();
    house.run(async move |app| revoke::revoke(&app, &organizer, id).await).await?;
    see_saying(&format!("/office/e/{slug}/devices"), "device-revoked")
}

/// What the QR opens. Only the button pairs: phones and messengers open links by themselves.
#[get("/pair/{token}")]
async fn door(house: House, visit: Visit, token: Path<String>) -> Result<HttpResponse, Error> {
    render_pair(&house, visit.page, token.into_inner(), Form::default()).await
}

async fn render_pair(house: &House, page: Page, token: String, form: Form) -> Result<HttpResponse, Error> {
    let owned_token = token.clone();
    let opened = house.run(async move |app| pair::invitation(&app, &owned_token).await);
    let title = opened.await?.titled(page.language).to_owned();
    alone(page::answer(&Pair { title, token, form, page })?)
}

#[post("/pair/{token}")]
async fn pair_device(
    house: House,
    request: HttpRequest,
    visit: Visit,
    token: Path<String>,
    form: Form,
) -> Result<HttpResponse, Error> {
    house.rate_limit.check(&request)?;
    let token = token.into_inner();
    let wish = json!({ "token": token, "name": form.text("name").as_str().unwrap_or_default() });
    let paired = async {
        let pairing: Pairing = body::read(wish)?;
        house.run(async move |app| pair::pair(&app, &pairing).await).await
    };
    match paired.await {
        Ok(paired) => {
            let mut answer = page::see(&format!("/e/{}/desk", paired.event.slug));
            answer.add_cookie(&device_cookie::set(&house, &paired.token)).map_err(Fault::of)?;
            Ok(answer)
        }
        // A used invitation has no form to come back to.
        Err(error) if error.is(NO_INVITATION) => Err(error),
        Err(error) => form.show_again(visit.page, error, |page, form| render_pair(&house, page, token, form)).await,
    }
}

/// The address carries the token: no page is told where its visitor comes from.
fn alone(mut answer: HttpResponse) -> Result<HttpResponse, Error> {
    answer.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(answer)
}

impl Devices {
    fn when(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, self.event.zone(), *at, self.now)
    }

    fn pill(&self, device: &device::Model) -> &'static str {
        match device.standing(self.now) {
            Standing::Invited => "pill",
            Standing::Paired => "pill good",
            Standing::Lapsed | Standing::Revoked => "pill over",
        }
    }

    fn standing(&self, device: &device::Model) -> String {
        self.page.t(standing_key(device.standing(self.now)))
    }

    fn is_open(&self, device: &device::Model) -> bool {
        matches!(device.standing(self.now), Standing::Invited | Standing::Paired)
    }
}

impl Invitation {
    fn is_open(&self) -> bool {
        self.standing == Standing::Invited
    }

    fn is_paired(&self) -> bool {
        self.standing == Standing::Paired
    }
}

fn standing_key(standing: Standing) -> &'static str {
    match standing {
        Standing::Invited => "device-invited",
        Standing::Lapsed => "device-lapsed",
        Standing::Paired => "device-paired",
        Standing::Revoked => "device-revoked",
    }
}
