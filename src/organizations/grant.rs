//! Somebody is given a role at a union.

use garde::Validate;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::access::OrganizationStaff;
use super::staff::{self, Role};
use crate::accounts::account;
use crate::accounts::address::{MailAddress, mail_address};
use crate::app::App;
use crate::audit;
use crate::error::{Error, FieldError, Refused};

/// Who is to have which role.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// The address of an account.
    #[garde(custom(mail_address))]
    pub email: String,
    #[garde(skip)]
    pub role: Role,
}

/// Nobody has this address.
pub struct UnknownAccount;

impl From<UnknownAccount> for Error {
    fn from(_: UnknownAccount) -> Self {
        Refused::invalid(vec![FieldError::new("email", "unknown_account", "nobody has this account")]).into()
    }
}

/// Grants a role; granted twice, it is the same grant. Says whether it is new.
///
/// # Errors
/// 422 `invalid` with `unknown_account`.
pub async fn grant(app: &App, by: &OrganizationStaff, wish: Appointment) -> Result<(staff::Model, bool), Error> {
    let address = MailAddress::read(&wish.email).map_err(|_| UnknownAccount)?;
    let txn = app.database.begin_write().await?;
    let account = account::Entity::of_email(address.as_str()).lock_shared().one(&txn).await?.ok_or(UnknownAccount)?;
    let row = staff::Model {
        id: app.new_id(),
        organization_id: by.organization.id,
        account_id: account.id,
        role: wish.role,
        granted_at: app.now(),
    };
    let unique = [staff::Column::OrganizationId, staff::Column::AccountId, staff::Column::Role];
    let written = staff::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::columns(unique).do_nothing().to_owned())
        .exec_without_returning(&txn)
        .await?;
    let grant = staff::held(&txn, by.organization.id, account.id, wish.role).await?.ok_or_else(Refused::not_found)?;
    if written > 0 {
        let entry = audit::Entry {
            actor: Some(by.account.account_id),
            organization_id: Some(by.organization.id),
            action: "role_granted",
            subject: Some(("account", account.id)),
            detail: json!({"role": grant.role}),
            ..Default::default()
        };
        audit::record(&txn, app, entry).await?;
    }
    txn.commit().await?;
    Ok((grant, written > 0))
}
