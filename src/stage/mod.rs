//! 大屏: what the hall sees, and the console that decides it. Every step is a row that can be taken
//! back, so that the screen is whole after a restart; a name is on it only while both of the couple
//! still want it there.

pub mod terms;
pub mod cue;
pub mod pass;
pub mod pass_cookie;
pub mod step;
pub mod names;
pub mod queue;
pub mod confessions;
pub mod talents;
pub mod together;
pub mod blessing;
pub mod scene;
pub mod show;
pub mod set_aside;
pub mod undo;
pub mod bless;
pub mod personal;
pub mod refusals;
pub mod invite;
pub mod pair_screen;
pub mod screen_code;
mod api;
mod guest_api;
mod console;
mod screen;

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
