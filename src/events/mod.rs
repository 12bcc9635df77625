//! 活动: one edition of a mixer, and the phases it goes through by the clock of its own zone.

pub mod access;
pub mod amendment;
pub mod appoint_crew;
pub mod begin_series;
pub mod countdown;
pub mod crew;
mod crew_api;
mod crew_page;
pub mod device;
pub mod device_cookie;
pub mod event;
pub mod heading;
pub mod host;
pub mod kind;
pub mod move_phase;
pub mod name;
pub mod personal;
pub mod phase;
pub mod refusals;
pub mod rules;
pub mod schedule;
pub mod series;
mod series_api;
pub mod tabs;
pub mod workers;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(series_api::new_series)
        .service(series_api::series_of_union)
        .service(crew_api::invite_crew)
        .service(crew_api::list_invitations)
        .service(crew_api::list_crew)
        .service(crew_api::dismiss_crew);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    config
        .service(crew_page::show_crew)
        .service(crew_page::enlisted)
        .service(crew_page::dismissed)
        .service(crew_page::revoked);
}
