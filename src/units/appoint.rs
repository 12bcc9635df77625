//! A union invites somebody to speak for a unit, and says who no longer does.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::access::UnitKeeper;
use super::{unit, unit_contact};
use crate::accounts::address::read_address;
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Refused};
use crate::invitations::invitation::{self, Kind};
use crate::invitations::invite::{self, Purpose};
use crate::invitations::refusals::ROLE_HELD;
use crate::language::Language;
use crate::organizations::{members, organization};

/// To speak for a unit, in the words of a letter.
#[must_use]
pub fn purpose(union: &organization::Model, unit: &unit::Model, language: Language) -> Purpose {
    Purpose {
        kind: Kind::UnitContact,
        organization_id: union.id,
        event_id: None,
        unit_id: Some(unit.id),
        union: union.name_in(language).to_owned(),
        thing: unit.name.clone(),
    }
}

/// Invites somebody to be a contact; named twice, it is the same invitation. Says whether it is new.
///
/// # Errors
/// 409 `role_held`; 422 `invalid`; 429.
pub async fn invite(app: &App, by: &UnitKeeper, email: &str) -> Result<(invitation::Model, bool), Error> {
    let address = read_address(email)?;
    let txn = app.database.begin_write().await?;
    let contacts = unit_contact::Entity::find().filter(unit_contact::Column::UnitId.eq(by.unit.id)).all(&txn).await?;
    if members::include(&txn, app, contacts.iter().map(|contact| contact.account_id), &address).await? {
        return Err(ROLE_HELD.into());
    }
    let purpose = purpose(&by.union, &by.unit, by.account.language);
    let invited = invite::invite(&txn, app, &by.account, &purpose, address).await?;
    txn.commit().await?;
    Ok(invited)
}

/// Appoints whoever accepted.
///
/// # Errors
/// 404 where the unit is gone; else only faults.
pub async fn accepted(
    txn: &impl ConnectionTrait,
    app: &App,
    invitation: &invitation::Model,
    account: Uuid,
) -> Result<(), Error> {
    let unit_id = invitation.unit_id.ok_or_else(Refused::not_found)?;
    let row = unit_contact::Model { id: app.new_id(), unit_id, account_id: account, granted_at: app.now() };
    let unique = [unit_contact::Column::UnitId, unit_contact::Column::AccountId];
    let written = unit_contact::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::columns(unique).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    if written > 0 {
        let entry = Deed::UnitContactAppointed.by(account).of_union(invitation.organization_id);
        entry.about("account", account).with(json!({ "unit_id": unit_id })).record(txn, app).await?;
    }
    Ok(())
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
    let entry = Deed::UnitContactDismissed.by(by.account.account_id).of_union(by.unit.organization_id);
    entry.about("account", contact.account_id).with(json!({ "unit_id": by.unit.id })).record(&txn, app).await?;
    contact.delete(&txn).await?;
    txn.commit().await
}
