//! Somebody leaves, and takes along what they said: whoever no longer wants to be known here would be known by it.

use sea_orm::EntityTrait;

use super::{member, note};
use crate::app::App;
use crate::error::Error;
use crate::events::event;
use crate::happening::What;
use crate::registrations::access::Participant;

/// Leaves, at any time; again changes nothing.
///
/// # Errors
/// Only faults.
pub async fn leave(app: &App, who: &Participant) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    event::hold_shared(&txn, who.event.id).await?;
    let me = who.registration.id;
    // First the membership: what is being written on it is written before, and goes along.
    member::Entity::delete_by_id(me).exec(&txn).await?;
    note::withdraw(&txn, &[me]).await?;
    txn.commit().await?;
    // What they said in the chat goes from the pages of those who stay.
    app.happenings.announce(who.event.id, What::ChatMoved);
    Ok(())
}
