//! 爆灯: picks are sealed until the round closes; mutual ones become matches, the others cease to exist.

pub mod personal;
pub mod refusals;
pub mod key_place;
pub mod keys;
pub mod pick_key;
pub mod round;
pub mod ballot;
pub mod matched;
pub mod ballot_consent;
pub mod blocked_pairs;
pub mod terms;
pub mod plan;
pub mod open;
pub mod cast_ballot;
pub mod own;
pub mod close;
pub mod tally;
pub mod void;
pub mod turnout;
pub mod recovery;
pub mod key_presence;
mod letters;
mod gallery;
mod api;
mod host_api;
mod page;
mod stuck;
mod discreet;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::list_rounds)
        .service(host_api::plan_round)
        .service(api::show_round)
        .service(host_api::open_round)
        .service(host_api::close_round)
        .service(host_api::void_round)
        .service(api::light_up)
        .service(api::own_picks)
        .service(api::own_matches);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    config.configure(page::pages).configure(stuck::pages);
}
