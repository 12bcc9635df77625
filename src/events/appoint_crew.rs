//! An organizer invites somebody to a role on the evening, and takes the role back.

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
use super::event;
use crate::accounts::address::{mail_address, read_address};
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Refused};
use crate::invitations::invitation::{self, Kind};
use crate::invitations::invite::{self, Purpose};
use crate::invitations::refusals::ROLE_HELD;
use crate::language::Language;
use crate::organizations::{members, organization};

/// Who is to have which role.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Enlistment {
    /// Of somebody with or without an account: they are invited, and have the role when they accept.
    #[garde(custom(mail_address))]
    pub email: String,
    #[garde(skip)]
    pub role: Role,
}

impl From<Role> for Kind {
    fn from(role: Role) -> Self {
        match role {
            Role::Desk => Self::Desk,
            Role::Host => Self::Host,
            Role::Volunteer => Self::Volunteer,
        }
    }
}

impl Role {
    /// The role that somebody was invited to; none where it was something else.
    #[must_use]
    pub fn of_kind(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Desk => Some(Self::Desk),
            Kind::Host => Some(Self::Host),
            Kind::Volunteer => Some(Self::Volunteer),
            Kind::Organizer | Kind::UnitContact | Kind::Participant => None,
        }
    }
}

/// To be there, in the words of a letter.
#[must_use]
pub fn purpose(union: &organization::Model, event: &event::Model, kind: Kind, language: Language) -> Purpose {
    Purpose {
        kind,
        organization_id: event.organization_id,
        event_id: Some(event.id),
        unit_id: None,
        union: union.name_in(language).to_owned(),
        thing: event.titled(language).to_owned(),
    }
}

/// Invites somebody to a role; named twice, it is the same invitation. Says whether it is new.
///
/// # Errors
/// 409 `role_held`; 429.
pub async fn invite(app: &App, by: &Organizer, wish: Enlistment) -> Result<(invitation::Model, bool), Error> {
    let address = read_address(&wish.email)?;
    let txn = app.database.begin_write().await?;
    let grants =
        crew::Entity::find().filter(crew::Column::EventId.eq(by.event.id)).filter(crew::Column::Role.eq(wish.role));
    if members::include(&txn, app, grants.all(&txn).await?.iter().map(|grant| grant.account_id), &address).await? {
        return Err(ROLE_HELD.into());
    }
    let union = organization::Entity::find_by_id(by.event.organization_id).one(&txn).await?;
    let union = union.ok_or_else(Refused::not_found)?;
    let purpose = purpose(&union, &by.event, wish.role.into(), by.account.language);
    let invited = invite::invite(&txn, app, &by.account, &purpose, address).await?;
    txn.commit().await?;
    Ok(invited)
}

/// Gives the role to whoever accepted.
///
/// # Errors
/// 404 where it was no role of an evening; else only faults.
pub async fn accepted(
    txn: &impl ConnectionTrait,
    app: &App,
    invitation: &invitation::Model,
    account: Uuid,
) -> Result<(), Error> {
    let (event_id, role) = invitation.event_id.zip(Role::of_kind(invitation.kind)).ok_or_else(Refused::not_found)?;
    let row = crew::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(event_id),
        account_id: Set(account),
        role: Set(role),
        granted_at: Set(app.now()),
    };
    let unique = [crew::Column::EventId, crew::Column::AccountId, crew::Column::Role];
    let written = crew::Entity::insert(row)
        .on_conflict(OnConflict::columns(unique).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    if written > 0 {
        let detail = json!({ "role": role, "invitation": invitation.id });
        let entry = Deed::CrewEnlisted.by(account).at(invitation.organization_id, event_id).about("account", account);
        entry.with(detail).record(txn, app).await?;
    }
    Ok(())
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
    by.records(Deed::CrewDismissed)
        .about("account", grant.account_id)
        .with(json!({ "role": grant.role }))
        .record(&txn, app)
        .await?;
    txn.commit().await
}
