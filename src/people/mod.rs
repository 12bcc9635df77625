//! 认识人: who else is there, as far as they say so themselves. Cards stand in an order that changes
//! every day and for every reader, so that nobody is first for a reason, and nothing on them tells
//! how much anybody is liked.

mod band;
mod company;
mod page;

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
}
