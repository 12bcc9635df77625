//! Where everybody of an event stands: so far, or by the run. Whatever anybody is told of a rank, of the cut line and
//! of how far it is, is asked here.

use std::sync::Arc;

use super::order;
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::points::board::{self, Board};
use crate::registrations::registration::Side;

/// As everybody sees it, at most two seconds old. Who has left since a run has no name, keeps their place and is shown
/// to nobody.
pub async fn of_event(app: &Arc<App>, event: &event::Model) -> Result<Arc<Board>, Fault> {
    let living = board::of_event(app, event).await?;
    let Some(order) = order::of_event(app, app.database.reader(), event.id).await? else { return Ok(living) };
    let [men, women] = [Side::Men, Side::Women].map(|side| {
        let living = living.side(side);
        let name = |id| living.of_person(id).map(|(_, rung)| rung.nickname.clone()).unwrap_or_default();
        order.side(side).named(name)
    });
    Ok(Arc::new(Board { men, women, at: living.at }))
}

/// As it is now, for whoever is told where they stand themselves; without names once a run has placed everybody.
pub async fn anew(app: &App, event: &event::Model) -> Result<Arc<Board>, Fault> {
    match order::of_event(app, app.database.reader(), event.id).await? {
        Some(order) => Ok(order),
        None => board::anew(app, event).await,
    }
}
