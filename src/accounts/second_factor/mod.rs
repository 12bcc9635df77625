//! A second proof beside the password: the code of an authenticator app, or one of ten for the day the
//! phone is lost. Administrators must have one, everybody may, and a union may demand it of its staff.

mod api;
pub mod ask;
pub mod begin;
pub mod check_code;
pub mod confirm;
mod disclosure;
pub mod end;
pub mod factor;
mod page;
pub mod pass;
pub mod recovery_code;

use super::account;
use crate::app::App;
use crate::calls::Calls;
use crate::settings::SecondFactor;

/// Whether the house demands one of this person: of administrators, unless the settings let them off,
/// as a demonstration does.
#[must_use]
pub fn is_demanded(app: &App, account: &account::Model) -> bool {
    app.settings.security.second_factor == SecondFactor::Administrators && account.is_administrator(app)
}

/// The calls of this corner of the room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::show)
        .service(api::begin_factor)
        .service(api::confirm_factor)
        .service(api::renew)
        .service(api::end_factor);
}

/// Its pages.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
    config.service(ask::ask_for_code).service(ask::show_code);
}
