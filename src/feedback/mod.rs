//! 活动反馈: a few questions to everybody who came. The union reads shares and sentences, never who
//! said what: an answer bears a mark only its author can be found by, and no time.

mod api;
mod page;
pub mod personal;
pub mod sheet;
pub mod submit;
pub mod summary;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut crate::calls::Calls<'_>) {
    config.service(api::my_feedback).service(api::give_feedback).service(api::feedback_summary);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
}
