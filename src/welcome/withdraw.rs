//! Whoever invited takes it back. Its link is dead from then on.

use serde_json::json;

use super::access::Inviter;
use crate::app::App;
use crate::audit::Deed;
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
    Deed::InvitationWithdrawn
        .by(by.account.account_id)
        .of_union(ended.organization_id)
        .of_event(ended.event_id)
        .about("invitation", ended.id)
        .with(json!({ "kind": ended.kind }))
        .record(&txn, app)
        .await?;
    txn.commit().await
}
