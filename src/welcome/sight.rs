//! An invitation as whoever was invited sees it: who invites to what, and what their list says.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Refused};
use crate::events::{appoint_crew, event};
use crate::invitations::invitation::{self, Kind, State};
use crate::invitations::invite::Purpose;
use crate::invitations::invited_person::{self, InvitedPerson};
use crate::language::Language;
use crate::organizations::{grant, organization, staff};
use crate::units::{appoint, unit};

/// Who invites one to what.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = InvitationToMe)]
pub struct Sight {
    pub id: Uuid,
    pub kind: Kind,
    pub state: State,
    /// What the union is called that invites.
    pub union: String,
    /// What the event, the unit or the union is called that one is invited to.
    pub thing: String,
    /// Of an event: its slug.
    pub event: Option<String>,
    /// Of an invitation to take part: where their list says that one works.
    pub unit: Option<String>,
    /// What their list says of one.
    pub words: Option<InvitedPerson>,
    pub invited_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// What somebody is invited to, in the words of a language.
///
/// # Errors
/// 404 where it is gone.
pub async fn purpose(
    db: &impl ConnectionTrait,
    invitation: &invitation::Model,
    language: Language,
) -> Result<Purpose, Error> {
    let union = organization::Entity::find_by_id(invitation.organization_id).one(db).await?;
    let union = union.ok_or_else(Refused::not_found)?;
    Ok(match invitation.kind {
        Kind::Organizer => grant::purpose(&union, staff::Role::Organizer, language),
        Kind::UnitContact => {
            let unit = unit::Entity::find_by_id(invitation.unit_id.unwrap_or_default()).one(db).await?;
            appoint::purpose(&union, &unit.ok_or_else(Refused::not_found)?, language)
        }
        kind @ (Kind::Desk | Kind::Host | Kind::Volunteer | Kind::Participant) => {
            let event = event::Entity::find_by_id(invitation.event_id.unwrap_or_default()).one(db).await?;
            appoint_crew::purpose(&union, &event.ok_or_else(Refused::not_found)?, kind, language)
        }
    })
}

/// What one sees of an invitation to oneself.
///
/// # Errors
/// 404 where what it is for is gone.
pub async fn of(
    db: &impl ConnectionTrait,
    app: &App,
    invitation: &invitation::Model,
    language: Language,
) -> Result<Sight, Error> {
    let purpose = purpose(db, invitation, language).await?;
    let event = match invitation.event_id {
        Some(id) => event::Entity::find_by_id(id).one(db).await?.map(|event| event.slug),
        None => None,
    };
    let unit = match invitation.unit_id.filter(|_| invitation.kind == Kind::Participant) {
        Some(id) => unit::Entity::find_by_id(id).one(db).await?.map(|unit| unit.name),
        None => None,
    };
    Ok(Sight {
        id: invitation.id,
        kind: invitation.kind,
        state: invitation.state_at(app.now()),
        union: purpose.union,
        thing: purpose.thing,
        event,
        unit,
        words: invited_person::of(app, invitation)?,
        invited_at: invitation.invited_at,
        expires_at: invitation.expires_at,
    })
}
