//! Where a shop's phone, or a desk, redeems.

use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::Json;
use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::Shop;
use super::let_shop_in;
use super::redeem::{self, Counter, VoucherCode};
use super::{item, voucher};
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::events::access::Desk;

/// The link a phone opened.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopPairing {
    #[garde(length(max = 200))]
    #[schema(max_length = 200)]
    token: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PairedShop {
    name: String,
    /// Shown as a bearer token, to redeem and for nothing else. Told once.
    token: String,
}

/// What is handed over.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RedeemedVoucher {
    goods: String,
    place: String,
    redeemed_at: Option<DateTime<Utc>>,
}

fn redeemed((voucher, item): (voucher::Model, item::Model)) -> (RedeemedVoucher, StatusCode) {
    let view = RedeemedVoucher { goods: item.name, place: item.place, redeemed_at: voucher.ended_at };
    (view, StatusCode::OK)
}

/// Turns whoever holds a link into a shop, once. Who: anyone with a link.
#[utoipa::path(tag = "goods", request_body = ShopPairing, responses(
    (status = 201, body = PairedShop),
    (status = 400),
    (status = 404, description = "`no_shop_invitation`"),
    (status = 413),
    (status = 415),
    (status = 422, description = "`invalid`"),
    (status = 429),
))]
#[post("/shops/pair")]
pub async fn pair_shop(
    house: House,
    request: actix_web::HttpRequest,
    wish: Body<ShopPairing>,
) -> Result<(Json<PairedShop>, StatusCode), Error> {
    house.rate_limit.check(&request)?;
    let token = wish.into_inner().token;
    let (paired, token) = house.run(async move |app| let_shop_in::pair(&app, &token).await).await?;
    Ok((Json(PairedShop { name: paired.name, token }), StatusCode::CREATED))
}

/// Redeems a voucher of the shop's union, once. Who: a paired shop.
#[utoipa::path(tag = "goods", request_body = VoucherCode, responses(
    (status = 200, body = RedeemedVoucher),
    (status = 401, description = "`not_signed_in`"),
    (status = 403, description = "`not_a_shop`"),
    (status = 404, description = "`no_such_voucher`"),
    (status = 409, description = "`voucher_redeemed`, `voucher_refunded`, `voucher_expired`, each with `ended_at`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/shop/redemptions")]
pub async fn redeem_at_shop(
    house: House,
    shop: Shop,
    wish: Body<VoucherCode>,
) -> Result<(Json<RedeemedVoucher>, StatusCode), Error> {
    let (at, code) = (Counter::Shop(shop), wish.into_inner().code);
    house.tell(redeemed, async move |app| redeem::redeem(&app, &at, &code).await).await
}

/// Redeems a voucher of the union that holds the event, once, while the evening lasts. Who: desk.
#[utoipa::path(tag = "goods", params(("event" = String, Path)), request_body = VoucherCode, responses(
    (status = 200, body = RedeemedVoucher),
    (status = 403, description = "`wrong_role`"),
    (status = 404, description = "`no_such_voucher`"),
    (status = 409, description = "`voucher_redeemed`, `voucher_refunded`, `voucher_expired`, `phase_closed`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/events/{event}/voucher-redemptions")]
pub async fn redeem_at_desk(
    house: House,
    desk: Desk,
    wish: Body<VoucherCode>,
) -> Result<(Json<RedeemedVoucher>, StatusCode), Error> {
    let (at, code) = (Counter::of_desk(desk)?, wish.into_inner().code);
    house.tell(redeemed, async move |app| redeem::redeem(&app, &at, &code).await).await
}
