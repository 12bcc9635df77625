//! 认识人: who else is there, as far as they say so themselves. Cards stand in an order that changes
//! every day and for every reader, so that nobody is first for a reason, and nothing on them tells
//! how much anybody is liked.

mod api;
pub mod band;
mod neighbour_card;
mod neighbours;
mod page;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::list_people)
        .service(api::kept_apart)
        .service(api::show_person)
        .service(api::keep_apart)
        .service(api::take_back);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
}
