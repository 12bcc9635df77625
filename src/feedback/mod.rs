//! 活动反馈: a few questions to everybody who came. The union reads shares and sentences, never who
//! said what: an answer bears a mark only its author can be found by, and no time.

mod answer;
mod page;
pub mod personal;
mod sheet;
mod summary;

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
}
