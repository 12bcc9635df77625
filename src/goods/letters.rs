//! The letters of this room: a voucher was taken, or ended without having been redeemed.

use sea_orm::ConnectionTrait;

use super::{item, voucher};
use crate::accounts::recipient;
use crate::app::App;
use crate::error::Fault;
use crate::events::event::zone_named;
use crate::mail::letter::{self, Letter, letter_words};
use crate::organizations::organization;
use crate::page::when;

letter_words! {
    Taken<'a> { union: &'a str, nickname: &'a str, goods: &'a str, price: i64, place: &'a str, until: String }
    "goods/voucher_taken.zh.txt" "goods/voucher_taken.en.txt"
}
letter_words! {
    Ended<'a> { union: &'a str, nickname: &'a str, goods: &'a str, price: i64, reason: &'a str, returned: bool }
    "goods/voucher_ended.zh.txt" "goods/voucher_ended.en.txt"
}

/// The calendar of goods: a union's events name their own, and a voucher is of none.
pub const ZONE: &str = "Asia/Shanghai";

/// What was taken, and until when. The code stands on the page and in no letter.
pub async fn taken(
    txn: &impl ConnectionTrait,
    app: &App,
    union: &organization::Model,
    item: &item::Model,
    voucher: &voucher::Model,
) -> Result<(), Fault> {
    let Some(to) = recipient::find(txn, app, voucher.account_id).await? else { return Ok(()) };
    let text = Taken {
        union: union.name_in(to.language),
        nickname: &to.nickname,
        goods: &item.name,
        price: voucher.price,
        place: &item.place,
        until: when::moment_in_full(to.language, zone_named(ZONE), voucher.valid_until, app.now()),
    };
    let letter = Letter::new(app, "voucher_taken", &to, text, &path(voucher))?;
    letter::post(txn, app, Letter { dedupe: Some(format!("voucher_taken:{}", voucher.id)), ..letter }).await
}

/// It was taken back or has expired, and whether the credit came back.
pub async fn ended(
    txn: &impl ConnectionTrait,
    app: &App,
    union: &organization::Model,
    item: &item::Model,
    voucher: &voucher::Model,
    returned: bool,
) -> Result<(), Fault> {
    let Some(to) = recipient::find(txn, app, voucher.account_id).await? else { return Ok(()) };
    let text = Ended {
        union: union.name_in(to.language),
        nickname: &to.nickname,
        goods: &item.name,
        price: voucher.price,
        reason: voucher.reason.as_deref().unwrap_or_default(),
        returned,
    };
    let letter = Letter::new(app, "voucher_ended", &to, text, &path(voucher))?;
    letter::post(txn, app, Letter { dedupe: Some(format!("voucher_ended:{}", voucher.id)), ..letter }).await
}

fn path(voucher: &voucher::Model) -> String {
    format!("/me/vouchers/{}", voucher.id)
}
