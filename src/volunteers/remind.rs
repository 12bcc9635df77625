//! What is due is written to those it concerns, once: the volunteer in whose care a couple is, and
//! the two themselves.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{Days, TimeDelta};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, entity::prelude::*};

use super::answer::OneTap;
use super::milestone::Milestone;
use super::{cases, letters, question, reminder};
use crate::app::App;
use crate::couples::couple;
use crate::error::{Error, Fault};
use crate::events::event;

/// How long after its day a task is still written about: nobody is asked about three months after eleven.
const AT_MOST_LATE: TimeDelta = TimeDelta::days(21);

/// Writes what is due now. To be called every now and then; each letter is written once.
///
/// # Errors
/// Only faults.
pub async fn remind(app: &Arc<App>) -> Result<(), Error> {
    let now = app.now();
    let reader = app.database.reader();
    // The last task falls due after a year.
    let since = now.checked_sub_days(Days::new(400)).unwrap_or(now);
    let followed = couple::Entity::find_standing().filter(couple::Column::FollowUpSince.gte(since)).all(reader).await?;
    let ids: HashSet<Uuid> = followed.iter().map(|couple| couple.event_id).collect();
    let events = event::Entity::find().filter(event::Column::Id.is_in(ids)).all(reader).await?;
    let cases = cases::of_events(reader, events).await?;
    let mut due: Vec<(cases::Case, Milestone)> =
        cases.into_iter().filter_map(|case| case.asking(now).map(|milestone| (case, milestone))).collect();
    let ids: Vec<Uuid> = due.iter().map(|(case, _)| case.couple.id).collect();
    let written = reminder::of_couples(reader, &ids).await?;
    let written: HashSet<_> = written.into_iter().map(|written| (written.couple_id, written.milestone)).collect();
    due.retain(|(case, milestone)| !written.contains(&(case.couple.id, *milestone)));
    due.retain(|(case, milestone)| {
        let since = case.couple.follow_up_since;
        since.is_some_and(|since| milestone.due(since, case.event.zone()) > now - AT_MOST_LATE)
    });
    for (case, milestone) in due {
        write(app, &case, milestone).await?;
    }
    Ok(())
}

/// Writes about one couple, while it is held: whoever wants to be asked no more since it was found is not.
async fn write(app: &App, case: &cases::Case, milestone: Milestone) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let held = couple::Entity::find_standing().filter(couple::Column::Id.eq(case.couple.id)).lock_exclusive();
    let held = held.one(&txn).await?.filter(|couple| couple.follow_up_since.is_some());
    let Some(couple) = held else { return Ok(()) };
    if !reminder::claim(&txn, couple.id, milestone, app.now()).await? {
        return Ok(());
    }
    letters::post(&txn, app, case, milestone).await?;
    for own in couple.people() {
        if may_ask(&txn, app, couple.id, own).await? {
            letters::ask(&txn, app, &case.event, &couple, own, milestone, 1).await?;
        }
    }
    txn.commit().await
}

/// Whether one of two is still to be asked: whoever said that it is over is not, though the other one is.
pub(super) async fn may_ask(
    db: &impl ConnectionTrait,
    app: &App,
    couple_id: Uuid,
    registration_id: Uuid,
) -> Result<bool, Fault> {
    let mut last = None;
    for one in question::of_couple(db, couple_id).await? {
        if one.registration_id == registration_id {
            last = one.answer(app)?.or(last);
        }
    }
    Ok(last != Some(OneTap::Parted))
}
