//! 流程: the run sheet of the evening, and what the host calls from it: segments, groups, pairs to break the ice, and
//! who shows what. Nothing here knows who likes whom.

pub mod personal;

pub mod cue;
pub mod icebreaker;
pub mod icebreaker_seat;
pub mod partners;
pub mod present;
pub mod refusals;
pub mod run_sheet;
pub mod talent;
pub mod terms;

pub mod grouping;
pub mod pairing;

mod break_ice;
mod call;
mod form_groups;
mod offer_talent;
mod take_back;

mod api;
mod guest_api;
mod hall_api;
mod my_page;
mod office_page;

use crate::calls::Calls;
use actix_web::web;

/// The pages of this room.
pub fn pages(config: &mut web::ServiceConfig) {
    config.configure(office_page::pages).configure(my_page::pages);
}

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::show_run_sheet)
        .service(api::call_segment)
        .service(api::take_back_cue)
        .service(hall_api::show_groups)
        .service(hall_api::group_the_hall)
        .service(hall_api::show_icebreakers)
        .service(hall_api::draw_pairs)
        .service(hall_api::show_talents)
        .service(guest_api::my_programme)
        .service(guest_api::offer_to_show)
        .service(guest_api::withdraw_talent);
}
