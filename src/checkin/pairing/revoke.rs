//! A device is shut out: lost, stolen, or done for the evening.

use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::Uuid;
use serde_json::json;

use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::events::device;

/// From the commit on the device's token opens nothing, and an open invitation is void. What it
/// recorded stays. Saying it twice changes nothing.
///
/// # Errors
/// 404 where this event has no such device.
pub async fn revoke(app: &App, organizer: &Organizer, id: Uuid) -> Result<(), Error> {
    let event = &organizer.event;
    let txn = app.database.begin_write().await?;
    let held = device::Entity::find_for_update(event.id, id).one(&txn).await?.ok_or_else(Refused::not_found)?;
    if held.revoked_at.is_some() {
        return Ok(());
    }
    let row = device::ActiveModel {
        id: Set(id),
        revoked_at: Set(Some(app.now())),
        revoked_by: Set(Some(organizer.account.account_id)),
        ..Default::default()
    };
    row.update(&txn).await?;
    organizer
        .records(Deed::DeviceRevoked)
        .about("device", id)
        .with(json!({ "name": held.name }))
        .record(&txn, app)
        .await?;
    txn.commit().await
}
