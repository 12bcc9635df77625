//! 爱的号码牌: a stable number and a secret code for everyone who comes. A number is never given
//! twice; a code can be replaced, and the old one then opens nothing.

pub mod api;
pub mod badge;
pub mod calendar;
pub mod code;
pub mod face;
pub mod issue;
pub mod latecomers;
pub mod letters;
mod my_badge;
pub mod number;
pub mod own_badge;
mod page;
pub mod personal;
pub mod picture;
mod print;
mod print_page;
pub mod refusals;
pub mod reissue;
pub mod remind;
mod size;
mod wearers;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config.service(api::issue_all).service(api::list).service(api::mine).service(api::replace_code);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    config.service(my_badge::badge_page).service(my_badge::badge_worker).service(my_badge::badge_calendar);
    page::pages(config);
}
