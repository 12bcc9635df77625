//! A participant offers to show something, or thinks better of it.

use std::sync::Arc;

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use sea_orm::sea_query::OnConflict;
use serde::Deserialize;
use utoipa::ToSchema;

use super::refusals::NOT_CONFIRMED;
use super::talent;
use crate::app::App;
use crate::body;
use crate::error::Error;
use crate::events::event;
use crate::events::phase::Phase;
use crate::folding;
use crate::registrations::access::Participant;
use crate::registrations::registration::{self, Status};

/// What to show.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TalentOffer)]
pub struct Offer {
    /// 1 to 60 characters.
    #[garde(custom(body::one_line(1, 60)))]
    pub title: String,
}

/// # Errors
/// 409 `phase_closed` or `not_confirmed`.
pub async fn offer(app: &Arc<App>, me: &Participant, offer: &Offer) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, me.event.id).await?;
    event.requires_one_of(app.now(), &[Phase::Confirmation, Phase::OnSite])?;
    let mine = registration::Entity::find_by_id(me.registration.id).one(&txn).await?;
    if mine.is_none_or(|mine| mine.status_at(app.now()) != Status::Confirmed) {
        return Err(NOT_CONFIRMED.into());
    }
    let row = talent::ActiveModel {
        registration_id: Set(me.registration.id),
        event_id: Set(event.id),
        title: Set(folding::line(&offer.title)),
        offered_at: Set(app.now()),
    };
    let anew = OnConflict::column(talent::Column::RegistrationId).update_column(talent::Column::Title).to_owned();
    talent::Entity::insert(row).on_conflict(anew).exec_without_returning(&txn).await?;
    txn.commit().await
}

/// Saying it twice, or without an offer, changes nothing.
///
/// # Errors
/// Only faults.
pub async fn withdraw(app: &Arc<App>, me: &Participant) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    talent::Entity::delete_by_id(me.registration.id).exec(&txn).await?;
    txn.commit().await
}
