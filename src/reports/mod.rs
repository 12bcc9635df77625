//! What a union tells about its events: one event in figures, and the year in the sentence unions
//! publish. Nothing here is about one person; a number that would point at somebody is not told.

mod api;
mod arrivals;
mod event;
mod head_counts;
mod page;
mod plot;
pub mod report_request;
mod table;
mod tree;
mod tree_api;
mod tree_page;
mod workbook;
pub mod year;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::event_report)
        .service(api::event_workbook)
        .service(api::event_figure)
        .service(api::year_report)
        .service(api::year_workbook)
        .service(api::year_figure)
        .service(api::house_report)
        .service(tree_api::tree_report)
        .service(tree_api::tree_workbook);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    config.service(page::event_page).service(page::year_page).service(tree_page::tree_page);
}
