//! Somebody signs out everywhere else: a phone was lost, or a friend's was used.

use super::signed_in::SignedIn;
use super::{session, token_family};
use crate::app::App;
use crate::error::Error;

/// Ends every session and sign-in of the caller's but the one they ask with.
///
/// # Errors
/// Only faults.
pub async fn end_others(app: &App, who: &SignedIn) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    session::Entity::end_all(&txn, who.account_id, who.via.session()).await?;
    token_family::Entity::revoke_all(&txn, who.account_id, who.via.sign_in(), app.now()).await?;
    txn.commit().await
}
