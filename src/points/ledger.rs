//! The ledger while it is open: the only way to add a line. A room that rewards something opens it
//! in its own transaction, judges the event it is handed, and awards.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::entry;
use super::fold::{Awarded, Tally};
use super::frozen;
use super::refusals::LEDGER_FROZEN;
use super::rules::{Deed, Rule, RuleSet};
use crate::app::App;
use crate::database::Write;
use crate::error::{Error, Fault, Refused};
use crate::events::event;
use crate::registrations::registration;

/// A ledger that is open and stays so for as long as the transaction lasts: the event row is held,
/// and freezing needs it.
pub struct Open<'a> {
    app: &'a App,
    txn: &'a Write,
    pub event: event::Model,
    pub rules: RuleSet,
    /// The moment everything in this transaction happens at.
    pub now: DateTime<Utc>,
}

/// Something to be rewarded.
#[derive(Clone, Copy, Debug)]
pub struct Merit<'a> {
    pub registration_id: Uuid,
    pub rule: Rule,
    /// The event's calendar day of the action.
    pub day: NaiveDate,
    /// What it was about; the same subject on the same day counts once.
    pub subject: &'a str,
    /// The organizer who enters it; None where the person's own action does.
    pub actor_id: Option<Uuid>,
    pub reason: Option<&'a str>,
}

/// Opens the ledger of an event.
///
/// # Errors
/// 409 `ledger_frozen` once it is frozen or the screening has begun.
pub async fn open<'a>(app: &'a App, txn: &'a Write, event_id: Uuid) -> Result<Open<'a>, Error> {
    let event = event::hold_shared(txn, event_id).await?;
    // Asked after the row is held: whoever waited for a freeze learns of it.
    let now = app.now();
    open_held(app, txn, event, now).await
}

/// As [`open`], where the caller holds the event row already and has judged it at `now`.
///
/// # Errors
/// 409 `ledger_frozen`.
pub async fn open_held<'a>(
    app: &'a App,
    txn: &'a Write,
    event: event::Model,
    now: DateTime<Utc>,
) -> Result<Open<'a>, Error> {
    if frozen::is_closed(txn, &event, now).await? {
        return Err(LEDGER_FROZEN.into());
    }
    let rules = RuleSet::of(&event)?;
    Ok(Open { app, txn, event, rules, now })
}

impl Open<'_> {
    /// The event's own calendar day.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.event.day(self.now)
    }

    /// Writes one line, or none where this was counted before or no rule rewards it. The caller
    /// holds the registration row, so that what is told about the cap is true.
    pub async fn award(&self, merit: Merit<'_>) -> Result<Awarded, Fault> {
        if self.rules.terms(merit.rule).is_none() {
            return Ok(Awarded::nothing(None));
        }
        if !self.insert_line(merit).await? {
            return Ok(Awarded::nothing(Some(merit.rule)));
        }
        self.effect_of(merit, 1).await
    }

    /// Writes one line; false where the same was counted before.
    pub async fn insert_line(&self, merit: Merit<'_>) -> Result<bool, Fault> {
        self.write(self.line(merit, 1, None)).await
    }

    /// Takes a fact back, or restores it where it was taken back: afterwards it counts exactly if
    /// `counts`. Saying it again changes nothing.
    pub async fn set(&self, merit: Merit<'_>, counts: bool) -> Result<Awarded, Fault> {
        let lines =
            entry::about(self.txn, self.event.id, merit.registration_id, merit.rule, merit.day, merit.subject).await?;
        let reversed = |line: &entry::Model| lines.iter().any(|other| other.reverses == Some(line.id));
        let Some(last) = lines.iter().find(|line| !reversed(line)) else {
            return if counts { self.award(merit).await } else { Ok(Awarded::nothing(Some(merit.rule))) };
        };
        if (last.effect > 0) == counts {
            return Ok(Awarded::nothing(Some(merit.rule)));
        }
        self.reverse(last, merit.actor_id, merit.reason)
            .await
            .map(|taken_back| taken_back.unwrap_or(Awarded::nothing(None)))
    }

    /// Adds the line that undoes `line`; None where it was undone before.
    pub async fn reverse(
        &self,
        line: &entry::Model,
        actor_id: Option<Uuid>,
        reason: Option<&str>,
    ) -> Result<Option<Awarded>, Fault> {
        let merit = Merit {
            registration_id: line.registration_id,
            rule: line.rule,
            day: line.day,
            subject: &line.subject,
            actor_id,
            reason,
        };
        let effect = -line.effect;
        if !self.write(self.line(merit, effect, Some(line.id))).await? {
            return Ok(None);
        }
        self.effect_of(merit, effect.into()).await.map(Some)
    }

    fn line(&self, merit: Merit<'_>, effect: i32, reverses: Option<Uuid>) -> entry::ActiveModel {
        entry::ActiveModel {
            id: Set(self.app.new_id()),
            event_id: Set(self.event.id),
            registration_id: Set(merit.registration_id),
            rule: Set(merit.rule),
            day: Set(merit.day),
            subject: Set(merit.subject.to_owned()),
            effect: Set(effect),
            reverses: Set(reverses),
            actor_id: Set(merit.actor_id),
            reason: Set(merit.reason.map(str::to_owned)),
            at: Set(self.now),
        }
    }

    async fn write(&self, line: entry::ActiveModel) -> Result<bool, Fault> {
        let once = OnConflict::new().do_nothing().to_owned();
        Ok(entry::Entity::insert(line).on_conflict(once).exec_without_returning(self.txn).await? > 0)
    }

    /// What the line just written changed: the fold without it, then with it.
    async fn effect_of(&self, merit: Merit<'_>, effect: i64) -> Result<Awarded, Fault> {
        let Merit { registration_id, rule, day, .. } = merit;
        let mut tally: Tally = entry::tally_of_person(self.txn, self.event.id, registration_id, Some(rule)).await?;
        tally.count(rule, day, -effect);
        Ok(tally.add(Deed { rule, day, effect }, &self.rules))
    }
}

/// Holds a person's registration, so that two awards of one person follow one another.
///
/// # Errors
/// 404 where it is not of this event.
pub async fn hold_person(txn: &Write, event_id: Uuid, registration_id: Uuid) -> Result<registration::Model, Error> {
    let of_event = registration::Entity::of_event(event_id);
    let held = of_event.filter(registration::Column::Id.eq(registration_id)).lock_exclusive().one(txn).await?;
    held.ok_or_else(|| Refused::not_found().into())
}
