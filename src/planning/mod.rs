//! 筹办: an organizer draws up an event from a template, amends it and shows it to the world. Every room owns the terms
//! of its part; here they are composed into one request, one form and one poster.

pub mod amend;
mod api;
mod boundary;
pub mod changes;
pub mod copy;
mod copy_api;
pub mod discard;
pub mod draw_up;
mod letters;
mod members;
pub mod move_on;
mod page;
pub mod plan;
pub mod poster;
pub mod postpone;
mod postpone_api;
pub mod postponement;
pub mod publish;
pub mod refusals;
pub mod spoken;
mod spoken_rules;
mod template;
pub mod wish;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::draw_up_event)
        .service(api::amend_event)
        .service(api::publish_event)
        .service(api::move_event)
        .service(api::event_templates)
        .service(copy_api::copy_event)
        .service(copy_api::discard_event)
        .service(postpone_api::preview_postponement)
        .service(postpone_api::postpone_event);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
}
