//! 公告栏: what anybody may read: the list of events, the front page, and the poster of one event.

mod api;
mod join_page;
mod notice;
mod page;
mod painting;
mod poster;
mod poster_api;
mod poster_page;
mod snapshots;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config.service(api::list_events).service(api::read_event).service(poster_api::poster_links);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
    join_page::pages(config);
    poster_page::pages(config);
}
