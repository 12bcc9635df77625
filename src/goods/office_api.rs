//! Where programs of a union look after its goods.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::item::{self, NewGoods};
use super::ledger_view::{self, GivenVoucher, GoodsFigures};
use super::let_shop_in::{self, NewShop};
use super::refund::{self, VoucherRefund};
use super::rule::{self, GoodsRule};
use super::{offer, set_rule, shop};
use crate::app::House;
use crate::body::{Body, Query};
use crate::error::{Error, Fault};
use crate::events::access::id_in_path;
use crate::organizations::access::OrganizationStaff;
use crate::paging::{Page, Paging};

/// Something of the catalogue as the union sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferedGoods {
    id: Uuid,
    name: String,
    about: String,
    price: i64,
    stock: i32,
    /// Vouchers that are open or redeemed.
    taken: i32,
    most_each: i32,
    place: String,
    from_at: DateTime<Utc>,
    until_at: DateTime<Utc>,
    withdrawn_at: Option<DateTime<Utc>>,
}

impl From<item::Model> for OfferedGoods {
    fn from(item: item::Model) -> Self {
        let item::Model { id, name, about, price, stock, taken, most_each, place, from_at, until_at, .. } = item;
        let withdrawn_at = item.withdrawn_at;
        Self { id, name, about, price, stock, taken, most_each, place, from_at, until_at, withdrawn_at }
    }
}

/// How a union's goods are doing, and by which rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoodsOverview {
    /// Null before the union said how.
    rule: Option<GoodsRule>,
    figures: GoodsFigures,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ShopView {
    id: Uuid,
    name: String,
    #[schema(example = "paired")]
    standing: &'static str,
    paired_at: Option<DateTime<Utc>>,
}

/// A shop that was let in; its link works once.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShopInvited {
    id: Uuid,
    url: String,
    token: String,
    ends_at: DateTime<Utc>,
}

/// How the goods of a union are doing. Who: organizer of the union, administrator.
#[utoipa::path(tag = "goods", params(("organization" = String, Path)), responses(
    (status = 200, body = GoodsOverview),
), security(("bearer" = [])))]
#[get("/organizations/{organization}/goods-overview")]
pub async fn goods_overview(house: House, by: OrganizationStaff) -> Result<Json<GoodsOverview>, Error> {
    let read = house.ask(async move |app| {
        let (db, union) = (app.database.reader(), by.organization.id);
        let rule = rule::Entity::find_by_id(union).one(db).await?;
        let figures = ledger_view::figures(db, union).await?;
        Ok::<_, Fault>(GoodsOverview { rule: rule.as_ref().map(GoodsRule::from), figures })
    });
    read.await.map(Json)
}

/// Says how the union gives goods for credit. Who: organizer of the union, administrator.
#[utoipa::path(tag = "goods", params(("organization" = String, Path)), request_body = GoodsRule, responses(
    (status = 200, body = GoodsRule),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[put("/organizations/{organization}/goods-rule")]
pub async fn set_goods_rule(
    house: House,
    by: OrganizationStaff,
    wish: Body<GoodsRule>,
) -> Result<Json<GoodsRule>, Error> {
    let wish = wish.into_inner();
    house.run(async move |app| set_rule::set_rule(&app, &by, wish).await).await.map(Json)
}

/// Everything the union offers or offered, latest first. Who: organizer of the union, administrator.
#[utoipa::path(tag = "goods", params(("organization" = String, Path)), responses(
    (status = 200, body = Page<OfferedGoods>),
), security(("bearer" = [])))]
#[get("/organizations/{organization}/goods-offered")]
pub async fn offered_goods(house: House, by: OrganizationStaff) -> Result<Json<Page<OfferedGoods>>, Error> {
    let read = house.ask(async move |app| ledger_view::items(app.database.reader(), by.organization.id).await);
    Ok(Json(Page::whole(read.await?.into_iter().map(Into::into).collect())))
}

/// Puts something into the catalogue. Who: organizer of the union, administrator.
#[utoipa::path(tag = "goods", params(("organization" = String, Path)), request_body = NewGoods, responses(
    (status = 201, body = OfferedGoods),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/organizations/{organization}/goods")]
pub async fn offer_goods(
    house: House,
    by: OrganizationStaff,
    wish: Body<NewGoods>,
) -> Result<(Json<OfferedGoods>, StatusCode), Error> {
    let wish = wish.into_inner();
    let offered = house.run(async move |app| offer::offer(&app, &by, wish).await).await?;
    Ok((Json(offered.into()), StatusCode::CREATED))
}

/// Says something of the catalogue anew. Who: organizer of the union, administrator.
#[utoipa::path(tag = "goods", params(("organization" = String, Path), ("id" = Uuid, Path)), request_body = NewGoods,
    responses(
        (status = 200, body = OfferedGoods),
        (status = 422, description = "`invalid`"),
    ), security(("bearer" = [])))]
#[put("/organizations/{organization}/goods/{id}")]
pub async fn amend_goods(
    house: House,
    by: OrganizationStaff,
    request: HttpRequest,
    wish: Body<NewGoods>,
) -> Result<Json<OfferedGoods>, Error> {
    let (id, wish) = (id_in_path(&request, "id")?, wish.into_inner());
    let amended = house.run(async move |app| offer::amend(&app, &by, id, wish).await).await?;
    Ok(Json(amended.into()))
}

/// Takes something out of the catalogue; vouchers stay good. Who: organizer of the union, administrator.
#[utoipa::path(tag = "goods", params(("organization" = String, Path), ("id" = Uuid, Path)), responses(
    (status = 204),
), security(("bearer" = [])))]
#[delete("/organizations/{organization}/goods/{id}")]
pub async fn withdraw_goods(house: House, by: OrganizationStaff, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    house.run(async move |app| offer::withdraw(&app, &by, id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Vouchers of the union, latest first. Who: organizer of the union, administrator.
#[utoipa::path(tag = "goods", params(("organization" = String, Path), Paging), responses(
    (status = 200, body = Page<GivenVoucher>),
    (status = 422),
), security(("bearer" = [])))]
#[get("/organizations/{organization}/vouchers")]
pub async fn given_vouchers(
    house: House,
    by: OrganizationStaff,
    paging: Query<Paging>,
) -> Result<Json<Page<GivenVoucher>>, Error> {
    let paging = paging.into_inner();
    let read = house.run(async move |app| {
        ledger_view::vouchers(app.database.reader(), by.organization.id, &paging, app.now()).await
    });
    read.await.map(Json)
}

/// Takes a voucher back that was not redeemed; the credit comes back. Who: organizer of the union, administrator.
#[utoipa::path(tag = "goods", params(("organization" = String, Path), ("id" = Uuid, Path)),
    request_body = VoucherRefund, responses(
        (status = 204),
        (status = 409, description = "`voucher_redeemed`, `voucher_refunded`, `voucher_expired`, each with `ended_at`"),
        (status = 422, description = "`invalid`"),
    ), security(("bearer" = [])))]
#[post("/organizations/{organization}/vouchers/{id}/refund")]
pub async fn refund_voucher(
    house: House,
    by: OrganizationStaff,
    request: HttpRequest,
    wish: Body<VoucherRefund>,
) -> Result<HttpResponse, Error> {
    let (id, reason) = (id_in_path(&request, "id")?, wish.into_inner().reason);
    house.run(async move |app| refund::refund(&app, &by, id, &reason).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The shops of the union, latest first. Who: organizer of the union, administrator.
#[utoipa::path(tag = "goods", params(("organization" = String, Path)), responses(
    (status = 200, body = Page<ShopView>),
), security(("bearer" = [])))]
#[get("/organizations/{organization}/shops")]
pub async fn shops(house: House, by: OrganizationStaff) -> Result<Json<Page<ShopView>>, Error> {
    let now = house.now();
    let read = house.ask(async move |app| {
        let own = shop::Entity::find().filter(shop::Column::OrganizationId.eq(by.organization.id));
        own.order_by_desc(shop::Column::Id).all(app.database.reader()).await
    });
    let view = |shop: shop::Model| ShopView {
        standing: shop.standing(now),
        id: shop.id,
        name: shop.name,
        paired_at: shop.paired_at,
    };
    Ok(Json(Page::whole(read.await?.into_iter().map(view).collect())))
}

/// Lets a shop's phone in; the answer holds its link. Who: organizer of the union, administrator.
#[utoipa::path(tag = "goods", params(("organization" = String, Path)), request_body = NewShop, responses(
    (status = 201, body = ShopInvited),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/organizations/{organization}/shops")]
pub async fn invite_shop(
    house: House,
    by: OrganizationStaff,
    wish: Body<NewShop>,
) -> Result<(Json<ShopInvited>, StatusCode), Error> {
    let name = wish.into_inner().name;
    let invited = house.run(async move |app| let_shop_in::invite(&app, &by, &name).await).await?;
    let token = shop::invitation(&house, invited.id, invited.organization_id);
    let url = house.public_url(&format!("/shop/{token}"));
    Ok((Json(ShopInvited { id: invited.id, url, token, ends_at: invited.invitation_ends_at }), StatusCode::CREATED))
}

/// Shuts a shop out, at once and for good. Who: organizer of the union, administrator.
#[utoipa::path(tag = "goods", params(("organization" = String, Path), ("id" = Uuid, Path)), responses(
    (status = 204),
), security(("bearer" = [])))]
#[delete("/organizations/{organization}/shops/{id}")]
pub async fn revoke_shop(house: House, by: OrganizationStaff, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    house.run(async move |app| let_shop_in::revoke(&app, &by, id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
