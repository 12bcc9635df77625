//! The host gives a round more time, takes some back, or does not wait for the rest of the changeover.

use std::sync::Arc;

use chrono::TimeDelta;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::call::turn;
use super::refusals::TOO_LITTLE_LEFT;
use super::terms::Terms;
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::events::access::Host;

/// How much longer; below zero, how much shorter.
#[derive(Clone, Copy, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FurtherTime {
    #[garde(range(min = -600, max = 600), custom(is_some_time))]
    #[schema(minimum = -600, maximum = 600)]
    pub seconds: i64,
}

fn is_some_time(seconds: &i64, (): &()) -> garde::Result {
    if *seconds == 0 { Err(garde::Error::new("out_of_range|must not be 0")) } else { Ok(()) }
}

/// Makes a running round longer, or shorter: what was given by a slip of the hand is taken back. A round is not
/// ended that way.
///
/// # Errors
/// 404, 409 `wrong_round_state`, `too_little_left`, `not_its_turn` or `phase_closed`.
pub async fn extend(app: &Arc<App>, host: &Host, number: i32, further: FurtherTime) -> Result<(), Error> {
    let by = TimeDelta::seconds(further.seconds);
    let minutes = Terms::of(&host.event)?.minutes;
    let deed = if further.seconds > 0 { Deed::DateRoundExtended } else { Deed::DateRoundShortened };
    turn(app, host, number, Some(deed), |_, round, now| {
        let moved = round.extend(by)?;
        let stands = moved.started_at.max(Some(moved.paused_at.unwrap_or(now)));
        if further.seconds < 0 && moved.ends_at(minutes) <= stands {
            return Err(TOO_LITTLE_LEFT.into());
        }
        Ok(moved)
    })
    .await
}

/// Begins the minutes of a round at once, while tables are changed.
///
/// # Errors
/// 404, 409 `wrong_round_state`, `not_its_turn` or `phase_closed`.
pub async fn begin(app: &Arc<App>, host: &Host, number: i32) -> Result<(), Error> {
    turn(app, host, number, Some(Deed::DateRoundHurried), |_, round, now| Ok(round.begin(now)?)).await
}
