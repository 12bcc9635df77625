//! The desk waved the wrong person through, and takes it back.

use chrono::Duration;
use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveModelTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::attempt::{self, Kind, Verdict};
use super::presence::{self, Counts};
use super::refusals::{ALREADY_UNDONE, NONCE_REUSED, NOT_ADMITTED, NOT_YOUR_SCAN, OVERTAKEN, TOO_LATE};
use crate::app::App;
use crate::audit::Deed;
use crate::body::{one_line, one_line_or_none};
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::access::Desk;
use crate::happening::What;
use crate::secrets;

/// How long a device may take its own scans back.
const OWN_SCANS: Duration = Duration::minutes(15);

#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Undo {
    /// As of a scan: the same nonce again gets the first answer again.
    #[garde(custom(one_line(16, 64)))]
    #[schema(min_length = 16, max_length = 64)]
    pub nonce: String,
    #[garde(custom(one_line(1, 64)))]
    #[schema(min_length = 1, max_length = 64)]
    pub device: String,
    /// An organizer who takes back what is not of this device, or older, has to say why.
    #[garde(custom(one_line_or_none(1, 200)))]
    #[schema(max_length = 200)]
    pub reason: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Undone {
    /// The undo on record.
    pub attempt: Uuid,
    /// What it took back.
    pub undoes: Uuid,
    pub at: chrono::DateTime<chrono::Utc>,
    /// How many are inside now.
    pub counts: Counts,
}

/// Takes an admitted attempt back, by a row of its own: after an undone entry the person is
/// outside, after an undone exit inside. The answer as JSON, to be sent as it is.
///
/// # Errors
/// 404; 403 `not_your_name`, `not_your_scan`; 409 `too_late`, `not_admitted`, `already_undone`, `overtaken`,
/// `nonce_reused`; 422 where an organizer takes back what another device did and does not say why.
pub async fn undo(app: &App, desk: &Desk, attempt_id: Uuid, undo: &Undo) -> Result<Vec<u8>, Error> {
    let event_id = desk.event.id;
    desk.speaks_as(&undo.device)?;
    let digest = secrets::digest(json!(["undo", attempt_id, undo.reason]).to_string().as_bytes());
    let txn = app.database.begin_write().await?;
    if let Some(made) = attempt::find_by_nonce(&txn, event_id, &undo.device, &undo.nonce).await? {
        txn.commit().await?;
        return Ok(made.replay(&digest)?);
    }
    let wrong = attempt::Entity::of_event(event_id).filter(attempt::Column::Id.eq(attempt_id)).one(&txn).await?;
    let wrong = wrong.ok_or_else(Refused::not_found)?;
    may(app, desk, &wrong, undo)?;
    if wrong.result != Verdict::Admitted || wrong.kind == Kind::Undo {
        return Err(NOT_ADMITTED.into());
    }
    let there = match wrong.registration_id {
        Some(id) => presence::Entity::find_by_id(id).lock_exclusive().one(&txn).await?,
        None => None,
    };
    // Asked after the lock: an undo that was faster is visible now.
    if let Some(done) = attempt::Entity::find().filter(attempt::Column::Undoes.eq(wrong.id)).one(&txn).await? {
        let is_same = (&done.device, &done.nonce) == (&undo.device, &undo.nonce);
        txn.commit().await?;
        return if is_same { Ok(done.replay(&digest)?) } else { Err(ALREADY_UNDONE.into()) };
    }
    let there = there.filter(|there| there.attempt_id == wrong.id).ok_or(OVERTAKEN)?;

    let id = app.new_id();
    let moved = presence::ActiveModel {
        registration_id: Set(there.registration_id),
        inside: Set(wrong.kind == Kind::Exit),
        // As of the scan: whatever a desk without a link has seen since is later news.
        moved_at: Set(there.moved_at),
        attempt_id: Set(id),
        ..Default::default()
    };
    moved.update(&txn).await?;
    let counts = presence::counts(&txn, event_id).await?;
    let undone = Undone { attempt: id, undoes: wrong.id, at: app.now(), counts };
    let bytes = serde_json::to_vec(&undone).map_err(Fault::of)?;
    let row = attempt::ActiveModel {
        id: Set(id),
        event_id: Set(event_id),
        account_id: Set(desk.accountable()),
        device_id: Set(desk.device().map(|device| device.id)),
        device: Set(undo.device.clone()),
        nonce: Set(undo.nonce.clone()),
        request_digest: Set(digest),
        kind: Set(Kind::Undo),
        code_digest: Set(None),
        typed: Set(None),
        registration_id: Set(wrong.registration_id),
        result: Set(Verdict::Admitted),
        reason: Set(None),
        at: Set(undone.at),
        received_at: Set(undone.at),
        offline: Set(false),
        skew_seconds: Set(None),
        undoes: Set(Some(wrong.id)),
        note: Set(undo.reason.clone()),
        answer: Set(bytes.clone()),
    };
    if !attempt::record(&txn, row).await? {
        // The device is using it for something else at this very moment.
        return Err(NONCE_REUSED.saying("This nonce belongs to another scan.").into());
    }
    let detail = json!({ "device": undo.device, "kind": wrong.kind });
    let entry = desk.records(Deed::ScanUndone).about("attempt", wrong.id).because(undo.reason.as_deref());
    entry.with(detail).record(&txn, app).await?;
    txn.commit().await?;
    app.happenings.announce(event_id, if wrong.kind == Kind::Exit { What::GuestArrived } else { What::GuestLeft });
    Ok(bytes)
}

/// The device that scanned may for a while; an organizer may always, and says why.
fn may(app: &App, desk: &Desk, wrong: &attempt::Model, undo: &Undo) -> Result<(), Error> {
    let own = wrong.device == undo.device;
    let fresh = app.now() - wrong.received_at <= OWN_SCANS;
    match (own, fresh, desk.organizer) {
        (true, true, _) => Ok(()),
        (_, _, true) if undo.reason.is_some() => Ok(()),
        (_, _, true) => Err(Refused::invalid(vec![FieldError::new("reason", "blank", "say why")]).into()),
        (true, false, false) => Err(TOO_LATE.into()),
        (false, _, false) => Err(NOT_YOUR_SCAN.into()),
    }
}
