//! Who else writes an embedded database: a command at the machine, or whoever opens the file by hand. The
//! file itself shows it, and is looked at a few times a second; what this process writes it knows anyway.

use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{Database, Engine};

/// How often the file is looked at: several times within the time that what is remembered is trusted.
const EVERY: Duration = Duration::from_millis(250);

impl Database {
    /// Looks until the house closes. On PostgreSQL the relay hears what others change.
    pub async fn watch_for_others(&self, closing: CancellationToken) {
        let Engine::Embedded(line) = &self.engine else { return };
        let changes = self.changes();
        let mut seen = None;
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = closing.cancelled() => return,
            }
            let now = Instant::now();
            // In a task of its own: the connection is not to be left in the midst of an exchange.
            let line = line.clone();
            let Ok(Ok(version)) = tokio::spawn(async move { line.version().await }).await else { continue };
            if seen != Some(version) {
                changes.count_all();
                seen = Some(version);
            }
            changes.heard(now);
        }
    }
}
