//! 介绍: who met nobody may ask for help. A volunteer of the union proposes two who asked to each other; each is asked
//! alone, and learns of the other's answer only where both say yes. A no, no answer and a proposal that was never made
//! look alike, to the other and to the volunteer. Who asks says so of themself: nobody is found here by what they or
//! others picked.

pub mod answer;
mod api;
pub mod ask;
mod authorize;
pub mod candidates;
pub mod card;
pub mod exchange;
pub mod given;
pub mod introduction;
pub mod lapse;
mod letters;
pub mod mine;
pub mod offer;
mod page;
pub mod personal;
pub mod place;
pub mod proposals;
pub mod propose;
pub mod refusals;
pub mod reply;
pub mod request;
mod volunteer_api;
mod volunteer_page;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::my_introductions)
        .service(api::ask_for_introduction)
        .service(api::take_back_introduction_request)
        .service(api::answer_introduction)
        .service(api::offer_introduction_contact)
        .service(volunteer_api::introduction_requests)
        .service(volunteer_api::introductions)
        .service(volunteer_api::propose_introduction);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
    volunteer_page::pages(config);
}
