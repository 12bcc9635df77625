//! 互动广场: the online zone where people show themselves, declare, sign in and answer quizzes. Only what a person
//! does themselves earns points; nothing another person can give or withhold does.

mod api;
pub mod ask;
pub mod complain;
pub mod complaint;
mod complaints_api;
pub mod contribute;
pub mod contribution;
pub mod daily_check_in;
mod days_api;
mod deeds_page;
pub mod earnable;
pub mod entrance;
pub mod like;
pub mod moderate;
mod moderation_api;
mod moderation_page;
mod page;
pub mod personal;
pub mod photo;
mod photo_api;
mod photo_page;
pub mod portrait;
mod portrait_page;
mod queue;
pub mod quiz;
pub mod quiz_answer;
mod quiz_page;
mod quizzes_page;
pub mod refusals;
mod report_page;
mod reword;
pub mod sight;
mod take_back_own;
mod take_down_page;
pub mod top;
pub mod wall;
mod wall_api;
pub mod wrong;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::put_up_post)
        .service(wall_api::posts)
        .service(photo_api::put_up_portrait)
        .service(photo_api::my_portrait)
        .service(photo_api::picture)
        .service(api::put_up_comment)
        .service(wall_api::comments)
        .service(api::take_down_own)
        .service(api::like_post)
        .service(api::unlike_post)
        .service(api::put_up_declaration)
        .service(wall_api::declarations)
        .service(complaints_api::report_contribution)
        .service(days_api::sign_in_today)
        .service(days_api::my_sign_ins)
        .service(days_api::ask_quiz)
        .service(days_api::quizzes)
        .service(days_api::answer_quiz)
        .service(moderation_api::queue)
        .service(moderation_api::decide)
        .service(complaints_api::complaints)
        .service(complaints_api::dismiss_complaint);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
}
