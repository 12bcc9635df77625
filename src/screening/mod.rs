//! Screening 积分筛选: in rank order, everyone is taken who can still be part of a complete legal selection.
//! The list and the draw are published before the run, anybody who has its file can recompute it,
//! and nobody who holds a seat ever loses it to a later run.

mod add_seats;
pub mod addition;
pub mod addition_record;
mod api;
mod applicants;
mod board;
mod board_page;
mod change_rules;
pub mod commit_run;
pub mod deadline;
pub mod expire;
pub mod explanation;
mod fill_seats;
mod ladder;
pub mod leaderboard;
mod leaderboard_api;
mod letters;
mod line;
pub mod list;
mod order;
mod page;
mod passed;
pub mod place;
pub mod personal;
pub mod placement;
mod plot;
mod progress;
pub mod promised;
mod publish_list;
mod published;
pub mod record;
pub mod refusals;
pub mod reply;
mod rules_form;
mod rules_page;
pub mod run;
mod seat;
pub mod seat_move;
mod sentences;
mod spoken;
mod standby;
pub mod standing;
mod steps_page;
mod studio;
mod succeed;
pub mod terms;
pub mod terms_form;
mod trial;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::my_registration)
        .service(leaderboard_api::read_leaderboard)
        .service(api::answer_invitation)
        .service(api::fix_list)
        .service(api::try_rules)
        .service(api::screen)
        .service(api::read_file)
        .service(api::read_run)
        .service(api::read_standby)
        .service(api::promote_standby)
        .service(api::add_more_seats)
        .service(api::read_addition)
        .service(api::read_my_line)
        .service(api::read_published);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    config.service(leaderboard::leaderboard_page).service(explanation::why_page).service(explanation::send_reply);
    config.service(page::open_studio);
    rules_page::pages(config);
    steps_page::pages(config);
    board_page::pages(config);
}
