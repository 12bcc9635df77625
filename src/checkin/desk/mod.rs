//! The desk itself: one screen that admits people, with a link or without, and the address in a
//! badge's QR.

mod api;
mod card;
mod decode;
mod doors;
mod page;
mod reviews;
mod roster;
mod seal;

use crate::calls::Calls;

/// The calls only the desk's own page needs, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config.service(api::fetch_roster).service(api::read_picture);
}

/// The pages of the desk.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
    card::pages(config);
    reviews::pages(config);
}
