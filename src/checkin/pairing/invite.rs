//! An organizer asks for the QR that turns a phone into a desk.

use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::Uuid;
use serde_json::json;
use sha2::Sha256;

use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::device;
use crate::secrets::digest;

/// How long the QR works: time to walk to the door, and not for a photograph of the screen.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// Makes room for one more device and lets it wait to be paired.
///
/// # Errors
/// Only faults.
pub async fn invite(app: &App, organizer: &Organizer) -> Result<device::Model, Error> {
    let event = &organizer.event;
    let id = app.new_id();
    let txn = app.database.begin_write().await?;
    let row = device::ActiveModel {
        id: Set(id),
        event_id: Set(event.id),
        invited_by: Set(organizer.account.account_id),
        invited_at: Set(app.now()),
        invitation_digest: Set(digest(token(app, id, event.id).as_bytes())),
        invitation_ends_at: Set(app.now() + LIFETIME),
        name: Set(None),
        token_digest: Set(None),
        token_bond: Set(None),
        paired_at: Set(None),
        seen_at: Set(None),
        revoked_at: Set(None),
        revoked_by: Set(None),
        board: Set(None),
    };
    let invited = row.insert(&txn).await?;
    organizer.records(Deed::DeviceInvited).about("device", id).with(json!({})).record(&txn, app).await?;
    txn.commit().await?;
    Ok(invited)
}

/// What the QR of an invitation to an event carries. It is made again from the house's secret whenever
/// the QR is shown, so that it is kept nowhere but as a digest.
#[must_use]
pub fn token(app: &App, invitation: Uuid, event: Uuid) -> String {
    let key = app.secrets.key("device invitation");
    // Every key length is valid for HMAC, so there is no error to tell.
    Hmac::<Sha256>::new_from_slice(key.as_ref())
        .map(|mac| {
            BASE64URL_NOPAD
                .encode(&mac.chain_update(invitation.as_bytes()).chain_update(event.as_bytes()).finalize().into_bytes())
        })
        .unwrap_or_default()
}
