//! What is due is written to those it concerns, once: the volunteer in whose care a couple is, and
//! the two themselves.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::Days;
use sea_orm::{EntityTrait, QueryFilter, entity::prelude::*};

use super::{cases, letters, reminder};
use crate::app::App;
use crate::couples::couple;
use crate::error::Error;
use crate::events::event;

/// Writes what is due now. To be called every now and then; each letter is written once.
///
/// # Errors
/// Only faults.
pub async fn remind(app: &Arc<App>) -> Result<(), Error> {
    let now = app.now();
    let reader = app.database.reader();
    // The last task falls due after three months.
    let since = now.checked_sub_days(Days::new(130)).unwrap_or(now);
    let followed = couple::Entity::find_standing().filter(couple::Column::FollowUpSince.gte(since)).all(reader).await?;
    let ids: HashSet<Uuid> = followed.iter().map(|couple| couple.event_id).collect();
    let events = event::Entity::find().filter(event::Column::Id.is_in(ids)).all(reader).await?;
    let mut due = cases::of_events(reader, events).await?;
    due.retain(|case| case.next.is_some_and(|(_, due)| due <= now));
    let ids: Vec<Uuid> = due.iter().map(|case| case.couple.id).collect();
    let written = reminder::of_couples(reader, &ids).await?;
    let written: HashSet<_> = written.into_iter().map(|written| (written.couple_id, written.milestone)).collect();
    due.retain(|case| case.next.is_some_and(|(milestone, _)| !written.contains(&(case.couple.id, milestone))));
    if due.is_empty() {
        return Ok(());
    }
    let txn = app.database.begin_write().await?;
    for case in &due {
        let Some((milestone, _)) = case.next else { continue };
        if reminder::claim(&txn, case.couple.id, milestone, now).await? {
            letters::post(&txn, app, case, milestone).await?;
        }
    }
    txn.commit().await
}
