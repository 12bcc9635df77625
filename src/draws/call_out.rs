//! A guest calls a number, and the host types it.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use utoipa::ToSchema;

use super::draw::{self, State};
use super::refusals::{CALLS_MOVED, DRAW_CALLED_OFF, DRAW_HELD, DRAW_NOT_FIXED, ENOUGH_CALLS, NO_CALLS_HERE};
use super::{call, plan};
use crate::app::App;
use crate::audit::Deed;
use crate::badges::number::Number;
use crate::body::one_line;
use crate::checkin::presence;
use crate::error::{Error, FieldError, Refused};
use crate::events::access::Host;
use crate::events::event;
use crate::happening::What;

/// A number that was called out.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDrawCall {
    /// Who called: the number on their badge.
    #[garde(custom(one_line(1, 20)))]
    #[schema(example = "女008")]
    pub badge: String,
    #[garde(range(min = 0, max = 9999))]
    #[schema(minimum = 0, maximum = 9999)]
    pub number: i32,
    /// How many numbers the host saw before this one.
    #[garde(skip)]
    pub from: i32,
}

/// A draw whose numbers are being called.
///
/// # Errors
/// 409 `draw_not_fixed`, `draw_held`, `draw_called_off`, `no_calls_here`.
pub fn is_called(draw: &draw::Model) -> Result<(), Error> {
    match draw.state {
        State::Planned => Err(DRAW_NOT_FIXED.into()),
        State::Held => Err(DRAW_HELD.into()),
        State::CalledOff => Err(DRAW_CALLED_OFF.into()),
        State::Fixed if draw.source.named().is_some() => Err(NO_CALLS_HERE.into()),
        State::Fixed => Ok(()),
    }
}

/// Takes down a number called from the floor.
///
/// # Errors
/// 409 `draw_not_fixed`, `draw_held`, `draw_called_off`, `no_calls_here`, `calls_moved`, `enough_calls`,
/// `phase_closed`; 422 on `badge` where nobody inside wears it, or they have called already.
pub async fn call_out(app: &App, by: &Host, number: i32, wish: NewDrawCall) -> Result<draw::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, by.event.id).await?;
    plan::may(by, &event, app.now())?;
    let draw = draw::hold(&txn, event.id, number).await?;
    is_called(&draw)?;
    let calls = call::of_draw(&txn, draw.id).await?;
    if usize::try_from(wish.from).ok() != Some(calls.len()) {
        return Err(CALLS_MOVED.with("calls", calls.len()).into());
    }
    if calls.len() >= call::MOST {
        return Err(ENOUGH_CALLS.into());
    }
    let wrong = |code, message: &'static str| Refused::invalid(vec![FieldError::new("badge", code, message)]);
    let unknown = || wrong("unknown_badge", "nobody inside wears it");
    let badge: Number = wish.badge.parse().map_err(|_| unknown())?;
    let caller = presence::Entity::inside(event.id)
        .filter(presence::Column::Side.eq(badge.side))
        .filter(presence::Column::Number.eq(badge.number))
        .one(&txn)
        .await?
        .ok_or_else(unknown)?;
    if calls.iter().any(|call| call.registration_id == caller.registration_id) {
        return Err(wrong("already_called", "everybody calls once").into());
    }
    let row = call::ActiveModel {
        draw_id: Set(draw.id),
        place: Set(wish.from + 1),
        registration_id: Set(caller.registration_id),
        number: Set(wish.number),
        typed_by: Set(by.account.account_id),
        at: Set(app.now()),
    };
    row.insert(&txn).await?;
    txn.commit_telling(&draw).await?;
    app.happenings.announce(event.id, What::StageMoved);
    Ok(draw)
}

/// Takes the last number back that was mistyped; on record.
///
/// # Errors
/// 409 as [`call_out`] says; 404 where there is none.
pub async fn take_back(app: &App, by: &Host, number: i32, from: i32) -> Result<draw::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, by.event.id).await?;
    plan::may(by, &event, app.now())?;
    let draw = draw::hold(&txn, event.id, number).await?;
    is_called(&draw)?;
    let calls = call::of_draw(&txn, draw.id).await?;
    if usize::try_from(from).ok() != Some(calls.len()) {
        return Err(CALLS_MOVED.with("calls", calls.len()).into());
    }
    let last = calls.last().ok_or_else(Refused::not_found)?;
    call::Entity::delete_by_id((draw.id, last.place)).exec(&txn).await?;
    by.records(Deed::DrawNumberTakenBack)
        .about("draw", draw.id)
        .with(serde_json::json!({ "place": last.place, "number": last.number }))
        .record(&txn, app)
        .await?;
    txn.commit_telling(&draw).await?;
    app.happenings.announce(event.id, What::StageMoved);
    Ok(draw)
}
