//! What this room holds about a person, and how it forgets it.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{roster_entry, unit_contact};
use crate::accounts::address::MailAddress;
use crate::app::App;
use crate::error::Fault;

/// For which units the person speaks, and which say that the person works there.
pub async fn export(db: &impl ConnectionTrait, app: &App, account: Uuid, email: &str) -> Result<Value, Fault> {
    let contacts = unit_contact::Entity::find().filter(unit_contact::Column::AccountId.eq(account)).all(db).await?;
    let entries = match MailAddress::read(email) {
        Ok(address) => {
            roster_entry::Entity::find()
                .filter(roster_entry::Column::EmailDigest.eq(roster_entry::digest_of(app, &address)))
                .all(db)
                .await?
        }
        Err(_) => Vec::new(),
    };
    let speaks_for = contacts.iter().map(|row| json!({"unit_id": row.unit_id, "granted_at": row.granted_at}));
    let listed_by = entries.iter().map(|row| json!({"unit_id": row.unit_id, "added_at": row.added_at}));
    Ok(json!({"speaks_for": speaks_for.collect::<Vec<_>>(), "listed_by": listed_by.collect::<Vec<_>>()}))
}

/// Strikes the person from every roster and list of contacts.
pub async fn erase(txn: &impl ConnectionTrait, app: &App, account: Uuid, email: &str) -> Result<(), Fault> {
    unit_contact::Entity::delete_many().filter(unit_contact::Column::AccountId.eq(account)).exec(txn).await?;
    if let Ok(address) = MailAddress::read(email) {
        let digest = roster_entry::digest_of(app, &address);
        roster_entry::Entity::delete_many().filter(roster_entry::Column::EmailDigest.eq(digest)).exec(txn).await?;
    }
    Ok(())
}
