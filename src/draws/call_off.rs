//! A draw is called off before it was held. Where its fingerprint was published, it stays published, with the reason.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde::Deserialize;
use utoipa::ToSchema;

use super::draw::{self, State};
use super::plan;
use super::refusals::{DRAW_CALLED_OFF, DRAW_HELD};
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line;
use crate::error::Error;
use crate::events::access::Host;
use crate::events::event;
use crate::happening::What;

/// Why a draw is called off; everybody reads it where the fingerprint was published.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawCallingOff {
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// Calls a draw off.
///
/// # Errors
/// 409 `draw_held`, `draw_called_off`, `phase_closed`.
pub async fn call_off(app: &App, by: &Host, number: i32, reason: &str) -> Result<draw::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, by.event.id).await?;
    plan::may(by, &event, app.now())?;
    let draw = draw::hold(&txn, event.id, number).await?;
    match draw.state {
        State::Planned | State::Fixed => {}
        State::Held => return Err(DRAW_HELD.into()),
        State::CalledOff => return Err(DRAW_CALLED_OFF.into()),
    }
    let mut row = draw.into_active_model();
    row.state = Set(State::CalledOff);
    row.reason = Set(Some(reason.trim().to_owned()));
    let off = row.update(&txn).await?;
    by.records(Deed::DrawCalledOff).about("draw", off.id).because(reason).record(&txn, app).await?;
    txn.commit_telling(&off).await?;
    app.happenings.announce(event.id, What::StageMoved);
    Ok(off)
}
