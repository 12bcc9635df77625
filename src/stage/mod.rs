//! 大屏: what the hall sees, and the console that decides it. Every step is a row that can be taken
//! back, so that the screen is whole after a restart; a name is on it only while both of the couple
//! still want it there.

mod api;
pub mod bless;
pub mod blessing;
pub mod confessions;
mod console;
pub mod cue;
pub mod draws;
mod guest_api;
pub mod invite;
pub mod names;
pub mod pair_screen;
pub mod pass;
pub mod pass_cookie;
pub mod personal;
pub mod queue;
pub mod refusals;
pub mod scene;
mod screen;
pub mod screen_code;
pub mod set_aside;
pub mod show;
pub mod step;
pub mod talents;
pub mod terms;
pub mod together;
pub mod undo;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::standing)
        .service(api::show_cue)
        .service(api::set_couple_aside)
        .service(api::undo_step)
        .service(api::invite_screen)
        .service(guest_api::bless_couple);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    config.configure(console::pages).configure(screen::pages);
}
