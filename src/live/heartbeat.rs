//! How often a stream says that it is there, and asks whether it may go on.

use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::app::App;

/// Begins somewhere within the first beat, so that a hall that comes back all at once is not
/// judged all at once for ever after.
#[must_use]
pub fn heartbeat(app: &App) -> Interval {
    let every = Duration::from_secs(app.settings.live.heartbeat_seconds.max(1));
    let (_, dice) = app.new_id().as_u64_pair();
    let first = every.mul_f64(f64::from(u16::try_from(dice % 1000).unwrap_or(0)) / 1000.0);
    let mut beat = interval_at(Instant::now() + first, every);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat
}
