//! The organizer enters what the plaza cannot see by itself: a reviewed profile, the day's game, a
//! sign-in that an outage swallowed. Under the same rules and caps as everything else.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use garde::Validate;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ledger::{self, Merit};
use super::rules::Rule;
use crate::app::App;
use crate::audit::Deed;
use crate::body::{one_line, one_line_or_none};
use crate::database::Write;
use crate::error::{Error, FieldError, Refused};
use crate::events::access::Organizer;
use crate::events::phase::Phase;
use crate::happening::What;
use crate::registrations::registration;

/// One line for each of these people.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// Ids of registrations, 1 to 1000; naming one twice counts once.
    #[garde(length(min = 1, max = 1000))]
    #[schema(min_items = 1, max_items = 1000)]
    pub registrations: Vec<Uuid>,
    #[garde(skip)]
    pub rule: Rule,
    /// The event's calendar day of the action; today where it is left out.
    #[garde(skip)]
    pub day: Option<NaiveDate>,
    /// What it was about; the same on the same day counts once.
    #[garde(custom(one_line_or_none(1, 60)))]
    #[schema(min_length = 1, max_length = 60)]
    pub subject: Option<String>,
    /// Stands in the ledger and in the audit log.
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// What became of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AwardedByHand {
    /// Lines written.
    pub entered: usize,
    /// People for whom the same was counted before.
    pub repeated: usize,
}

/// Enters the lines, all of them or none.
///
/// # Errors
/// 422 on `rule`, `day` or the `registrations` that do not take part; 409 `ledger_frozen`; 409
/// `phase_closed` before registration and after the online phase.
pub async fn award_by_hand(app: &App, by: &Organizer, lines: Lines) -> Result<AwardedByHand, Error> {
    let txn = app.database.begin_write().await?;
    let ledger = ledger::open(app, &txn, by.event.id).await?;
    ledger.event.requires_one_of(ledger.now, &[Phase::Registration, Phase::Online])?;
    if ledger.rules.terms(lines.rule).is_none() {
        let fault = FieldError::new("rule", "not_rewarded", "this event does not reward it");
        return Err(Refused::invalid(vec![fault]).into());
    }
    let day = lines.day.unwrap_or_else(|| ledger.today());
    if day > ledger.today() {
        return Err(Refused::invalid(vec![FieldError::new("day", "in_future", "the day has not come")]).into());
    }
    let people = hold_people(&txn, by.event.id, &lines.registrations).await?;
    let mut entered = 0;
    for registration_id in &people {
        let merit = Merit {
            registration_id: *registration_id,
            rule: lines.rule,
            day,
            subject: lines.subject.as_deref().map_or("", str::trim),
            actor_id: Some(by.account.account_id),
            reason: Some(&lines.reason),
        };
        entered += usize::from(ledger.insert_line(merit).await?);
    }
    by.records(Deed::PointsEntered)
        .about("event", by.event.id)
        .because(lines.reason.as_str())
        .with(json!({ "rule": lines.rule, "day": day, "people": people.len(), "entered": entered }))
        .record(&txn, app)
        .await?;
    let entered = AwardedByHand { entered, repeated: people.len() - entered };
    txn.commit_telling(&entered).await?;
    app.happenings.announce(by.event.id, What::PointsChanged);
    Ok(entered)
}

/// Holds the people in the order of their ids, so that two organizers never wait for each other.
async fn hold_people(txn: &Write, event_id: Uuid, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, Error> {
    let held = registration::Entity::of_event(event_id)
        .filter(registration::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(registration::Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    let present: BTreeSet<Uuid> = held.iter().filter(|person| person.status.takes_part()).map(|p| p.id).collect();
    let absent = ids.iter().enumerate().filter(|(_, id)| !present.contains(id));
    let fault = |(at, _)| FieldError::new(format!("registrations[{at}]"), "not_taking_part", "nobody here");
    let faults: Vec<FieldError> = absent.map(fault).collect();
    if faults.is_empty() { Ok(present) } else { Err(Refused::invalid(faults).into()) }
}
