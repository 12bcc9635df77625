//! 抽奖: prizes among a list that is fixed and whose fingerprint is published before anybody can know what it will be
//! drawn by: a public number to come, or numbers called from the floor. Who wins, anybody can compute again
//! (`queqiao_screening::draw_record`, `queqiao verify`).

pub mod among;
mod api;
pub mod call;
pub mod call_off;
pub mod call_out;
pub mod draw;
pub mod entry;
pub mod fix;
pub mod hold_draw;
mod letters;
pub mod mine;
mod page;
pub mod personal;
mod place;
pub mod plan;
mod plans_page;
pub mod refusals;
mod spoken;
mod staff_page;
pub mod view;
pub mod win;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::plan_draw)
        .service(api::planned_draws)
        .service(api::published_draws)
        .service(api::my_draws)
        .service(api::fix_draw)
        .service(api::call_number)
        .service(api::take_number_back)
        .service(api::draw_now)
        .service(api::call_draw_off)
        .service(api::my_draw_line)
        .service(api::draw_file)
        .service(api::draw_record);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    plans_page::pages(config);
    staff_page::pages(config);
    page::pages(config);
}
