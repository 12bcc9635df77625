//! What people of one house call each other where a deed is told: nickname (or, of whoever only works here, the name) and mail address.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use uuid::Uuid;

use super::address::address_to_unicode;
use super::{account, profile};
use crate::app::App;
use crate::error::Fault;

/// The names of accounts; those that are gone have none.
pub async fn load_display_names(
    db: &impl ConnectionTrait,
    app: &App,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, String>, Fault> {
    let accounts = account::Entity::alive().filter(account::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    let nicknames = profile::nicknames(db, ids).await?;
    let name = |account: account::Model| {
        let email = address_to_unicode(&account.address(&app.secrets)?);
        let name = match nicknames.get(&account.id).or(account.name.as_ref()) {
            Some(nickname) => format!("{nickname} · {email}"),
            None => email,
        };
        Ok((account.id, name))
    };
    accounts.into_iter().map(name).collect()
}
