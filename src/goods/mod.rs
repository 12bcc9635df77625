//! 积分兑换: what an event earned becomes credit of the union once its books are closed, and credit becomes vouchers
//! for goods. Spending moves no ranking: the event's own ledger is read once and never written.

pub mod access;
pub mod book;
pub mod booking;
mod counters_page;
pub mod credit;
pub mod expire;
pub mod item;
mod ledger_view;
pub mod let_shop_in;
mod letters;
pub mod line;
mod my_api;
mod my_page;
pub mod offer;
mod office_api;
mod office_page;
pub mod personal;
pub mod redeem;
pub mod redeemed;
pub mod refund;
pub mod refusals;
pub mod rule;
pub mod set_rule;
mod shelf;
pub mod shop;
mod shop_api;
mod shop_page;
pub mod take_voucher;
pub mod voucher;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(my_api::my_credit)
        .service(my_api::my_vouchers)
        .service(my_api::goods_on_offer)
        .service(my_api::take_goods)
        .service(office_api::goods_overview)
        .service(office_api::set_goods_rule)
        .service(office_api::offered_goods)
        .service(office_api::offer_goods)
        .service(office_api::amend_goods)
        .service(office_api::withdraw_goods)
        .service(office_api::given_vouchers)
        .service(office_api::refund_voucher)
        .service(office_api::shops)
        .service(office_api::invite_shop)
        .service(office_api::revoke_shop)
        .service(shop_api::pair_shop)
        .service(shop_api::redeem_at_shop)
        .service(shop_api::redeem_at_desk);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    my_page::pages(config);
    office_page::pages(config);
    counters_page::pages(config);
    shop_page::pages(config);
}
