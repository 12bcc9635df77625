//! The host gives a round more time, or does not wait for the rest of the changeover.

use std::sync::Arc;

use chrono::TimeDelta;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::call::turn;
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::events::access::Host;

/// How much longer.
#[derive(Clone, Copy, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FurtherTime {
    #[garde(range(min = 1, max = 600))]
    #[schema(minimum = 1, maximum = 600)]
    pub seconds: i64,
}

/// Makes a running round longer.
///
/// # Errors
/// 404, 409 `wrong_round_state`, `not_its_turn` or `phase_closed`.
pub async fn extend(app: &Arc<App>, host: &Host, number: i32, further: FurtherTime) -> Result<(), Error> {
    let by = TimeDelta::seconds(further.seconds);
    turn(app, host, number, Some(Deed::DateRoundExtended), |_, round, _| Ok(round.extend(by)?)).await
}

/// Begins the minutes of a round at once, while tables are changed.
///
/// # Errors
/// 404, 409 `wrong_round_state`, `not_its_turn` or `phase_closed`.
pub async fn begin(app: &Arc<App>, host: &Host, number: i32) -> Result<(), Error> {
    turn(app, host, number, Some(Deed::DateRoundHurried), |_, round, now| Ok(round.begin(now)?)).await
}
