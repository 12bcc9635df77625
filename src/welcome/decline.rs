//! Somebody says no. Nothing is made of it, and nothing is said of them.

use uuid::Uuid;

use super::accept::own;
use crate::accounts::{SignedIn, token};
use crate::app::App;
use crate::error::Error;
use crate::invitations::invitation::{self, State};
use crate::invitations::refusals::TOKEN_INVALID;

/// Declines an invitation to one's own address.
///
/// # Errors
/// 404 where it is to somebody else; 409 `invitation_over`.
pub async fn decline(app: &App, by: &SignedIn, id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let (_, held) = own(&txn, app, by, id).await?;
    held.end(&txn, State::Declined, None, app.now()).await?;
    txn.commit().await
}

/// Declines for whoever holds the letter: no needs no account.
///
/// # Errors
/// 422 `token_invalid`; 409 `invitation_over`.
pub async fn decline_shown(app: &App, token: &str) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let sent = invitation::find_by_token(&txn, app, token).await?.ok_or(TOKEN_INVALID)?;
    let held = invitation::hold(&txn, sent.id).await?;
    if token::digest(token).as_ref() != Some(&held.token_digest) {
        return Err(TOKEN_INVALID.into());
    }
    held.end(&txn, State::Declined, None, app.now()).await?;
    txn.commit().await
}
