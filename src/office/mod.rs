//! 管理: what an administrator looks after for the whole house. Every deed here is in the audit.

mod api;
mod drawer;
mod page;
pub mod post_again;

use utoipa_actix_web::service_config::ServiceConfig;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut ServiceConfig) {
    config.service(api::list_letters).service(api::read_letter).service(api::post_letter_again);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
}
