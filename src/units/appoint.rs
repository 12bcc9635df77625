//! A union says who speaks for a unit, and who no longer does.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::access::UnitKeeper;
use super::unit_contact;
use crate::accounts::account;
use crate::accounts::address::MailAddress;
use crate::app::App;
use crate::audit;
use crate::error::{Error, Refused};
use crate::organizations::grant::UnknownAccount;

/// Appoints a contact; appointed twice, it is the same. Says whether it is new.
///
/// # Errors
/// 422 `invalid` with `unknown_account`.
pub async fn appoint(app: &App, by: &UnitKeeper, email: &str) -> Result<(unit_contact::Model, bool), Error> {
    let address = MailAddress::read(email).map_err(|_| UnknownAccount)?;
    let txn = app.database.begin_write().await?;
    let account = account::Entity::of_email(address.as_str()).lock_shared().one(&txn).await?.ok_or(UnknownAccount)?;
    let row =
        unit_contact::Model { id: app.new_id(), unit_id: by.unit.id, account_id: account.id, granted_at: app.now() };
    let unique = [unit_contact::Column::UnitId, unit_contact::Column::AccountId];
    let written = unit_contact::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::columns(unique).do_nothing().to_owned())
        .exec_without_returning(&txn)
        .await?;
    let contact = unit_contact::Entity::find()
        .filter(unit_contact::Column::UnitId.eq(by.unit.id))
        .filter(unit_contact::Column::AccountId.eq(account.id))
        .one(&txn)
        .await?
        .ok_or_else(Refused::not_found)?;
    if written > 0 {
        audit::record(&txn, app, entry(by, account.id, "unit_contact_appointed")).await?;
    }
    txn.commit().await?;
    Ok((contact, written > 0))
}

/// Dismisses a contact, from the next request on.
///
/// # Errors
/// 404.
pub async fn dismiss(app: &App, by: &UnitKeeper, contact: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let contact = unit_contact::Entity::find_by_id(contact)
        .filter(unit_contact::Column::UnitId.eq(by.unit.id))
        .one(&txn)
        .await?
        .ok_or_else(Refused::not_found)?;
    audit::record(&txn, app, entry(by, contact.account_id, "unit_contact_dismissed")).await?;
    contact.delete(&txn).await?;
    txn.commit().await
}

fn entry(by: &UnitKeeper, account: Uuid, action: &'static str) -> audit::Entry<'static> {
    audit::Entry {
        actor: Some(by.account.account_id),
        organization_id: Some(by.unit.organization_id),
        action,
        subject: Some(("account", account)),
        detail: serde_json::json!({"unit_id": by.unit.id}),
        ..Default::default()
    }
}
