//! Whoever invited takes it back. Its link is dead from then on.

use serde_json::json;

use super::access::Inviter;
use crate::app::App;
use crate::audit;
use crate::error::Error;
use crate::invitations::invitation::{self, State};

/// Withdraws an open invitation.
///
/// # Errors
/// 409 `invitation_over`.
pub async fn withdraw(app: &App, by: &Inviter) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let held = invitation::hold(&txn, by.invitation).await?;
    let ended = held.end(&txn, State::Withdrawn, None, app.now()).await?;
    let entry = audit::Entry {
        actor: Some(by.account.account_id),
        organization_id: Some(ended.organization_id),
        event_id: ended.event_id,
        action: "invitation_withdrawn",
        subject: Some(("invitation", ended.id)),
        detail: json!({ "kind": ended.kind }),
        ..Default::default()
    };
    audit::record(&txn, app, entry).await?;
    Ok(txn.commit().await?)
}
