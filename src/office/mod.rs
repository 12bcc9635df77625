//! 工作台: what waits for organizers and where each event stands; and what an administrator looks
//! after for the whole house. Every deed here is in the audit.

mod account_found;
mod accounts_api;
mod accounts_page;
mod api;
mod audit;
mod audit_log;
mod audit_spoken;
mod colleagues;
mod dashboard;
mod house;
mod lost_factors;
mod matters;
pub mod open_letter;
mod outbox;
mod overview;
mod page;
pub mod post_again;
pub mod refusals;
mod union_tree;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::list_letters)
        .service(api::look_at_letter)
        .service(api::open_kept_letter)
        .service(api::post_letter_again)
        .service(lost_factors::end_lost_factor)
        .service(accounts_api::look_up_account)
        .service(accounts_api::lock_account)
        .service(accounts_api::unlock_account);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
    config
        .service(dashboard::show_dashboard)
        .service(overview::show_overview)
        .service(overview::published)
        .service(overview::moved)
        .service(audit::of_event)
        .service(audit::of_house)
        .service(colleagues::show_colleagues)
        .service(colleagues::appointed)
        .service(colleagues::left)
        .service(colleagues::demanded)
        .service(lost_factors::show_lost_factors)
        .service(lost_factors::ended)
        .service(house::show_house)
        .service(house::founded)
        .service(house::confirmed)
        .service(accounts_page::show_accounts)
        .service(accounts_page::looked_up)
        .service(accounts_page::locked)
        .service(accounts_page::unlocked)
        .service(union_tree::show_union_tree)
        .service(union_tree::placed);
}
