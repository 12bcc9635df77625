//! 报名: a person's application to one event; at most one is alive per person and event.

pub mod access;
pub mod age_band;
mod api;
mod application;
pub mod apply;
pub mod attendance;
pub mod decide;
pub mod door;
mod eligibility;
mod entrant;
pub mod exclusion;
mod export;
pub mod group_member;
pub mod handle;
mod import;
mod insert;
pub mod join;
mod letters;
mod number;
mod office;
pub mod personal;
pub mod precedence;
mod prior_invitations;
pub mod refusals;
pub mod registration;
pub mod roll;
mod search;
mod settle_unit;
pub mod side_seats;
pub mod stages;
pub mod terms;
pub mod units_api;
pub mod verdict;
mod vouch;
mod withdraw;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::register)
        .service(api::list)
        .service(api::count)
        .service(api::import_list)
        .service(api::decide_bulk)
        .service(api::decide_one)
        .service(api::withdraw_me)
        .service(units_api::settle_typed_unit);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    office::pages(config);
    config
        .service(application::application_page)
        .service(application::send_application)
        .service(application::take_back);
}
