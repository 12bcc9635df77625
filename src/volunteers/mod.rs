//! 鹊桥志愿者: couples that want it are asked how it goes, three days, three weeks and three months
//! later; nobody else is in any list.

mod api;
pub mod assignment;
pub mod cases;
pub mod follow_up;
mod letters;
pub mod milestone;
pub mod note_follow_up;
pub mod outcomes;
mod outcomes_page;
mod page;
pub mod personal;
pub mod refusals;
pub mod remind;
pub mod reminder;
mod spoken;
pub mod take_into_care;
pub mod timeline;

use crate::calls::Calls;
use actix_web::web;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config.service(api::show_outcomes).service(api::my_cases).service(api::take_case).service(api::note_follow_up);
}

/// The pages of this room.
pub fn pages(config: &mut web::ServiceConfig) {
    config.configure(page::pages).configure(outcomes_page::pages);
}
