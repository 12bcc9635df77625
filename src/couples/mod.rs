//! 牵手: a match both confirm to show is a couple. Contact details move when both have offered them,
//! field by field, and not before.

pub mod agree;
mod api;
pub mod begin;
pub mod consent;
pub mod couple;
pub mod exchange;
pub mod for_stage;
pub mod given_contact;
mod letters;
pub mod mine;
pub mod offer;
pub mod opening;
mod page;
pub mod pair;
pub mod personal;
pub mod refusals;
pub mod volunteer_contact;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::my_matches)
        .service(api::one_match)
        .service(api::consent)
        .service(api::offer_contact)
        .service(api::withdraw_contact)
        .service(api::couples);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    config.configure(page::pages);
}
