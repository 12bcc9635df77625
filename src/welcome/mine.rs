//! The invitations one may answer.

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::sight::{self, Sight};
use crate::accounts::account;
use crate::app::App;
use crate::error::{Error, Refused};
use crate::invitations::invitation;
use crate::language::Language;

/// The open ones to the address of an account.
///
/// # Errors
/// 401 where the account is gone.
pub async fn open(
    db: &impl ConnectionTrait,
    app: &App,
    account: Uuid,
    language: Language,
) -> Result<Vec<Sight>, Error> {
    let account = account::find(db, account).await?.ok_or_else(Refused::not_signed_in)?;
    let mut seen = Vec::new();
    for row in invitation::to_address(app, &account.address(&app.secrets)?).all(db).await? {
        if row.is_bound(app) {
            seen.push(sight::of(db, app, &row, language).await?);
        }
    }
    Ok(seen)
}
