//! 通知: what an organizer writes to many people of an event at once. The same words reach a person once, however often and
//! to whatever groups they are sent.

pub mod announce;
pub mod announcement;
mod api;
mod history;
mod letters;
pub mod message;
mod page;
pub mod personal;
mod placeholders;
mod preview_page;
pub mod refusals;
mod spoken;
mod try_out;
pub mod whom;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config.service(api::send).service(api::count).service(api::list);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    // Before a letter of any id: its address is one, too.
    config.configure(preview_page::pages).configure(page::pages);
}
