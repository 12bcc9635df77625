//! 真情告白: somebody asks to speak to one person on stage. That person is asked in private first;
//! a no, silence, and a host who did not get to it are the same to everybody, also in the database.

pub mod confession;
pub mod terms;
pub mod ask;
pub mod respond;
mod withdraw;
mod mine;
pub mod forget;
pub mod personal;
pub mod refusals;
mod api;
mod page;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::my_confessions)
        .service(api::ask_to_speak)
        .service(api::withdraw_confession)
        .service(api::answer_confession);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
}
