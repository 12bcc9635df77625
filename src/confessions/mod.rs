//! 真情告白: somebody asks to speak to one person on stage. That person is asked in private first;
//! a no, silence, and a host who did not get to it are the same to everybody, also in the database.

mod api;
pub mod ask;
pub mod confession;
pub mod forget;
mod mine;
mod page;
pub mod personal;
pub mod refusals;
pub mod respond;
pub mod terms;
mod withdraw;

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
