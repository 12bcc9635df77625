//! Where the time comes from: the machine, or a clock that stands still until somebody moves it.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use chrono::{DateTime, Utc};

/// All in microseconds.
pub(super) enum Source {
    Machine {
        begun: Instant,
        /// How long the machine has slept since; a sleeper's time has passed all the same.
        slept: AtomicI64,
        /// How long it had been asleep at the start.
        slept_before: i64,
        /// A file with the seconds the machine is said to go wrong by, in stories.
        shift: Option<PathBuf>,
    },
    /// Stands still until somebody moves it.
    Stopped { wall: AtomicI64, passed: AtomicI64 },
}

impl Source {
    /// The machine's clock with a file that says by how many seconds it goes wrong.
    pub(super) fn machine(shift: Option<PathBuf>) -> Self {
        let slept_before = asleep().unwrap_or(0);
        Self::Machine { begun: Instant::now(), slept: AtomicI64::new(0), slept_before, shift }
    }

    pub(super) fn stopped_at(moment: DateTime<Utc>) -> Self {
        Self::Stopped { wall: AtomicI64::new(moment.timestamp_micros()), passed: AtomicI64::new(0) }
    }

    /// The time of the day, and what has passed.
    pub(super) fn read(&self) -> (i64, i64) {
        match self {
            Self::Machine { begun, slept, shift, .. } => {
                #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
                let wall = Utc::now().timestamp_micros();
                let passed = i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX);
                (wall + shifted(shift.as_ref()), passed + slept.load(Ordering::SeqCst))
            }
            Self::Stopped { wall, passed } => (wall.load(Ordering::SeqCst), passed.load(Ordering::SeqCst)),
        }
    }

    /// Whether the machine has slept since anybody looked. What has passed is counted awake.
    pub(super) fn notice_sleep(&self) -> bool {
        let Self::Machine { slept, slept_before, .. } = self else { return false };
        let Some(now) = asleep() else { return false };
        let more = now - slept_before;
        (more - slept.load(Ordering::SeqCst)).abs() > 1_000_000 && {
            slept.store(more, Ordering::SeqCst);
            true
        }
    }
}

/// How long the machine has been up less how long it was awake, but for a constant. None where it
/// does not say.
fn asleep() -> Option<i64> {
    static AWAKE: OnceLock<Instant> = OnceLock::new();
    let awake = AWAKE.get_or_init(Instant::now);
    let up = fs::read_to_string("/proc/uptime").ok()?;
    let (seconds, hundredths) = up.split_whitespace().next()?.split_once('.')?;
    let up = seconds.parse::<i64>().ok()? * 1_000_000 + hundredths.parse::<i64>().ok()? * 10_000;
    Some(up - i64::try_from(awake.elapsed().as_micros()).ok()?)
}

fn shifted(file: Option<&PathBuf>) -> i64 {
    let seconds = file.and_then(|file| fs::read_to_string(file).ok()).and_then(|text| text.trim().parse::<i64>().ok());
    seconds.unwrap_or(0) * 1_000_000
}
