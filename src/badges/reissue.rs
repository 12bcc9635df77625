//! A code was lost or passed on: the badge gets another one.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveModelTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::code::Secret;
use super::letters::{self, Occasion};
use super::number::Number;
use super::{badge, code};
use crate::accounts::recipient;
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::mail::letter;
use crate::registrations::registration;
use crate::screening::place;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reissue {
    /// Goes into the audit log.
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// Gives a badge a new code, revokes the old one from this moment on, and writes to the owner. The
/// number stays.
///
/// # Errors
/// 404 where nobody at this event wears the number.
pub async fn reissue(app: &App, organizer: &Organizer, worn: Number, reason: &str) -> Result<badge::Model, Error> {
    let event = &organizer.event;
    let txn = app.database.begin_write().await?;
    let held = badge::Entity::of_event(event.id)
        .filter(badge::Column::Side.eq(worn.side))
        .filter(badge::Column::Number.eq(worn.number))
        .lock_exclusive()
        .one(&txn)
        .await?;
    let badge = held.ok_or_else(Refused::not_found)?;
    if let Some(old) = code::valid_for(&txn, badge.id).await? {
        let revoked = code::ActiveModel { id: Set(old.id), revoked_at: Set(Some(app.now())), ..Default::default() };
        revoked.update(&txn).await?;
    }
    Secret::fresh(app)?.row(app, badge.id)?.insert(&txn).await?;
    if let Some(owner) = registration::Entity::find_by_id(badge.registration_id).one(&txn).await? {
        let recipients = recipient::find_all(&txn, app, [owner.account_id]).await?;
        let to = (&recipients, owner.account_id);
        let place = place::of_people(&txn, event, [owner.id]).await?.of(event, owner.id);
        if let Some(letter) = letters::letter(app, event, to, Occasion::Badge, (badge.worn(), &place))? {
            letter::post(&txn, app, letter).await?;
        }
    }
    organizer
        .records(Deed::BadgeReissued)
        .about("badge", badge.id)
        .because(reason)
        .with(json!({ "badge": badge.label() }))
        .record(&txn, app)
        .await?;
    txn.commit_telling(&badge).await?;
    Ok(badge)
}
