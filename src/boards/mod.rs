//! 专场 Boards: several evenings under one registration, each with its day, its place and its seats. Whoever applied puts
//! them in the order of their wish until the points are frozen; the screening gives each at most one.

mod api;
mod page;
pub mod personal;
pub mod put_in_order;
pub mod refusals;
pub mod terms;
pub mod terms_form;
pub mod wish;
pub mod wished;

use crate::calls::Calls;
use actix_web::web;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config.service(api::my_boards).service(api::wish_for_boards);
}

/// The pages of this room.
pub fn pages(config: &mut web::ServiceConfig) {
    config.configure(page::pages);
}
