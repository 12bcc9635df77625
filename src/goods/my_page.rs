//! 我的积分: what I have at each union, what it gives for that, and my vouchers.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use data_encoding::BASE64;
use serde_json::json;

use super::letters::ZONE;
use super::line;
use super::my_api::{find_union, own_voucher};
use super::rule;
use super::shelf::{self, Goods, MyCredit, MyVoucher};
use super::take_voucher::{self, GoodsPrice};
use super::voucher::State;
use crate::accounts::SignedIn;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::badges::picture;
use crate::body;
use crate::error::Error;
use crate::events::access::id_in_path;
use crate::events::event::zone_named;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, when};

#[derive(Template)]
#[template(path = "goods/credit.html")]
struct Credit {
    page: Page,
    credits: Vec<MyCredit>,
    vouchers: Vec<MyVoucher>,
    now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "goods/shelf.html")]
struct Shelf {
    page: Page,
    slug: String,
    union: String,
    balance: i64,
    open: bool,
    goods: Vec<Goods>,
    lines: Vec<line::Model>,
    form: Form,
    now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "goods/voucher.html")]
struct Voucher {
    page: Page,
    voucher: MyVoucher,
    /// The code as a picture.
    qr: Option<String>,
    now: DateTime<Utc>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(credit_page).service(shelf_page).service(take_form).service(voucher_page);
}

impl Credit {
    fn day(&self, at: &DateTime<Utc>) -> String {
        when::day(self.page.language, zone_named(ZONE), *at, self.now)
    }

    fn state(&self, voucher: &MyVoucher) -> String {
        self.page.t(&format!("voucher-state-{}", voucher.state.word()))
    }

    fn is_open(&self, voucher: &MyVoucher) -> bool {
        voucher.state == State::Open
    }

    fn name<'a>(&self, credit: &'a MyCredit) -> &'a str {
        credit.union.name_in(self.page.language)
    }
}

impl Shelf {
    fn day(&self, at: &DateTime<Utc>) -> String {
        when::day(self.page.language, zone_named(ZONE), *at, self.now)
    }

    fn kind(&self, line: &line::Model) -> String {
        self.page.t(&format!("credit-{}", line.kind.word()))
    }

    /// Whether the button is there: what keeps one from taking it is said in its place.
    fn obstacle(&self, goods: &Goods) -> Option<&'static str> {
        if !self.open || !goods.on_offer {
            Some("goods-not-now")
        } else if goods.left == 0 {
            Some("goods-gone")
        } else if goods.mine >= usize::try_from(goods.most_each).unwrap_or_default() {
            Some("goods-enough")
        } else {
            (goods.price > self.balance).then_some("goods-too-dear")
        }
    }
}

impl Voucher {
    fn moment(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, zone_named(ZONE), *at, self.now)
    }

    fn state(&self) -> String {
        self.page.t(&format!("voucher-state-{}", self.voucher.state.word()))
    }
}

#[get("/me/credit")]
async fn credit_page(house: House, visit: Visit, who: SignedIn) -> Result<HttpResponse, Error> {
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let credits = shelf::credits(db, who.account_id).await?;
        Ok((credits, shelf::vouchers(db, &app, who.account_id, None).await?))
    });
    let (credits, vouchers) = read.await?;
    page::answer(&Credit { credits, vouchers, now: house.now(), page: visit.page })
}

#[get("/me/credit/{organization}")]
async fn shelf_page(house: House, visit: Visit, who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Error> {
    render_shelf(&house, visit.page, who, &request, Form::default()).await
}

async fn render_shelf(
    house: &House,
    page: Page,
    who: SignedIn,
    request: &HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let named = request.match_info().get("organization").unwrap_or_default().to_owned();
    let read = house.run(async move |app| {
        let (db, now) = (app.database.reader(), app.now());
        let (union, own) = find_union(&app, &who, &named).await?;
        let open = rule::is_open(db, union.id).await?;
        let goods = shelf::catalogue(db, union.id, who.account_id, now).await?;
        let lines = line::of_person(db, union.id, who.account_id).await?;
        Ok((union, own, open, goods, lines))
    });
    let (union, own, open, goods, lines) = read.await?;
    let name = union.name_in(page.language).to_owned();
    let (balance, now) = (own.balance, house.now());
    page::answer(&Shelf { slug: union.slug, union: name, balance, open, goods, lines, form, now, page })
}

#[post("/me/credit/{organization}/goods/{id}")]
async fn take_form(
    house: House,
    visit: Visit,
    who: SignedIn,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (named, id) =
        (request.match_info().get("organization").unwrap_or_default().to_owned(), id_in_path(&request, "id")?);
    let taken = async {
        let price: GoodsPrice = body::read(json!({ "price": form.number("price") }))?;
        let taking = house.run(async move |app| {
            let (union, _) = find_union(&app, &who, &named).await?;
            take_voucher::take_voucher(&app, &who, &union, id, price).await
        });
        taking.await
    };
    match taken.await {
        Ok(voucher) => see_saying(&format!("/me/vouchers/{}", voucher.id), "voucher-taken"),
        Err(error) => {
            let show = |page, form| render_shelf(&house, page, who, &request, form);
            form.show_again(visit.page, error, show).await
        }
    }
}

#[get("/me/vouchers/{id}")]
async fn voucher_page(house: House, visit: Visit, who: SignedIn, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    let voucher = house.run(async move |app| own_voucher(&app, &who, id).await).await?;
    let qr = match &voucher.code {
        Some(code) => Some(format!("data:image/svg+xml;base64,{}", BASE64.encode(picture::svg(code)?.as_bytes()))),
        None => None,
    };
    let mut answer = page::answer(&Voucher { voucher, qr, now: house.now(), page: visit.page })?;
    // The code is worth something: no copy of the page is kept.
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}
