//! What stands for a person in addresses others see. An id would tell when somebody applied, and be
//! the same word the organizers use for them.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use crate::app::App;

/// Bytes of a handle: nobody guesses one, and two people never share it.
const LENGTH: usize = 10;

/// The handle of a registration: the same to everybody at the event, and to nobody a way back.
#[must_use]
pub fn of(app: &App, registration_id: Uuid) -> String {
    let tag = shuffled(app, "handles", &[registration_id.as_bytes()]);
    BASE32_NOPAD.encode(tag.get(..LENGTH).unwrap_or_default()).to_ascii_lowercase()
}

/// A number that says nothing about what it was made from, for an order in which nobody is first for
/// a reason.
#[must_use]
pub fn shuffled(app: &App, purpose: &str, from: &[&[u8]]) -> Vec<u8> {
    let key = app.secrets.key(purpose);
    // HMAC takes keys of any length, so there is no error to tell.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_ref()) else { return Vec::new() };
    for part in from {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}
