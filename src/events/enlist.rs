//! An organizer gives somebody a role on the evening, and takes it back.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ModelTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Organizer;
use super::crew::{self, Role};
use crate::accounts::account;
use crate::accounts::address::MailAddress;
use crate::app::App;
use crate::audit;
use crate::body::one_line_or_none;
use crate::error::{Error, FieldError, Refused};

/// Who is to have which role; named by mail address or by account.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Enlistment {
    #[garde(custom(one_line_or_none(3, 254)))]
    pub email: Option<String>,
    #[garde(skip)]
    pub account_id: Option<Uuid>,
    #[garde(skip)]
    pub role: Role,
}

pub enum NotEnlisted {
    /// Neither or both of address and account were given.
    NobodyNamed,
    UnknownAccount(&'static str),
}

impl From<NotEnlisted> for Error {
    fn from(reason: NotEnlisted) -> Self {
        let (field, code, message) = match reason {
            NotEnlisted::NobodyNamed => ("email", "nobody_named", "give either email or account_id"),
            NotEnlisted::UnknownAccount(field) => (field, "unknown_account", "nobody has this account"),
        };
        Refused::invalid(vec![FieldError::new(field, code, message)]).into()
    }
}

/// Grants a role; granted twice, it is the same grant. Says whether it is new.
///
/// # Errors
/// As [`NotEnlisted`].
pub async fn enlist(app: &App, by: &Organizer, wish: Enlistment) -> Result<(crew::Model, bool), Error> {
    let txn = app.database.begin_write().await?;
    let account = named(&txn, &wish).await?;
    let row = crew::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(by.event.id),
        account_id: Set(account.id),
        role: Set(wish.role),
        granted_at: Set(app.now()),
    };
    let unique = [crew::Column::EventId, crew::Column::AccountId, crew::Column::Role];
    let written = crew::Entity::insert(row)
        .on_conflict(OnConflict::columns(unique).do_nothing().to_owned())
        .exec_without_returning(&txn)
        .await?;
    let grant = crew::Entity::find()
        .filter(crew::Column::EventId.eq(by.event.id))
        .filter(crew::Column::AccountId.eq(account.id))
        .filter(crew::Column::Role.eq(wish.role))
        .one(&txn)
        .await?;
    let grant = grant.ok_or_else(Refused::not_found)?;
    if written > 0 {
        audit::record(&txn, app, entry(by, &grant, "crew_enlisted")).await?;
    }
    txn.commit().await?;
    Ok((grant, written > 0))
}

async fn named(txn: &impl ConnectionTrait, wish: &Enlistment) -> Result<account::Model, Error> {
    let (found, field) = match (&wish.email, wish.account_id) {
        (Some(email), None) => {
            let Ok(email) = MailAddress::read(email) else { return Err(NotEnlisted::UnknownAccount("email").into()) };
            let account = account::Entity::alive().filter(account::Column::Email.eq(email.as_str())).one(txn).await?;
            (account, "email")
        }
        (None, Some(id)) => (account::find(txn, id).await?, "account_id"),
        _ => return Err(NotEnlisted::NobodyNamed.into()),
    };
    Ok(found.ok_or(NotEnlisted::UnknownAccount(field))?)
}

/// Takes a grant back.
///
/// # Errors
/// 404 where this event has no such grant.
pub async fn dismiss(app: &App, by: &Organizer, id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let grant = crew::Entity::find_by_id(id).filter(crew::Column::EventId.eq(by.event.id)).one(&txn).await?;
    let grant = grant.ok_or_else(Refused::not_found)?;
    grant.clone().delete(&txn).await?;
    audit::record(&txn, app, entry(by, &grant, "crew_dismissed")).await?;
    txn.commit().await
}

fn entry<'a>(by: &Organizer, grant: &crew::Model, action: &'static str) -> audit::Entry<'a> {
    audit::Entry {
        actor: Some(by.account.account_id),
        organization_id: Some(by.event.organization_id),
        event_id: Some(by.event.id),
        action,
        subject: Some(("account", grant.account_id)),
        detail: json!({ "role": grant.role }),
        ..Default::default()
    }
}
