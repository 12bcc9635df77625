//! The ledger while it is open: the only way to add a line. A room that rewards something opens it
//! in its own transaction, judges the event it is handed, and awards.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
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
        let awarded = self.award_all(&[merit]).await?;
        Ok(awarded.first().copied().unwrap_or(Awarded::nothing(None)))
    }

    /// As [`Open::award`], of each of these in their order.
    pub async fn award_all(&self, merits: &[Merit<'_>]) -> Result<Vec<Awarded>, Fault> {
        let rewarded = merits.iter().filter(|merit| self.rules.terms(merit.rule).is_some());
        let lines: Vec<(Merit<'_>, entry::ActiveModel)> =
            rewarded.map(|merit| (*merit, self.line(*merit, 1, None))).collect();
        let rows = lines.iter().map(|(_, line)| line.clone()).collect();
        let written = entry::insert_all(self.txn, rows).await?;
        let is_new = |line: &entry::ActiveModel| written.contains(line.id.as_ref());
        let paid = || lines.iter().filter(|(_, line)| is_new(line)).map(|(merit, _)| *merit);

        let people: BTreeSet<Uuid> = paid().map(|merit| merit.registration_id).collect();
        let rules: BTreeSet<Rule> = paid().map(|merit| merit.rule).collect();
        let mut tallies = entry::tallies_of(self.txn, self.event.id, &people, &rules).await?;
        for merit in paid() {
            tallies.entry(merit.registration_id).or_default().count(merit.rule, merit.day, -1);
        }
        let mut lines = lines.iter();
        let mut award = |merit: &Merit<'_>| {
            if self.rules.terms(merit.rule).is_none() {
                return Awarded::nothing(None);
            }
            if lines.next().is_none_or(|(_, line)| !is_new(line)) {
                return Awarded::nothing(Some(merit.rule));
            }
            let deed = Deed { rule: merit.rule, day: merit.day, effect: 1 };
            tallies.entry(merit.registration_id).or_default().add(deed, &self.rules)
        };
        Ok(merits.iter().map(&mut award).collect())
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
    let mut held = hold_people(txn, event_id, &[registration_id]).await?;
    held.remove(&registration_id).ok_or_else(|| Refused::not_found().into())
}

/// As [`hold_person`], those of these people that are of the event. In one order for everybody, so that two who
/// hold several never wait for each other.
pub async fn hold_people(
    txn: &Write,
    event_id: Uuid,
    registrations: &[Uuid],
) -> Result<HashMap<Uuid, registration::Model>, Fault> {
    let of_event = registration::Entity::of_event(event_id);
    let held = of_event.filter(registration::Column::Id.is_in(registrations.iter().copied()));
    let held = held.order_by_asc(registration::Column::Id).lock_exclusive().all(txn).await?;
    Ok(held.into_iter().map(|registration| (registration.id, registration)).collect())
}
