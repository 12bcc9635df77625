//! 活动反馈: a few questions to everybody who came, and others to those who took part online and were not selected.
//! The union reads shares and sentences, never who said what: an answer bears a mark only its author can be found by,
//! and no time.

mod api;
pub mod ask;
mod call;
mod letters;
mod online_api;
mod online_page;
pub mod online_sheet;
pub mod online_summary;
mod page;
pub mod personal;
pub mod sheet;
pub mod submit;
pub mod submit_online;
pub mod summary;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut crate::calls::Calls<'_>) {
    config
        .service(api::my_feedback)
        .service(api::give_feedback)
        .service(api::feedback_summary)
        .service(online_api::my_online_feedback)
        .service(online_api::give_online_feedback)
        .service(online_api::online_feedback_summary);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
    online_page::pages(config);
}
