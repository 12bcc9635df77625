//! 八分钟约会: who sits with whom, from who is present. Counts are as fair as they can be before
//! scores are looked at, and a round that was played is never planned again.

pub mod personal;

pub mod date_note;
pub mod date_plan;
pub mod date_round;
pub mod out_of_step;
pub mod refusals;
pub mod sat_out;
pub mod sitting;
pub mod table_map;

mod hall;
mod seating;
mod suiting;
pub mod terms;

pub mod call;
pub mod end_with_event;
pub mod exclude;
pub mod extend;
mod jot;
mod miss;
pub mod pause;
pub mod plan;
mod strike;
mod unseat;
mod vacate;

mod api;
pub mod mine;
mod my_date_page;
mod my_page;
mod my_row;
mod office_page;
mod overview;
mod round_clock;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::plan_rounds)
        .service(api::whole_plan)
        .service(api::my_dates)
        .service(api::start_round)
        .service(api::finish_round)
        .service(api::begin_round)
        .service(api::pause_round)
        .service(api::resume_round)
        .service(api::extend_round)
        .service(api::table_seen)
        .service(api::date_missed)
        .service(api::note_to_self)
        .service(api::my_exclusions)
        .service(api::keep_apart)
        .service(api::allow_again);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    config.configure(my_page::pages).configure(my_date_page::pages).configure(office_page::pages);
}
