//! Whom a letter to an account goes to.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use uuid::Uuid;

use super::{account, profile};
use crate::app::App;
use crate::database::IDS_A_STATEMENT;
use crate::error::Fault;
pub use crate::mail::recipient::Recipient;

/// The owner of an account, by the name a letter calls them.
///
/// # Errors
/// A fault where the address was not sealed for this account.
pub fn of(app: &App, account: &account::Model, nickname: &str) -> Result<Recipient, Fault> {
    Ok(Recipient {
        account_id: Some(account.id),
        address: account.address(&app.secrets)?,
        language: account.language,
        nickname: nickname.to_owned(),
    })
}

/// The owner of the account with this id; None where it was erased.
pub async fn find(db: &impl ConnectionTrait, app: &App, account_id: Uuid) -> Result<Option<Recipient>, Fault> {
    Ok(find_all(db, app, [account_id]).await?.remove(&account_id))
}

/// The owners of these accounts, without those that were erased.
pub async fn find_all(
    db: &impl ConnectionTrait,
    app: &App,
    account_ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Recipient>, Fault> {
    let account_ids: Vec<Uuid> = account_ids.into_iter().collect();
    let mut found = HashMap::with_capacity(account_ids.len());
    for some in account_ids.chunks(IDS_A_STATEMENT) {
        let ids = account::Column::Id.is_in(some.iter().copied());
        let nicknames = profile::nicknames(db, some.iter().copied()).await?;
        for account in account::Entity::alive().filter(ids).all(db).await? {
            let nickname = nicknames.get(&account.id).map_or("", String::as_str);
            found.insert(account.id, of(app, &account, nickname)?);
        }
    }
    Ok(found)
}
