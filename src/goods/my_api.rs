//! Where programs ask for one's own credit and vouchers.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{HttpRequest, get, post};
use serde::Serialize;
use utoipa::ToSchema;

use super::shelf::{self, Goods, MyCredit, MyVoucher};
use super::take_voucher::{self, GoodsPrice};
use super::{credit, rule};
use crate::accounts::SignedIn;
use crate::app::{App, House};
use crate::body::Body;
use crate::error::{Error, Refused};
use crate::events::access::id_in_path;
use crate::organizations::organization;
use crate::paging::Page;

/// What a union gives for credit, as I see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoodsShelf {
    balance: i64,
    /// Whether credit becomes vouchers just now.
    open: bool,
    goods: Vec<Goods>,
}

/// The union in the path, of whoever has to do with its goods.
///
/// # Errors
/// 404 where they have not, or there is none.
pub async fn find_union(app: &App, who: &SignedIn, named: &str) -> Result<(organization::Model, credit::Model), Error> {
    let db = app.database.reader();
    let union = organization::named(db, named).await?.ok_or_else(Refused::not_found)?;
    let own = credit::of_person(db, union.id, who.account_id).await?.ok_or_else(Refused::not_found)?;
    Ok((union, own))
}

/// My credit at each union. Who: account.
#[utoipa::path(tag = "goods", responses((status = 200, body = Page<MyCredit>)), security(("bearer" = [])))]
#[get("/me/credit")]
pub async fn my_credit(house: House, who: SignedIn) -> Result<Json<Page<MyCredit>>, Error> {
    let read = house.ask(async move |app| shelf::credits(app.database.reader(), who.account_id).await);
    Ok(Json(Page::whole(read.await?)))
}

/// What a union gives for credit; 404 to whoever has none there. Who: account.
#[utoipa::path(tag = "goods", params(("organization" = String, Path)), responses(
    (status = 200, body = GoodsShelf),
), security(("bearer" = [])))]
#[get("/organizations/{organization}/goods")]
pub async fn goods_on_offer(house: House, who: SignedIn, request: HttpRequest) -> Result<Json<GoodsShelf>, Error> {
    let named = request.match_info().get("organization").unwrap_or_default().to_owned();
    let read = house.run(async move |app| {
        let (db, now) = (app.database.reader(), app.now());
        let (union, own) = find_union(&app, &who, &named).await?;
        let open = rule::is_open(db, union.id).await?;
        let items = shelf::catalogue(db, union.id, who.account_id, now).await?;
        Ok(GoodsShelf { balance: own.balance, open, goods: items })
    });
    read.await.map(Json)
}

/// Takes something for credit. Who: account.
#[utoipa::path(
    tag = "goods",
    params(("organization" = String, Path), ("id" = uuid::Uuid, Path)),
    request_body = GoodsPrice,
    responses(
        (status = 201, body = MyVoucher),
        (status = 409, description = "`goods_closed`, `not_on_offer`, `sold_out`, `price_changed` (with `price`), `goods_limit_reached`, `not_enough_credit`"),
        (status = 422, description = "`invalid`"),
    ),
    security(("bearer" = [])),
)]
#[post("/organizations/{organization}/goods/{id}/vouchers")]
pub async fn take_goods(
    house: House,
    who: SignedIn,
    request: HttpRequest,
    wish: Body<GoodsPrice>,
) -> Result<(Json<MyVoucher>, StatusCode), Error> {
    let named = request.match_info().get("organization").unwrap_or_default().to_owned();
    let (id, price) = (id_in_path(&request, "id")?, wish.into_inner());
    let taken = house.run(async move |app| {
        let (union, _) = find_union(&app, &who, &named).await?;
        let taken = take_voucher::take_voucher(&app, &who, &union, id, price).await?;
        own_voucher(&app, &who, taken.id).await
    });
    Ok((Json(taken.await?), StatusCode::CREATED))
}

/// One of one's own.
///
/// # Errors
/// 404 where it is none.
pub async fn own_voucher(app: &App, who: &SignedIn, id: uuid::Uuid) -> Result<MyVoucher, Error> {
    let mut own = shelf::vouchers(app.database.reader(), app, who.account_id, Some(id)).await?;
    own.pop().ok_or_else(|| Refused::not_found().into())
}

/// My vouchers, latest first, with the codes of those that are good. Who: account.
#[utoipa::path(tag = "goods", responses((status = 200, body = Page<MyVoucher>)), security(("bearer" = [])))]
#[get("/me/vouchers")]
pub async fn my_vouchers(house: House, who: SignedIn) -> Result<Json<Page<MyVoucher>>, Error> {
    let read = house.ask(async move |app| shelf::vouchers(app.database.reader(), &app, who.account_id, None).await);
    Ok(Json(Page::whole(read.await?)))
}
