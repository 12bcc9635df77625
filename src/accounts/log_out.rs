//! A program signs out.

use super::{refresh_token, token, token_family};
use crate::app::App;
use crate::error::Error;

/// Ends the sign-in a refresh token belongs to. An unknown token has nothing to end, and the
/// caller hears the same.
///
/// # Errors
/// What the database says.
pub async fn log_out(app: &App, token: &str) -> Result<(), Error> {
    let Some(digest) = token::digest(token) else { return Ok(()) };
    let txn = app.database.begin_write().await?;
    let Some(token) = refresh_token::Entity::of_digest(digest).one(&txn).await? else { return Ok(()) };
    if let Some(family) = token_family::Entity::find_for_update(token.family_id).one(&txn).await? {
        family.revoke(&txn, app.now()).await?;
    }
    txn.commit().await
}
