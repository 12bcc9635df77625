//! An organizer gives a circle another last day, or an event that had none a circle.

use chrono::NaiveDate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::IntoActiveModel;
use serde_json::json;

use super::entrance;
use super::term::{self, Term};
use super::terms::{MOST_DAYS, Terms};
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, FieldError, Refused};
use crate::events::access::Organizer;
use crate::events::event;
use crate::events::phase::Phase;

/// # Errors
/// 409 `circle_over`; 422 on `last_day`; 409 `phase_closed` before the end of the event.
pub async fn move_end(app: &App, by: &Organizer, last_day: NaiveDate, reason: &str) -> Result<Term, Error> {
    let wrong = |code, message| Refused::invalid(vec![FieldError::new("last_day", code, message)]);
    let out_of_range = || wrong("out_of_range", "1 to 365 days after the evening");
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, by.event.id).await?;
    let now = app.now();
    event.requires(now, Phase::Closed)?;
    let before = term::of(&txn, &event).await?;
    if let Some(term) = before.filter(|term| term.is_over(now)) {
        return Err(entrance::over(term).into());
    }
    if last_day < event.day(now) {
        return Err(wrong("in_the_past", "has gone by").into());
    }
    let days = (last_day - term::evening(&event)).num_days();
    let days = u32::try_from(days).ok().filter(|days| (1..=MOST_DAYS).contains(days));
    let days = days.ok_or_else(out_of_range)?;
    let settings = event.with_part("circle", &Terms { days })?;
    let mut row = event.into_active_model();
    row.settings = Set(settings);
    let event = row.update(&txn).await?;
    let after = term::of(&txn, &event).await?.ok_or_else(out_of_range)?;
    by.records(Deed::CircleEndMoved)
        .about("event", event.id)
        .because(reason.trim())
        .with(json!({ "before": before.map(|term| term.last_day), "after": after.last_day }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(after)
}
