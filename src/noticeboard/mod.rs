//! 公告栏: what anybody may read: the list of events, the front page, and the poster of one event.

mod api;
mod notice;
mod page;
mod snapshots;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config.service(api::list_events).service(api::read_event);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
}
