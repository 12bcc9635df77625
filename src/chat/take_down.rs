//! Somebody takes down what they said.

use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::line::{self, State};
use super::pay::pay;
use super::refusals::CHAT_OVER;
use super::room::{self, Which};
use super::{entrance, forget, photo};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::events::event;
use crate::happening::What;
use crate::points::ledger;
use crate::registrations::access::Participant;

/// Takes it down with its words, its picture and what it earned; again changes nothing. Whoever is not of the room any
/// more may do so too, as long as others read it.
///
/// # Errors
/// What [`entrance::open`] says; 409 `chat_over` where the room was closed; 404 where it is not theirs, or not of this
/// room.
pub async fn take_down(app: &App, who: &Participant, which: Which, id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, who.event.id).await?;
    entrance::open(&txn, &event, app.now()).await?;
    let me = ledger::hold_person(&txn, event.id, who.registration.id).await?;
    let found = line::find(&txn, event.id, id).await?;
    let room = room::hold_by_id(&txn, found.room_id).await?;
    if found.registration_id != Some(me.id) || Which::of_group(room.group_number) != which {
        return Err(Refused::not_found().into());
    }
    if room.closed_at.is_some() {
        return Err(CHAT_OVER.into());
    }
    let line = line::hold(&txn, event.id, id).await?;
    if line.state == State::Withdrawn {
        return txn.commit().await;
    }
    let changed = room.count(&txn).await?;
    let mut row = line.into_active_model();
    row.body = Set(line::seal(app, id, "")?);
    row.reason = Set(None);
    row.state = Set(State::Withdrawn);
    row.changed = Set(changed);
    let line = row.update(&txn).await?;
    photo::Entity::delete_by_id(id).exec(&txn).await?;
    let paid = pay(app, &txn, &event, &line, false, None).await?;
    txn.commit().await?;
    forget::mark_erasure(app);
    app.happenings.announce(event.id, What::ChatMoved);
    if paid {
        app.happenings.announce(event.id, What::PointsChanged);
    }
    Ok(())
}
