//! The organizer decides what is shown. An approved post earns its author points; one that is
//! taken down gives them back.

use garde::Validate;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::complaint;
use super::contribution::{self, Decision, Kind, State, WrongState};
use super::refusals::WRONG_STATE;
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line_or_none;
use crate::database::Write;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::event;
use crate::happening::What;
use crate::points::fold::Awarded;
use crate::points::frozen;
use crate::points::ledger::{self, Merit};
use crate::points::refusals::LEDGER_FROZEN;
use crate::points::rules::Rule;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[schema(as = ModerationVerdict)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    #[garde(skip)]
    pub decision: Decision,
    /// Told to the author, and stands in the audit log.
    #[garde(custom(one_line_or_none(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    pub reason: Option<String>,
}

/// What became of it.
#[derive(Clone)]
pub struct Decided {
    pub contribution: contribution::Model,
    pub awarded: Awarded,
}

/// Decides about a post, comment or declaration; saying it again changes nothing.
///
/// # Errors
/// 409 `wrong_state`, `ledger_frozen`; 404 where it is not of this event.
pub async fn moderate(
    app: &App,
    by: &Organizer,
    id: Uuid,
    decision: Decision,
    reason: Option<String>,
) -> Result<Decided, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, by.event.id).await?;
    let now = app.now();
    // The author first, as when the author comments on the same post: two hands that take the same
    // things in another order would wait for each other.
    let author = contribution::author(&txn, event.id, id).await?;
    ledger::hold_person(&txn, event.id, author).await?;
    let held = contribution::hold(&txn, event.id, id).await?;
    let was = held.state;
    let decided = held.decide(&txn, decision, (by.account.account_id, now, reason)).await?;
    let contribution = decided.map_err(|WrongState(state)| WRONG_STATE.with("state", json!(state)))?;
    if contribution.state == was {
        let rule = (contribution.kind == Kind::Post).then_some(Rule::Post);
        return Ok(Decided { contribution, awarded: Awarded::nothing(rule) });
    }
    let event_id = event.id;
    let awarded = settle_points(app, &txn, event, by.account.account_id, &contribution).await?;
    complaint::uphold_open(&txn, &contribution, Some(by.account.account_id), now).await?;
    by.records(Deed::PlazaModerated)
        .about("contribution", contribution.id)
        .because(contribution.reason.as_deref())
        .with(json!({ "kind": contribution.kind, "from": was, "to": contribution.state }))
        .record(&txn, app)
        .await?;
    let decided = Decided { contribution, awarded };
    txn.commit_telling(&decided).await?;
    app.happenings.announce(event_id, What::PlazaChanged);
    if awarded.points != 0 {
        app.happenings.announce(event_id, What::PointsChanged);
    }
    Ok(decided)
}

/// The points of a post: there while it is shown, on the day it was written. What has to come down
/// comes down after the freeze too, and the points then stay as they were.
///
/// # Errors
/// 409 `ledger_frozen` where it is to be shown from now on: that would pay nobody.
pub async fn settle_points(
    app: &App,
    txn: &Write,
    event: event::Model,
    actor: Uuid,
    post: &contribution::Model,
) -> Result<Awarded, Error> {
    if post.kind != Kind::Post {
        return Ok(Awarded::nothing(None));
    }
    let counts = post.state == State::Approved;
    let now = app.now();
    if frozen::is_closed(txn, &event, now).await? {
        return if counts { Err(LEDGER_FROZEN.into()) } else { Ok(Awarded::nothing(Some(Rule::Post))) };
    }
    let ledger = ledger::open_held(app, txn, event, now).await?;
    let subject = post.id.to_string();
    let merit = Merit {
        registration_id: post.registration_id,
        rule: Rule::Post,
        day: post.day,
        subject: &subject,
        actor_id: Some(actor),
        reason: post.reason.as_deref(),
    };
    Ok(ledger.set(merit, counts).await?)
}
