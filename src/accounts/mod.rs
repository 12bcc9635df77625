//! 账号: who signs in, and what others may see of them. There is no account before its mail address
//! is proven, and nobody can find out which addresses are known.

pub mod access_token;
pub mod account;
pub mod account_lock;
pub mod address;
pub mod age;
pub mod api;
pub mod appoint_administrator;
pub mod asker;
pub mod authenticate;
pub mod authenticated;
pub mod awaited;
pub mod benches;
pub mod change_password;
pub mod clear_browser;
pub mod consent;
pub mod cookie;
pub mod describe;
pub mod display_names;
pub mod end_others;
pub mod end_session;
pub mod forget_password;
mod form;
pub mod granted;
mod hs256;
pub mod idle;
pub mod letter_page;
pub mod letter_request;
mod letters;
pub mod lock;
pub mod log_in;
pub mod log_out;
pub mod mark;
pub mod me_api;
pub mod my_profile;
pub mod nickname;
pub mod open_session;
mod page;
pub mod password;
pub mod password_strength;
pub mod personal;
pub mod profile;
pub mod reauthenticate;
pub mod recipient;
pub mod refresh;
pub mod refresh_token;
pub mod refusals;
pub mod register;
mod reset_page;
pub mod reset_password;
pub mod reset_request;
pub mod same_site;
pub mod sealed_cookie;
pub mod second_factor;
pub mod session;
pub mod sign_in_throttle;
pub mod sign_up;
pub mod sign_up_form;
pub mod signed_in;
pub mod spent_link;
pub mod sweep;
pub mod token;
pub mod token_family;
pub mod verify_address;
mod verify_page;
pub mod visit;
pub mod workplaces;
pub mod write_back;

pub use signed_in::SignedIn;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::sign_up)
        .service(api::sign_in)
        .service(api::refresh_tokens)
        .service(api::sign_out)
        .service(api::forgot)
        .service(api::reset)
        .service(api::change)
        .service(me_api::show)
        .service(me_api::change);
    second_factor::calls(config);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
    verify_page::pages(config);
    reset_page::pages(config);
    letter_page::pages(config);
    second_factor::pages(config);
    config.service(my_profile::profile_page).service(my_profile::save_profile).service(my_profile::save_name);
}
