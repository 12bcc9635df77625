//! 互动聊天: who takes part talks before the evening, and the circle goes on with it afterwards. Lines stand in one order
//! for everybody; people are known by nickname and number. It tells nobody who is there, who has read what, or who chose
//! whom, and when it ends everything in it is erased.

pub mod announce;
mod away;
pub mod channels;
pub mod close;
pub mod complain;
mod deeds_page;
pub mod entrance;
pub mod forget;
pub mod line;
mod lines_api;
mod listen_api;
pub mod listener;
pub mod look;
mod moderate;
mod moderation_api;
mod office_api;
mod office_deeds_page;
mod office_page;
mod page;
mod pay;
pub mod personal;
pub mod photo;
mod photo_page;
pub mod queue;
pub mod refusals;
pub mod report;
mod report_page;
pub mod room;
mod rooms;
pub mod say;
mod set_rules;
mod take_down;
pub mod terms;
mod transcript;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(moderation_api::chat_queue)
        .service(moderation_api::decide_chat_line)
        .service(lines_api::chat_picture)
        .service(listen_api::listen_to_chat)
        .service(lines_api::chat_lines)
        .service(lines_api::say_in_chat)
        .service(lines_api::take_down_chat_line)
        .service(lines_api::report_chat_line)
        .service(office_api::chat_rooms)
        .service(office_api::announce_in_chat)
        .service(office_api::set_chat_rules)
        .service(office_api::close_chat);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    photo_page::pages(config);
    report_page::pages(config);
    deeds_page::pages(config);
    page::pages(config);
    office_page::pages(config);
    office_deeds_page::pages(config);
}
