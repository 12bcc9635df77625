//! 爆灯: picks are sealed until the round closes; mutual ones become matches, the others cease to exist.

mod api;
pub mod ballot;
pub mod ballot_consent;
pub mod blocked_pairs;
pub mod cast_ballot;
pub mod close;
mod discreet;
mod gallery;
mod host_api;
mod key_folder;
pub mod key_place;
pub mod key_presence;
pub mod key_server;
pub mod keys;
mod letters;
pub mod matched;
pub mod open;
pub mod own;
mod page;
pub mod personal;
pub mod pick_key;
pub mod plan;
pub mod recovery;
pub mod refusals;
pub mod round;
mod stuck;
pub mod tally;
pub mod terms;
pub mod turnout;
pub mod void;

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
