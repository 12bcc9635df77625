//! 活动圈: those who came stay in touch for some days under the union's roof. Nobody is in it who did not join, it
//! tells nothing of who chose whom, and when its last day is over everything in it is erased.

pub mod announce;
mod api;
pub mod complain;
mod deeds_page;
mod end;
pub mod entrance;
mod feed;
mod figures;
pub mod forget;
pub mod join;
mod leave;
pub mod member;
mod moderate;
mod moderation_api;
mod move_end;
pub mod note;
mod notes_api;
mod office_api;
mod office_page;
mod page;
pub mod personal;
pub mod queue;
pub mod refusals;
pub mod report;
mod report_page;
mod take_down;
pub mod term;
pub mod terms;
pub mod write;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::my_circle)
        .service(api::join_circle)
        .service(api::leave_circle)
        .service(api::circle_members)
        .service(notes_api::circle_notes)
        .service(notes_api::write_circle_note)
        .service(notes_api::circle_replies)
        .service(notes_api::reply_in_circle)
        .service(notes_api::take_down_circle_note)
        .service(notes_api::report_circle_note)
        .service(office_api::circle_figures)
        .service(office_api::move_circle_end)
        .service(office_api::end_circle)
        .service(office_api::announce_in_circle)
        .service(moderation_api::circle_queue)
        .service(moderation_api::decide_circle_note);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
    deeds_page::pages(config);
    report_page::pages(config);
    office_page::pages(config);
}
