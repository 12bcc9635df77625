//! 鹊桥志愿者: couples that want it are asked how it goes, three days, three weeks and three months
//! later; nobody else is in any list.

pub mod milestone;
pub mod follow_up;
pub mod assignment;
pub mod cases;
pub mod timeline;
pub mod outcomes;
pub mod note_follow_up;
pub mod take_into_care;
pub mod reminder;
mod letters;
pub mod remind;
mod api;
mod page;
mod outcomes_page;
mod spoken;
pub mod personal;
pub mod refusals;

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
