//! 活动: one edition of a mixer, and the phases it goes through by the clock of its own zone.

pub mod access;
pub mod amend;
mod api;
mod begin_series;
mod boundary;
pub mod changes;
pub mod crew;
mod crew_api;
pub mod device;
pub mod device_cookie;
pub mod draw_up;
pub mod appoint_crew;
pub mod event;
pub mod heading;
pub mod host;
pub mod move_phase;
mod page;
pub mod personal;
pub mod phase;
pub mod plan;
pub mod poster;
pub mod publish;
pub mod refusals;
mod rules;
pub mod schedule;
pub mod screening_plan;
pub mod series;
pub mod spoken;
mod spoken_rules;
pub mod stage_plan;
pub mod tabs;
pub mod template;
mod wish;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::draw_up_event)
        .service(api::amend_event)
        .service(api::publish_event)
        .service(api::move_event)
        .service(api::event_templates)
        .service(api::new_series)
        .service(api::series_of_union)
        .service(crew_api::invite_crew)
        .service(crew_api::list_invitations)
        .service(crew_api::list_crew)
        .service(crew_api::dismiss_crew);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
}
