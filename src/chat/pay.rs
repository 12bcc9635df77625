//! What a line earns: something only where the organizer gives points for it, for one's own words, and no more a day
//! than the rule has steps.

use sea_orm::DbErr;
use uuid::Uuid;

use super::line;
use crate::app::App;
use crate::database::Write;
use crate::error::Error;
use crate::events::event;
use crate::points::frozen;
use crate::points::ledger::{self, Merit};
use crate::points::rules::{Rule, RuleSet};

/// Makes a line count, or not. The caller holds the registration of its author. Whether anybody's points moved.
///
/// # Errors
/// Only faults.
pub async fn pay(
    app: &App,
    txn: &Write,
    event: &event::Model,
    line: &line::Model,
    counts: bool,
    actor_id: Option<Uuid>,
) -> Result<bool, Error> {
    let Some(registration_id) = line.registration_id else { return Ok(false) };
    let rules = RuleSet::of(event)?;
    let Some(terms) = rules.terms(Rule::Chat) else { return Ok(false) };
    let now = app.now();
    if frozen::is_closed(txn, event, now).await? || (counts && is_spent(txn, line, terms.per_day.len()).await?) {
        return Ok(false);
    }
    let ledger = ledger::open_held(app, txn, event.clone(), now).await?;
    let subject = line.id.to_string();
    let merit = Merit { registration_id, rule: Rule::Chat, day: line.day, subject: &subject, actor_id, reason: None };
    Ok(ledger.set(merit, counts).await?.points != 0)
}

/// Whether lines before this one took all steps of its day.
async fn is_spent(txn: &Write, line: &line::Model, steps: usize) -> Result<bool, DbErr> {
    let Some(author) = line.registration_id else { return Ok(true) };
    let written = line::written_before(txn, author, line.day, line.id).await?;
    Ok(usize::try_from(written).is_ok_and(|written| written >= steps))
}
