//! An organizer has looked at something and says what came of it.

use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::Uuid;
use serde_json::json;

use super::refusals::ALREADY_SETTLED;
use super::review;
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;

/// Takes a review off the list, with a note that stays. What was recorded at the door stays too.
///
/// # Errors
/// 404 where there is no such review; 409 `already_settled`.
pub async fn settle_review(app: &App, organizer: &Organizer, id: Uuid, note: &str) -> Result<review::Model, Error> {
    let event = &organizer.event;
    let txn = app.database.begin_write().await?;
    let held = review::Entity::find_for_update(event.id, id).one(&txn).await?.ok_or_else(Refused::not_found)?;
    if held.settled_at.is_some() {
        return Err(ALREADY_SETTLED.into());
    }
    let row = review::ActiveModel {
        id: Set(held.id),
        settled_at: Set(Some(app.now())),
        settled_by: Set(Some(organizer.account.account_id)),
        note: Set(Some(note.to_owned())),
        ..Default::default()
    };
    let settled = row.update(&txn).await?;
    organizer
        .records(Deed::ScanReviewSettled)
        .about("scan_review", held.id)
        .because(note)
        .with(json!({ "attempt": held.attempt_id, "kind": held.kind }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(settled)
}
