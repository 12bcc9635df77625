//! The host puts a pick round on the run sheet.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, QueryOrder};
use serde_json::json;

use super::refusals::TOO_MANY_PICKS_IN_ALL;
use super::round::{self, State};
use super::terms::Terms;
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, FieldError, Refused};
use crate::events::access::Host;
use crate::events::event::{self, Sides};
use crate::events::phase::Phase;
use queqiao_ballots::seal::ROOM;

/// What the host asks for.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub limit: i32,
    /// The event's own where left out.
    pub sides: Option<Sides>,
}

/// Plans the next round of an event.
///
/// # Errors
/// 422 on `limit` and `sides`; 409 `too_many_picks`, and `phase_closed` once the event is.
pub async fn plan(app: &App, host: &Host, plan: Plan) -> Result<round::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, host.event.id).await?;
    let now = app.now();
    event.requires_one_of(now, &Phase::SCHEDULED[..5])?;
    if plan.limit < 1 || usize::try_from(plan.limit).is_ok_and(|limit| limit > ROOM) {
        let wrong = FieldError::new("limit", "out_of_range", format!("1 to {ROOM}"));
        return Err(Refused::invalid(vec![wrong]).into());
    }
    if plan.sides.is_some_and(|sides| sides != event.sides) {
        let wrong = FieldError::new("sides", "not_of_this_event", "the event says who may meet whom");
        return Err(Refused::invalid(vec![wrong]).with("takes", json!(event.sides)).into());
    }
    let rounds = round::Entity::of_event(event.id).order_by_asc(round::Column::Number).all(&txn).await?;
    // Counted by what the rounds allow, since who picked whom is not kept. A round that was closed by mistake,
    // before anybody had chosen, asked nobody anything.
    let most = i32::try_from(Terms::of(&event)?.in_all()).unwrap_or(i32::MAX);
    let counts = |round: &&round::Model| round.state != State::Void && !round.unused;
    let planned = rounds.iter().filter(counts).map(|round| round.most).sum::<i32>();
    if planned + plan.limit > most {
        return Err(TOO_MANY_PICKS_IN_ALL.with("most", most).with("planned", planned).into());
    }
    let row = round::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(event.id),
        number: Set(rounds.last().map_or(1, |last| last.number + 1)),
        most: Set(plan.limit),
        sides: Set(event.sides),
        state: Set(State::Planned),
        coin: Set(None),
        planned_at: Set(now),
        opened_at: Set(None),
        closed_at: Set(None),
        tallied_at: Set(None),
        receipts: Set(json!([])),
        ballots: Set(None),
        picks: Set(None),
        matches: Set(None),
        unused: Set(false),
    };
    let planned = row.insert(&txn).await?;
    host.records(Deed::PickRoundPlanned)
        .about("pick_round", planned.id)
        .with(json!({ "number": planned.number, "limit": planned.most }))
        .record(&txn, app)
        .await?;
    txn.commit_telling(&planned).await?;
    Ok(planned)
}
