//! An organizer moves an event into another phase by hand, and says why.

use crate::app::App;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::event;
use crate::events::move_phase::{Move, shift_phase};
use crate::happening::What;
use crate::screening::{deadline, promised};

/// Begins a phase now.
///
/// # Errors
/// 409 `not_published`; 409 `already_there` or `phase_passed` with the present phase.
pub async fn move_on(app: &App, by: &Organizer, wish: Move) -> Result<event::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, by.event.id).await?;
    let earliest = promised::earliest(&txn, &event).await?;
    let event = shift_phase(&txn, app, by, event, &wish, earliest).await?;
    deadline::bring_forward(&txn, &event).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::PhaseMoved);
    Ok(event)
}
