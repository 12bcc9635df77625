//! Somebody changes their mind.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect};

use super::access::Participant;
use super::registration::{self, Status};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;

/// While a place can be given back: the next in line still has time to come.
pub const BEFORE_THE_DOORS: [Phase; 4] = [Phase::Registration, Phase::Online, Phase::Screening, Phase::Confirmation];

/// Withdraws an application or gives a seat back. A seat that comes free is announced, and goes to the next in line.
///
/// # Errors
/// 409 `phase_closed` once the doors are open, 404 where the registration is not alive any more.
pub async fn withdraw(app: &App, by: &Participant) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, by.event.id).await?;
    event.requires_one_of(app.now(), &BEFORE_THE_DOORS)?;
    let held = registration::Entity::find_by_id(by.registration.id).lock_exclusive().one(&txn).await?;
    let held = held.filter(|held| held.status.is_active()).ok_or_else(Refused::not_found)?;
    let had_a_seat = held.status.has_a_seat();
    let mut row = held.into_active_model();
    row.status = Set(Status::Withdrawn);
    row.decided_at = Set(Some(app.now()));
    row.update(&txn).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::RegistrationsChanged);
    if had_a_seat {
        app.happenings.announce(event.id, What::SeatsMoved);
    }
    Ok(())
}
