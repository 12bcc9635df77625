//! 爆灯: picks are sealed until the round closes; mutual ones become matches, the others cease to exist.

pub mod personal;
pub mod refusals;
pub mod keys;
pub mod pick_key;
pub mod round;
pub mod ballot;
pub mod matched;
pub mod said_on_ballot;
pub mod blocked_pairs;
pub mod terms;
pub mod plan;
pub mod open;
pub mod light;
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
mod host;
mod page;
mod stuck;
mod discreet;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::list_rounds)
        .service(host::plan_round)
        .service(api::show_round)
        .service(host::open_round)
        .service(host::close_round)
        .service(host::void_round)
        .service(api::light_up)
        .service(api::own_picks)
        .service(api::own_matches);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    config.configure(page::pages).configure(stuck::pages);
}
