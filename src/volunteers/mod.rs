//! 鹊桥志愿者: couples that want it are asked how it goes, three days, three weeks, three months and a
//! year later; nobody else is in any list.

pub mod answer;
pub mod answer_letter;
pub mod answer_question;
mod api;
pub mod ask_again;
pub mod assignment;
pub mod calendar;
mod calendar_page;
mod case_letter;
pub mod cases;
mod contact_page;
pub mod follow_up;
mod letters;
mod letters_api;
mod letters_page;
mod letters_stopped;
pub mod look_up_contact;
pub mod milestone;
mod my_letters;
pub mod note_follow_up;
pub mod outcomes;
mod outcomes_page;
mod one_tap_page;
mod page;
pub mod personal;
pub mod question;
pub mod refusals;
pub mod remind;
pub mod reminder;
pub mod renew_calendar;
mod spoken;
pub mod take_into_care;
pub mod timeline;
pub mod write_to_couple;

use crate::calls::Calls;
use actix_web::web;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config.service(api::show_outcomes).service(api::my_cases).service(api::take_case).service(api::note_follow_up);
    config
        .service(letters_api::see_contact)
        .service(letters_api::send_case_letter)
        .service(letters_api::my_case_letters)
        .service(letters_api::answer_volunteer)
        .service(letters_api::stop_letters)
        .service(letters_api::take_letters_again)
        .service(letters_api::answer_by_link);
}

/// The pages of this room.
pub fn pages(config: &mut web::ServiceConfig) {
    config.configure(page::pages).configure(outcomes_page::pages).configure(contact_page::pages);
    config.configure(letters_page::pages).configure(one_tap_page::pages).configure(calendar_page::pages);
}
