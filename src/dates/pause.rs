//! The host stops the clock of a round, and lets it go on: at the second at which it stood still, also
//! where the round was ended by a slip of the hand.

use std::sync::Arc;

use chrono::TimeDelta;

use super::call::turn;
use super::date_round::State;
use super::refusals::ROUND_OVER;
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::events::access::Host;

/// How long a round that was ended can still be taken up again.
pub const RECENTLY: TimeDelta = TimeDelta::minutes(10);

/// Stops the clock of a running round.
///
/// # Errors
/// 404, 409 `wrong_round_state`, `not_its_turn` or `phase_closed`.
pub async fn pause(app: &Arc<App>, host: &Host, number: i32) -> Result<(), Error> {
    turn(app, host, number, Some(Deed::DateRoundPaused), |_, round, now| Ok(round.pause(now)?)).await
}

/// Lets a paused round go on, or takes up one that ended a moment ago, where none was called since.
///
/// # Errors
/// 404, 409 `wrong_round_state`, `round_over` or `phase_closed`.
pub async fn resume(app: &Arc<App>, host: &Host, number: i32) -> Result<(), Error> {
    turn(app, host, number, Some(Deed::DateRoundResumed), |rounds, round, now| {
        let called_since = rounds.iter().any(|other| other.number > number && other.is_played());
        let recently = round.finished_at.is_none_or(|over| over > now - RECENTLY);
        if round.state == State::Finished && (called_since || !recently) {
            return Err(ROUND_OVER.into());
        }
        Ok(round.resume(now)?)
    })
    .await
}
