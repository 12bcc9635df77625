//! 签到: a badge opens the door once. Every scan is an attempt that stays on record; the admitted
//! one is the check-in.

pub mod admit;
pub mod api;
pub mod attempt;
pub mod bearer;
mod desk;
pub mod objection;
pub mod office_api;
pub mod owners;
mod pairing;
pub mod personal;
pub mod presence;
pub mod refusals;
pub mod review;
pub mod scan;
pub mod scan_answer;
pub mod search;
pub mod settle_review;
pub mod undo;
pub mod upload;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::check_in)
        .service(api::check_in_many)
        .service(api::find_guest)
        .service(api::count)
        .service(api::take_back)
        .service(office_api::attempts)
        .service(office_api::reviews)
        .service(office_api::settle_one)
        .configure(desk::calls)
        .configure(pairing::calls);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    config.configure(desk::pages).configure(pairing::pages);
}
