//! Somebody takes down what they put on the plaza.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::contribution::{self, State};
use super::{complaint, moderate, photo};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::events::event;
use crate::happening::What;
use crate::points::ledger;
use crate::registrations::access::Participant;

/// Takes it down with its words and photos, in whichever phase; again changes nothing. A post gives
/// its points back while the ledger is open. That it was written still counts for the day.
///
/// # Errors
/// 404 where it is not theirs.
pub async fn take_back_own(app: &App, who: &Participant, id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, who.event.id).await?;
    let (event_id, now, author) = (event.id, app.now(), who.registration.id);
    // In the order of `moderate`.
    ledger::hold_person(&txn, event_id, author).await?;
    let held = contribution::hold(&txn, event_id, id).await?;
    if held.registration_id != author {
        return Err(Refused::not_found().into());
    }
    if held.state == State::Withdrawn {
        return Ok(());
    }
    let mut row = held.into_active_model();
    row.state = Set(State::Withdrawn);
    row.body = Set(String::new());
    row.reason = Set(None);
    let withdrawn = row.update(&txn).await?;
    photo::Entity::delete_many().filter(photo::Column::ContributionId.eq(id)).exec(&txn).await?;
    complaint::uphold_open(&txn, &withdrawn, None, now).await?;
    let awarded = moderate::settle_points(app, &txn, event, who.account.account_id, &withdrawn).await?;
    txn.commit().await?;
    app.happenings.announce(event_id, What::PlazaChanged);
    if awarded.points != 0 {
        app.happenings.announce(event_id, What::PointsChanged);
    }
    Ok(())
}
