//! A phone becomes a desk: an organizer shows a QR, the phone scans it and says what it is called,
//! and from then on it may check in. The QR works once and not for long; the device can be shut out
//! at any moment.

mod api;
mod assign;
mod invite;
mod page;
mod pair;
mod revoke;

use crate::calls::Calls;

/// The calls about devices, below `/api/v1`.
pub fn calls(config: &mut Calls<'_>) {
    config
        .service(api::devices)
        .service(api::invite_device)
        .service(api::pair_device)
        .service(api::assign_board)
        .service(api::revoke_device);
}

/// The pages about devices.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
    page::pages(config);
}
