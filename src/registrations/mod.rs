//! 报名: a person's application to one event; at most one is alive per person and event.

pub mod access;
pub mod age_band;
mod api;
mod application;
mod apply;
pub mod attendance;
pub mod class;
mod decide;
pub mod door;
mod entrant;
pub mod exclusion;
pub mod group_member;
mod hand_out;
pub mod handle;
mod import;
pub mod join;
mod prior_invitations;
mod letters;
mod number;
mod office;
pub mod personal;
pub mod refusals;
pub mod registration;
pub mod roll;
pub mod side_seats;
pub mod stages;
pub mod terms;
mod verdict;
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
        .service(api::withdraw_me);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    office::pages(config);
    config
        .service(application::application_page)
        .service(application::send_application)
        .service(application::take_back);
}
