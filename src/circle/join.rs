//! Somebody who came joins.

use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use sea_orm::sea_query::OnConflict;

use super::{entrance, member};
use crate::app::App;
use crate::checkin::presence;
use crate::error::{Error, Refused};
use crate::events::event;
use crate::registrations::access::Participant;

pub enum NotJoined {
    /// Nobody let them in on the evening.
    DidNotCome,
}

impl From<NotJoined> for Error {
    fn from(reason: NotJoined) -> Self {
        match reason {
            NotJoined::DidNotCome => Refused::forbidden("did_not_come", "The circle is for those who came.").into(),
        }
    }
}

/// Joins; again changes nothing.
///
/// # Errors
/// [`NotJoined`]; what [`entrance::open`] says.
pub async fn join(app: &App, who: &Participant) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, who.event.id).await?;
    let now = app.now();
    entrance::open(&txn, &event, now).await?;
    if !presence::came(&txn, who.registration.id).await? {
        return Err(NotJoined::DidNotCome.into());
    }
    let row =
        member::ActiveModel { registration_id: Set(who.registration.id), event_id: Set(event.id), joined_at: Set(now) };
    let once = OnConflict::new().do_nothing().to_owned();
    member::Entity::insert(row).on_conflict(once).exec_without_returning(&txn).await?;
    Ok(txn.commit().await?)
}
