//! When a room was closed or the chat has ended, what was said there is erased with its pictures and reports.

use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::room::Column;
use super::{entrance, line, room};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::events::event;

/// Erases the rooms that have ended. Safe to repeat, and in several processes at once.
///
/// # Errors
/// Only faults.
pub async fn due(app: &App) -> Result<(), Error> {
    let db = app.database.reader();
    let full = room::Entity::find().filter(Expr::col(Column::Last).gt(Expr::col(Column::Erased))).all(db).await?;
    for room in full {
        let Some(event) = event::Entity::find_by_id(room.event_id).one(db).await? else { continue };
        let _ = event::leave_out_faulty(event.id, forget_if_over(app, &event, &room).await);
    }
    sweep_up(app).await
}

/// Whether something was erased or taken down since the tables were swept.
#[derive(Default)]
struct Erasures(AtomicBool);

/// Where it stood.
const TOUCHED: [&str; 3] = ["chat_line", "chat_photo", "chat_report"];

/// Notes that something was erased or taken down: the next round gives back to the tables what its rows took.
pub fn mark_erasure(app: &App) {
    app.extensions.get_or_default::<Erasures>().0.store(true, Ordering::Relaxed);
}

async fn sweep_up(app: &App) -> Result<(), Error> {
    if app.extensions.get_or_default::<Erasures>().0.swap(false, Ordering::Relaxed) {
        app.database.sweep_up(&TOUCHED).await?;
    }
    Ok(())
}

async fn forget_if_over(app: &App, event: &event::Model, room: &room::Model) -> Result<(), Error> {
    let over = is_over(app, app.database.reader(), event, room).await?;
    if over { forget(app, event.id, room.id).await } else { Ok(()) }
}

async fn is_over(
    app: &App,
    db: &impl ConnectionTrait,
    event: &event::Model,
    room: &room::Model,
) -> Result<bool, Fault> {
    // Where the chat was only unticked nobody comes in, and it is there again when it is ticked.
    if room.closed_at.is_some() {
        return Ok(true);
    }
    entrance::is_over(db, event, app.now()).await
}

async fn forget(app: &App, event_id: Uuid, room_id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, event_id).await?;
    // Whoever writes holds the room: what was accepted at the last moment is there, and goes too.
    let room = room::hold_by_id(&txn, room_id).await?;
    if is_over(app, &txn, &event, &room).await? {
        line::Entity::delete_many().filter(line::Column::RoomId.eq(room.id)).exec(&txn).await?;
        let last = room.last;
        let mut row = room.into_active_model();
        row.erased = Set(last);
        row.update(&txn).await?;
    }
    txn.commit().await?;
    mark_erasure(app);
    Ok(())
}
