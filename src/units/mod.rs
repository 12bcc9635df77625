//! 单位: where participants work. A unit belongs to the union that keeps its roster. An employer
//! says who works there and learns nothing in return: not who applied, not even whether anybody did.

pub mod access;
pub mod add;
pub mod amend;
pub mod api;
pub mod appoint;
pub mod contact_api;
pub mod enroll;
pub mod import;
pub mod import_api;
pub mod mail_domain;
mod names_api;
pub mod overview;
mod page;
pub mod personal;
pub mod refusals;
pub mod roster_api;
pub mod roster_entry;
pub mod typed;
pub mod unit;
pub mod unit_contact;
pub mod unit_view;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::search)
        .service(api::add_unit)
        .service(import_api::import_units)
        .service(contact_api::mine)
        .service(api::show)
        .service(api::amend_unit)
        .service(import_api::import_roster)
        .service(roster_api::confirm)
        .service(roster_api::head_count)
        .service(contact_api::invite_contact)
        .service(contact_api::list)
        .service(contact_api::dismiss_contact);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
    config.service(names_api::names);
}
