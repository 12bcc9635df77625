//! A phone has scanned the QR and becomes a desk.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Select, SqlErr};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::invite;
use crate::accounts::token;
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line;
use crate::checkin::refusals::NO_INVITATION;
use crate::error::refusal::Refusal;
use crate::error::{Error, FieldError, Refused};
use crate::events::device::{self, Standing};
use crate::events::event;

#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pairing {
    /// What the QR carries; it works once.
    #[garde(length(max = 200))]
    #[schema(max_length = 200)]
    pub token: String,
    /// What the device is called at the door.
    #[garde(custom(one_line(1, 30)))]
    #[schema(min_length = 1, max_length = 30, example = "东门 1")]
    pub name: String,
}

/// A desk, and the token it shows from now on.
pub struct Paired {
    pub device: device::Model,
    pub event: event::Model,
    pub token: String,
}

/// The event an invitation leads to, while it is open. Looking at it does not use it up: phones and
/// messengers open links by themselves.
///
/// # Errors
/// 404 `no_invitation`.
pub async fn invitation(app: &App, token: &str) -> Result<event::Model, Error> {
    let db = app.database.reader();
    let invited = open(app, invited(token)?.one(db).await?, token)?;
    Ok(event::Entity::find_by_id(invited.event_id).one(db).await?.ok_or(NO_INVITATION)?)
}

fn invited(token: &str) -> Result<Select<device::Entity>, Refusal> {
    let digest = token::digest(token).ok_or(NO_INVITATION)?;
    Ok(device::Entity::find().filter(device::Column::InvitationDigest.eq(digest)))
}

/// The row's own event is in the token: an invitation that was given another one opens nothing there.
fn open(app: &App, invited: Option<device::Model>, token: &str) -> Result<device::Model, Refusal> {
    let device = invited.filter(|device| device.standing(app.now()) == Standing::Invited);
    let own = |device: &device::Model| invite::token(app, device.id, device.event_id) == token;
    device.filter(own).ok_or(NO_INVITATION)
}

/// Uses an invitation up: of any number of phones that scan one QR, one becomes a desk.
///
/// # Errors
/// 404 `no_invitation`; 422 on `name` where another device has it.
pub async fn pair(app: &App, pairing: &Pairing) -> Result<Paired, Error> {
    let minted = token::mint(app)?;
    let name = pairing.name.trim();
    let txn = app.database.begin_write().await?;
    let invited = open(app, invited(&pairing.token)?.lock_exclusive().one(&txn).await?, &pairing.token)?;
    let event = event::Entity::find_by_id(invited.event_id).one(&txn).await?.ok_or(NO_INVITATION)?;
    let namesake = device::Entity::of_event(event.id)
        .filter(device::Column::Name.eq(name))
        .filter(device::Column::RevokedAt.is_null());
    if namesake.one(&txn).await?.is_some() {
        return Err(name_taken());
    }
    let row = device::ActiveModel {
        id: Set(invited.id),
        name: Set(Some(name.to_owned())),
        token_bond: Set(Some(device::bond(app, invited.id, event.id, &minted.digest))),
        token_digest: Set(Some(minted.digest)),
        paired_at: Set(Some(app.now())),
        ..Default::default()
    };
    // Two phones with two invitations may say the same name at the same moment: the schema decides.
    let device = match row.update(&txn).await {
        Err(fault) if matches!(fault.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            return Err(name_taken());
        }
        updated => updated?,
    };
    Deed::DevicePaired
        .by(invited.invited_by)
        .at(event.organization_id, event.id)
        .about("device", invited.id)
        .with(json!({ "name": name }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(Paired { device, event, token: minted.text })
}

fn name_taken() -> Error {
    Refused::invalid(vec![FieldError::new("name", "name_taken", "another device is called this already")]).into()
}
