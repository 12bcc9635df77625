//! Where everybody of an event stands: so far, or by the run. Whatever anybody is told of a rank, of the cut line and
//! of how far it is, is asked here.

use std::sync::Arc;

use super::order;
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::points::board::{self, Board};
use crate::registrations::registration::Side;

/// As everybody sees it, at most two seconds old.
pub async fn of_event(app: &Arc<App>, event: &event::Model) -> Result<Arc<Board>, Fault> {
    settled(app, board::of_event(app, event).await?, event).await
}

/// As it is now, for whoever is told where they stand themselves.
pub async fn anew(app: &App, event: &event::Model) -> Result<Arc<Board>, Fault> {
    settled(app, board::anew(app, event).await?, event).await
}

async fn settled(app: &App, board: Arc<Board>, event: &event::Model) -> Result<Arc<Board>, Fault> {
    let Some(order) = order::of_event(app, app.database.reader(), event.id).await? else { return Ok(board) };
    let [men, women] = [Side::Men, Side::Women].map(|side| order.ladder(side, board.side(side)));
    Ok(Arc::new(Board { men, women, at: board.at }))
}
