//! The shop's phone: it becomes one by a link, and then says of every code whether it is good. A desk has the same page
//! for whoever stands there.

use actix_web::http::header::{HeaderValue, REFERRER_POLICY};
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::access::{self, Shop};
use super::let_shop_in;
use super::letters::ZONE;
use super::redeem::{self, Counter, VoucherCode};
use super::redeemed::{self, Redeemed};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::{Error, Fault};
use crate::events::access::Desk;
use crate::events::event::zone_named;
use crate::page::form::Form;
use crate::page::{self, Page, when};

#[derive(Template)]
#[template(path = "goods/shop_pair.html")]
struct Pair {
    page: Page,
    name: String,
    token: String,
}

/// What became of a code.
enum Verdict {
    Good {
        goods: String,
        place: String,
    },
    /// Redeemed at this counter a moment ago: its answer was lost, or it is shown a second time.
    Again {
        goods: String,
        place: String,
        at: String,
    },
    /// With when it was redeemed, where it was.
    Bad {
        since: Option<String>,
    },
}

#[derive(Template)]
#[template(path = "goods/shop.html")]
struct Till {
    page: Page,
    /// What the counter is called.
    name: String,
    /// Where it sends codes.
    address: String,
    form: Form,
    verdict: Option<Verdict>,
}

impl Till {
    /// What the camera says of itself.
    fn camera(&self, name: &str) -> String {
        self.page.t(&format!("shop-camera-{name}"))
    }
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(till).service(redeem_form).service(door).service(pair_form);
    config.service(desk_till).service(redeem_at_desk_form);
}

/// A counter, as its page shows it.
struct Place {
    name: String,
    address: String,
}

impl Place {
    fn of_shop(shop: &Shop) -> Self {
        Self { name: shop.name.clone(), address: "/shop".to_owned() }
    }

    fn of_desk(page: &Page, desk: &Desk) -> Self {
        let address = format!("/e/{}/desk/vouchers", desk.event.slug);
        Self { name: desk.event.titled(page.language).to_owned(), address }
    }

    fn show(self, page: Page, form: Form, verdict: Option<Verdict>) -> Result<HttpResponse, Error> {
        let Self { name, address } = self;
        page::answer(&Till { page, name, address, form, verdict }).map(page::with_camera)
    }
}

/// What the link opens. Only the button uses it up: messengers open links by themselves.
#[get("/shop/{token}")]
async fn door(house: House, visit: Visit, token: Path<String>) -> Result<HttpResponse, Error> {
    let token = token.into_inner();
    let of_link = token.clone();
    let invited = house.run(async move |app| let_shop_in::invited(&app, &of_link).await).await?;
    let mut answer = page::answer(&Pair { page: visit.page, name: invited.name, token })?;
    // The address carries the token: no page is told where its visitor comes from.
    answer.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(answer)
}

#[post("/shop/{token}")]
async fn pair_form(house: House, request: HttpRequest, token: Path<String>) -> Result<HttpResponse, Error> {
    house.rate_limit.check(&request)?;
    let token = token.into_inner();
    let (_, own) = house.run(async move |app| let_shop_in::pair(&app, &token).await).await?;
    let mut answer = page::see("/shop");
    answer.add_cookie(&access::set(&house, &own)).map_err(Fault::of)?;
    Ok(answer)
}

/// Who: a paired shop.
#[get("/shop")]
async fn till(visit: Visit, shop: Shop) -> Result<HttpResponse, Error> {
    Place::of_shop(&shop).show(visit.page, Form::default(), None)
}

/// Redeems a code, and says what it is for or why it is not good. Who: a paired shop.
#[post("/shop")]
async fn redeem_form(house: House, visit: Visit, shop: Shop, form: Form) -> Result<HttpResponse, Error> {
    let place = Place::of_shop(&shop);
    render_outcome(&house, visit.page, place, Counter::Shop(shop), form).await
}

/// Who: desk, but no paired device.
#[get("/e/{event}/desk/vouchers")]
async fn desk_till(visit: Visit, desk: Desk) -> Result<HttpResponse, Error> {
    let place = Place::of_desk(&visit.page, &desk);
    Counter::of_desk(desk)?;
    place.show(visit.page, Form::default(), None)
}

/// Redeems a code at the desk. Who: desk, but no paired device.
#[post("/e/{event}/desk/vouchers")]
async fn redeem_at_desk_form(house: House, visit: Visit, desk: Desk, form: Form) -> Result<HttpResponse, Error> {
    let place = Place::of_desk(&visit.page, &desk);
    render_outcome(&house, visit.page, place, Counter::of_desk(desk)?, form).await
}

/// Redeems what was typed, and shows the counter again with what became of it.
async fn render_outcome(
    house: &House,
    page: Page,
    place: Place,
    at: Counter,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (counter, typed) = (at.clone(), form.value("code").to_owned());
    let redeemed = async {
        let wish: VoucherCode = body::read(json!({ "code": form.value("code") }))?;
        house.run(async move |app| redeem::redeem(&app, &at, &wish.code).await).await
    };
    match redeemed.await {
        Ok((_, item)) => place.show(page, Form::default(), Some(Verdict::Good { goods: item.name, place: item.place })),
        Err(error) => {
            let before = house.ask(async move |app| redeemed::before(&app, &counter, &typed).await).await?;
            let verdict = refused(&page, before, house.now());
            let show = |page, form| async move { place.show(page, form, Some(verdict)) };
            form.show_again(page, error, show).await
        }
    }
}

/// What is said of a code that was not good just now.
fn refused(page: &Page, before: Option<Redeemed>, now: DateTime<Utc>) -> Verdict {
    let zone = zone_named(ZONE);
    match before {
        Some(Redeemed { item, at, here: true }) => {
            Verdict::Again { goods: item.name, place: item.place, at: when::clock(zone, at) }
        }
        Some(Redeemed { at, .. }) => Verdict::Bad { since: Some(when::moment(page.language, zone, at, now)) },
        None => Verdict::Bad { since: None },
    }
}
