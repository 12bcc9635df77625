//! The day before, everyone who has a badge hears from us once more.

use chrono::Duration;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;

use super::letters::{self, Occasion};
use super::{badge, code};
use crate::accounts::recipient;
use crate::app::App;
use crate::error::Error;
use crate::events::event;
use crate::mail::letter::{self, Letter};
use crate::registrations::registration::{self, Status};
use crate::screening::place;

/// How many letters one transaction writes.
const AT_ONCE: u64 = 50;

/// Writes the reminders that are due: from 24 hours before an event begins until it begins, one a
/// badge, to those who still mean to come. Safe to repeat, and in several processes at once.
/// Returns how many were written.
///
/// # Errors
/// Only faults; what was written stays written, and the next round goes on from there.
pub async fn due(app: &App) -> Result<u64, Error> {
    let now = app.now();
    let tomorrow = event::Entity::find()
        .filter(event::Column::StartsAt.gt(now))
        .filter(event::Column::StartsAt.lte(now + Duration::hours(24)))
        .all(app.database.reader())
        .await?;
    let mut written = 0;
    for event in tomorrow.iter().filter(|event| event.published_at.is_some()) {
        while let Some((badges, letters)) = event::leave_out_faulty(event.id, some(app, event).await) {
            written += letters;
            if badges == 0 {
                break;
            }
        }
    }
    Ok(written)
}

/// Reminds the next few; how many badges were looked at, and how many letters written.
async fn some(app: &App, event: &event::Model) -> Result<(usize, u64), Error> {
    let txn = app.database.begin_write().await?;
    let badges = badge::Entity::of_event(event.id)
        .filter(badge::Column::RemindedAt.is_null())
        .order_by_asc(badge::Column::Id)
        .limit(AT_ONCE)
        .lock_exclusive()
        .all(&txn)
        .await?;
    let ids = || badges.iter().map(|badge| badge.registration_id);
    let owners = registration::Entity::find()
        .filter(registration::Column::Id.is_in(ids()))
        .filter(registration::Column::Status.eq(Status::Confirmed))
        .all(&txn)
        .await?;
    let owners: HashMap<Uuid, Uuid> = owners.into_iter().map(|owner| (owner.id, owner.account_id)).collect();
    let recipients = recipient::find_all(&txn, app, owners.values().copied()).await?;
    let places = place::of_people(&txn, event, owners.keys().copied()).await?;
    let mut written = 0;
    for badge in &badges {
        let Some(account_id) = owners.get(&badge.registration_id) else { continue };
        if code::valid_for(&txn, badge.id).await?.is_none() {
            continue;
        }
        let to = (&recipients, *account_id);
        let place = places.of(event, badge.registration_id);
        if let Some(reminder) = letters::letter(app, event, to, Occasion::Reminder, (badge.worn(), &place))? {
            let dedupe = Some(format!("reminder:{}:{}", badge.registration_id, event.moved));
            letter::post(&txn, app, Letter { dedupe, ..reminder }).await?;
            written += 1;
        }
    }
    badge::Entity::update_many()
        .col_expr(badge::Column::RemindedAt, Expr::value(app.now()))
        .filter(badge::Column::Id.is_in(badges.iter().map(|badge| badge.id)))
        .exec(&txn)
        .await?;
    txn.commit().await?;
    Ok((badges.len(), written))
}
