//! 应邀: whoever was invited sees by whom and to what, and says yes or no; whoever invited takes it
//! back or sends it again. What was accepted goes to the room whose thing it is.

mod accept;
mod access;
mod answer;
mod api;
mod arrive;
mod decline;
mod form;
mod office_page;
mod opened;
mod page;
pub mod refusals;
mod send_again;
mod sight;
mod withdraw;

pub use sight::Sight;
pub mod mine;

use crate::calls::Calls;

/// The calls of this room, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::verify_mail)
        .service(api::mine)
        .service(api::accept_mine)
        .service(api::decline_mine)
        .service(api::look)
        .service(api::decline_shown)
        .service(api::withdraw_invitation)
        .service(api::send_invitation_again);
}

/// The pages of this room.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
    config.service(office_page::withdrawn).service(office_page::sent_again);
}
