//! Somebody is invited to a role at a union, and has it once they accept.

use garde::Validate;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::OrganizationStaff;
use super::members;
use super::organization;
use super::staff::{self, Role};
use crate::accounts::address::{mail_address, read_address};
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Fault};
use crate::invitations::invitation::{self, Kind};
use crate::invitations::invite::{self, Purpose};
use crate::invitations::refusals::ROLE_HELD;
use crate::language::Language;

/// Who is to have which role.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// Of somebody with or without an account: they are invited, and appointed when they accept.
    #[garde(custom(mail_address))]
    pub email: String,
    #[garde(skip)]
    pub role: Role,
}

/// To work for a union, in the words of a letter.
#[must_use]
pub fn purpose(union: &organization::Model, role: Role, language: Language) -> Purpose {
    let kind = match role {
        Role::Organizer => Kind::Organizer,
    };
    let name = union.name_in(language).to_owned();
    Purpose { kind, organization_id: union.id, event_id: None, unit_id: None, thing: name.clone(), union: name }
}

/// Invites somebody to a role; named twice, it is the same invitation. Says whether it is new.
///
/// # Errors
/// 409 `role_held`; 429.
pub async fn invite(app: &App, by: &OrganizationStaff, wish: Appointment) -> Result<(invitation::Model, bool), Error> {
    let address = read_address(&wish.email)?;
    let txn = app.database.begin_write().await?;
    let grants = staff::Entity::find()
        .filter(staff::Column::OrganizationId.eq(by.organization.id))
        .filter(staff::Column::Role.eq(wish.role));
    if members::include(&txn, app, grants.all(&txn).await?.iter().map(|grant| grant.account_id), &address).await? {
        return Err(ROLE_HELD.into());
    }
    let purpose = purpose(&by.organization, wish.role, by.account.language);
    let invited = invite::invite(&txn, app, &by.account, &purpose, address).await?;
    txn.commit().await?;
    Ok(invited)
}

/// Grants the role to whoever accepted.
pub async fn accepted(
    txn: &impl ConnectionTrait,
    app: &App,
    invitation: &invitation::Model,
    account: Uuid,
) -> Result<(), Fault> {
    let role = Role::Organizer;
    let row = staff::Model {
        id: app.new_id(),
        organization_id: invitation.organization_id,
        account_id: account,
        role,
        granted_at: app.now(),
    };
    let unique = [staff::Column::OrganizationId, staff::Column::AccountId, staff::Column::Role];
    let written = staff::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::columns(unique).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    if written > 0 {
        Deed::RoleGranted
            .by(account)
            .of_union(invitation.organization_id)
            .about("account", account)
            .with(json!({ "role": role, "invitation": invitation.id }))
            .record(txn, app)
            .await?;
    }
    Ok(())
}
