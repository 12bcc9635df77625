//! A union's vouchers, and the shops that redeem them.

use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use data_encoding::BASE64;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::ledger_view::{self, GivenVoucher};
use super::let_shop_in::{self, NewShop};
use super::letters::ZONE;
use super::refund::{self, VoucherRefund};
use super::shop;
use super::voucher::State;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::badges::picture;
use crate::body;
use crate::error::{Error, Refused};
use crate::events::access::id_in_path;
use crate::events::event::zone_named;
use crate::organizations::access::OrganizationStaff;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, when};
use crate::paging::Paging;

#[derive(Debug, Default, Deserialize)]
struct VouchersQuery {
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "goods/vouchers.html")]
struct Vouchers {
    page: Page,
    slug: String,
    union: String,
    form: Form,
    vouchers: Vec<GivenVoucher>,
    next: Option<String>,
    now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "goods/shops.html")]
struct Shops {
    page: Page,
    slug: String,
    union: String,
    form: Form,
    shops: Vec<shop::Model>,
    now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "goods/shop_link.html")]
struct ShopLink {
    page: Page,
    slug: String,
    name: String,
    /// None once it was used, or is too old.
    link: Option<(String, String)>,
}

pub fn pages(config: &mut ServiceConfig) {
    config
        .service(voucher_list)
        .service(refund_form)
        .service(shop_list)
        .service(shop_form)
        .service(link_page)
        .service(revoke_form);
}

impl Vouchers {
    fn moment(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, zone_named(ZONE), *at, self.now)
    }

    fn state(&self, voucher: &GivenVoucher) -> String {
        self.page.t(&format!("voucher-state-{}", voucher.state.word()))
    }

    fn is_open(&self, voucher: &GivenVoucher) -> bool {
        voucher.state == State::Open
    }

    fn pill(&self, voucher: &GivenVoucher) -> &'static str {
        match voucher.state {
            State::Open => "pill",
            State::Redeemed => "pill good",
            State::Refunded | State::Expired => "pill over",
        }
    }
}

impl Shops {
    fn standing(&self, shop: &shop::Model) -> String {
        self.page.t(&format!("shop-{}", shop.standing(self.now)))
    }

    fn is_open(&self, shop: &shop::Model) -> bool {
        shop.is_open(self.now)
    }

    fn waits(&self, shop: &shop::Model) -> bool {
        shop.standing(self.now) == "invited"
    }
}

/// Who: organizer of the union, administrator.
#[get("/office/o/{organization}/vouchers")]
async fn voucher_list(
    house: House,
    visit: Visit,
    by: OrganizationStaff,
    query: Query<VouchersQuery>,
) -> Result<HttpResponse, Error> {
    render_vouchers(&house, visit.page, &by, query.into_inner(), Form::default()).await
}

async fn render_vouchers(
    house: &House,
    page: Page,
    by: &OrganizationStaff,
    query: VouchersQuery,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (id, slug) = (by.organization.id, by.organization.slug.clone());
    let paging = Paging { limit: Some(50), cursor: query.cursor };
    let read = house.run(async move |app| ledger_view::vouchers(app.database.reader(), id, &paging, app.now()).await);
    let listed = read.await?;
    page::answer(&Vouchers {
        union: by.organization.name_in(page.language).to_owned(),
        next: listed.next.map(|cursor| format!("/office/o/{slug}/vouchers?cursor={cursor}")),
        vouchers: listed.items,
        now: house.now(),
        slug,
        form,
        page,
    })
}

/// Takes one back. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/vouchers/{id}/refund")]
async fn refund_form(
    house: House,
    visit: Visit,
    by: OrganizationStaff,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (who, id) = (by.clone(), id_in_path(&request, "id")?);
    let refunded = async {
        let wish: VoucherRefund = body::read(json!({ "reason": form.value("reason") }))?;
        house.run(async move |app| refund::refund(&app, &who, id, &wish.reason).await).await
    };
    match refunded.await {
        Ok(_) => see_saying(&format!("/office/o/{}/vouchers", by.organization.slug), "voucher-refunded"),
        Err(error) => {
            let show = |page, form| render_vouchers(&house, page, &by, VouchersQuery::default(), form);
            form.show_again(visit.page, error, show).await
        }
    }
}

/// Who: organizer of the union, administrator.
#[get("/office/o/{organization}/shops")]
async fn shop_list(house: House, visit: Visit, by: OrganizationStaff) -> Result<HttpResponse, Error> {
    render_shops(&house, visit.page, &by, Form::default()).await
}

async fn render_shops(house: &House, page: Page, by: &OrganizationStaff, form: Form) -> Result<HttpResponse, Error> {
    let id = by.organization.id;
    let read = house.ask(async move |app| {
        let own = shop::Entity::find().filter(shop::Column::OrganizationId.eq(id));
        own.order_by_desc(shop::Column::Id).all(app.database.reader()).await
    });
    let shops = read.await?;
    let (slug, union) = (by.organization.slug.clone(), by.organization.name_in(page.language).to_owned());
    page::answer(&Shops { slug, union, form, shops, now: house.now(), page })
}

/// Lets a shop in, and leads to its link. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/shops")]
async fn shop_form(house: House, visit: Visit, by: OrganizationStaff, form: Form) -> Result<HttpResponse, Error> {
    let who = by.clone();
    let invited = async {
        let wish: NewShop = body::read(json!({ "name": form.value("name") }))?;
        house.run(async move |app| let_shop_in::invite(&app, &who, &wish.name).await).await
    };
    match invited.await {
        Ok(shop) => Ok(page::see(&format!("/office/o/{}/shops/{}", by.organization.slug, shop.id))),
        Err(error) => form.show_again(visit.page, error, |page, form| render_shops(&house, page, &by, form)).await,
    }
}

/// The link of a shop that has not opened it yet. Who: organizer of the union, administrator.
#[get("/office/o/{organization}/shops/{id}")]
async fn link_page(
    house: House,
    visit: Visit,
    by: OrganizationStaff,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let (id, union) = (id_in_path(&request, "id")?, by.organization.id);
    let read = house.run(async move |app| {
        let found = shop::Entity::find_by_id(id).one(app.database.reader()).await?;
        found.filter(|shop| shop.organization_id == union).ok_or_else(|| Refused::not_found().into())
    });
    let shop: shop::Model = read.await?;
    let link = match shop.standing(house.now()) {
        "invited" => {
            let link = house.public_url(&format!("/shop/{}", shop::invitation(&house, shop.id, union)));
            let qr = format!("data:image/svg+xml;base64,{}", BASE64.encode(picture::svg(&link)?.as_bytes()));
            Some((link, qr))
        }
        _ => None,
    };
    page::answer(&ShopLink { slug: by.organization.slug.clone(), name: shop.name, link, page: visit.page })
}

/// Shuts one out. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/shops/{id}/revoke")]
async fn revoke_form(house: House, by: OrganizationStaff, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id: Uuid = id_in_path(&request, "id")?;
    let back = format!("/office/o/{}/shops", by.organization.slug);
    house.run(async move |app| let_shop_in::revoke(&app, &by, id).await).await?;
    see_saying(&back, "shop-revoked")
}
