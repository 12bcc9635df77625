//! The morning after, everybody is asked how it was: those who came, and, with questions of their own, those who took
//! part online and were not selected.

use std::collections::HashSet;

use chrono::{Duration, Timelike};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{call, letters, online_sheet, sheet};
use crate::accounts::recipient;
use crate::app::App;
use crate::checkin::presence;
use crate::error::{Error, Fault};
use crate::events::event;
use crate::events::phase::Phase;
use crate::mail::letter::{self, Letter};
use crate::registrations::registration;

/// How many people one transaction looks at.
const AT_ONCE: u64 = 50;
/// From this hour of the event's day on.
const HOUR: u32 = 10;
/// Whoever was not asked by then is not asked any more.
const LATEST: Duration = Duration::days(7);

/// Writes the letters that are due, one a person. Safe to repeat, and in several processes at once.
///
/// # Errors
/// Only faults; what was written stays written, and the next round goes on from there.
pub async fn due(app: &App) -> Result<(), Error> {
    let now = app.now();
    let lately = event::Entity::find()
        .filter(event::Column::EndsAt.lte(now))
        .filter(event::Column::EndsAt.gt(now - LATEST))
        .all(app.database.reader())
        .await?;
    for event in lately.iter().filter(|event| event.published_at.is_some() && is_morning_after(event, now)) {
        let progress = call::Entity::find_by_id(event.id).one(app.database.reader()).await?;
        if progress.is_some_and(|progress| progress.done) {
            continue;
        }
        while let Some(false) = event::leave_out_faulty(event.id, some(app, event).await) {}
    }
    Ok(())
}

fn is_morning_after(event: &event::Model, now: chrono::DateTime<chrono::Utc>) -> bool {
    let here = now.with_timezone(&event.zone());
    event.phase(now) == Phase::Closed && event.day(now) > event.day(event.ends_at) && here.hour() >= HOUR
}

/// Asks the next few; whether these were the last.
async fn some(app: &App, event: &event::Model) -> Result<bool, Error> {
    let txn = app.database.begin_write().await?;
    let fresh = call::ActiveModel { event_id: Set(event.id), through: Set(None), done: Set(false) };
    let once = OnConflict::new().do_nothing().to_owned();
    call::Entity::insert(fresh).on_conflict(once).exec_without_returning(&txn).await?;
    let locked = call::Entity::find_by_id(event.id).lock_exclusive().one(&txn).await?;
    let progress = locked.ok_or_else(|| Fault::from(anyhow::anyhow!("the call of an event that was just begun")))?;
    if progress.done {
        txn.commit().await?;
        return Ok(true);
    }
    let mut people = registration::Entity::of_event(event.id);
    if let Some(through) = progress.through {
        people = people.filter(registration::Column::Id.gt(through));
    }
    let people = people.order_by_asc(registration::Column::Id).limit(AT_ONCE).all(&txn).await?;
    let came = presence::Entity::find().filter(presence::Column::RegistrationId.is_in(people.iter().map(|one| one.id)));
    let came: HashSet<Uuid> = came.all(&txn).await?.into_iter().map(|one| one.registration_id).collect();
    // Whoever said how it was in the same night is not asked again.
    let ids = || people.iter().map(|one| one.id);
    let mut answered = sheet::answered(&txn, app, event.id, ids()).await?;
    answered.extend(online_sheet::answered(&txn, app, event.id, ids()).await?);
    let recipients = recipient::find_all(&txn, app, people.iter().map(|one| one.account_id)).await?;
    for person in &people {
        let was_there = came.contains(&person.id);
        let is_asked = was_there || online_sheet::is_asked(event, person.status, was_there);
        let is_asked = is_asked && person.status.is_active() && !answered.contains(&person.id);
        let Some(to) = recipients.get(&person.account_id).filter(|_| is_asked) else { continue };
        let dedupe = Some(format!("feedback:{}", person.id));
        letter::post(&txn, app, Letter { dedupe, ..letters::letter(app, event, to, was_there)? }).await?;
    }
    let done = (people.len() as u64) < AT_ONCE;
    let through = people.last().map(|person| person.id).or(progress.through);
    let mut row = progress.into_active_model();
    row.through = Set(through);
    row.done = Set(done);
    row.update(&txn).await?;
    txn.commit().await?;
    Ok(done)
}
