//! What time it is. Rules ask this clock and no other, so that a rehearsal can live through five
//! days in a minute and a test can stand still at one second to midnight.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, SubsecRound, Utc};

#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's own clock.
    Machine,
    /// Stands still until somebody moves it: microseconds since 1970.
    Stopped(Arc<AtomicI64>),
}

impl Clock {
    #[must_use]
    pub fn stopped_at(moment: DateTime<Utc>) -> Self {
        Self::Stopped(Arc::new(AtomicI64::new(moment.timestamp_micros())))
    }

    /// Now, in whole microseconds: PostgreSQL keeps no more, and a time that changes on its way
    /// through the database makes equal things unequal.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
            Self::Machine => Utc::now().trunc_subsecs(6),
            Self::Stopped(micros) => DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or_default(),
        }
    }

    /// Moves a stopped clock forward; the machine's clock takes no orders.
    pub fn advance(&self, by: Duration) {
        if let Self::Stopped(micros) = self {
            micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }

    /// Sets a stopped clock; the machine's clock takes no orders.
    pub fn set(&self, to: DateTime<Utc>) {
        if let Self::Stopped(micros) = self {
            micros.store(to.timestamp_micros(), Ordering::SeqCst);
        }
    }
}
