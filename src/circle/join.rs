//! Somebody who came joins.

use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use sea_orm::sea_query::OnConflict;

use super::refusals::DID_NOT_COME;
use super::{entrance, member};
use crate::app::App;
use crate::checkin::presence;
use crate::error::Error;
use crate::events::event;
use crate::registrations::access::Participant;

/// Joins; again changes nothing.
///
/// # Errors
/// 403 `did_not_come`; what [`entrance::open`] says.
pub async fn join(app: &App, who: &Participant) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, who.event.id).await?;
    let now = app.now();
    entrance::open(&txn, &event, now).await?;
    if !presence::came(&txn, who.registration.id).await? {
        return Err(DID_NOT_COME.into());
    }
    let row =
        member::ActiveModel { registration_id: Set(who.registration.id), event_id: Set(event.id), joined_at: Set(now) };
    let once = OnConflict::new().do_nothing().to_owned();
    member::Entity::insert(row).on_conflict(once).exec_without_returning(&txn).await?;
    txn.commit().await
}
