//! An organizer has looked at something and says what came of it.

use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::Uuid;
use serde_json::json;

use super::review;
use crate::app::App;
use crate::audit;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;

/// Why a review stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSettled {
    NoSuchReview,
    AlreadySettled,
}

impl From<NotSettled> for Error {
    fn from(not: NotSettled) -> Self {
        match not {
            NotSettled::NoSuchReview => Refused::not_found(),
            NotSettled::AlreadySettled => Refused::conflict("already_settled", "Somebody has settled this already."),
        }
        .into()
    }
}

/// Takes a review off the list, with a note that stays. What was recorded at the door stays too.
///
/// # Errors
/// [`NotSettled`].
pub async fn settle_review(app: &App, organizer: &Organizer, id: Uuid, note: &str) -> Result<review::Model, Error> {
    let event = &organizer.event;
    let txn = app.database.begin_write().await?;
    let held = review::Entity::find_for_update(event.id, id).one(&txn).await?.ok_or(NotSettled::NoSuchReview)?;
    if held.settled_at.is_some() {
        return Err(NotSettled::AlreadySettled.into());
    }
    let row = review::ActiveModel {
        id: Set(held.id),
        settled_at: Set(Some(app.now())),
        settled_by: Set(Some(organizer.account.account_id)),
        note: Set(Some(note.to_owned())),
        ..Default::default()
    };
    let settled = row.update(&txn).await?;
    let entry = audit::Entry {
        actor: Some(organizer.account.account_id),
        organization_id: Some(event.organization_id),
        event_id: Some(event.id),
        action: "scan_review_settled",
        subject: Some(("scan_review", held.id)),
        reason: Some(note),
        detail: json!({ "attempt": held.attempt_id, "kind": held.kind }),
    };
    audit::record(&txn, app, entry).await?;
    txn.commit().await?;
    Ok(settled)
}
