//! Somebody has forgotten the password.

use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, PaginatorTrait};

use super::address::MailAddress;
use super::{account, knock, letters, one_time, reset_request};
use crate::app::App;
use crate::error::Error;

/// Writes a link to the address if it has an account. The caller hears the same either way.
///
/// # Errors
/// What the database says.
pub async fn forget_password(app: &App, address: &MailAddress) -> Result<(), Error> {
    let minted = one_time::mint(app)?;
    let door = knock::door(app, address);
    let now = app.now();
    let txn = app.database.begin_write().await?;
    if reset_request::Entity::lately(&door, now).count(&txn).await? >= reset_request::LETTERS_AN_HOUR {
        return Ok(());
    }
    let account = account::Entity::of_email(address.as_str()).one(&txn).await?;
    let row = reset_request::ActiveModel {
        id: Set(app.new_id()),
        account_id: Set(account.as_ref().map(|account| account.id)),
        door: Set(door),
        token_digest: Set(minted.digest),
        at: Set(now),
        expires_at: Set(now + TimeDelta::minutes(reset_request::MINUTES)),
    };
    reset_request::Entity::insert(row).exec_without_returning(&txn).await?;
    if let Some(account) = account {
        letters::reset(&txn, app, &account, &minted.text).await?;
    }
    txn.commit().await
}
