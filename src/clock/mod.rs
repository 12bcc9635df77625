//! What time it is. Rules ask this clock and no other, so that a rehearsal can live through five
//! days in a minute and a test can stand still at one second to midnight.
//!
//! A machine's clock can be set, by hand or by a time server gone mad; the time that has passed since
//! the start cannot. The house goes by the machine's clock as long as the two agree. Where they do not,
//! somebody set it: the house goes on by what has passed, and says that it is not sure, until
//! the clock watch has found out which of the two is right.

mod course;
mod source;

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

use course::{Course, Doubt, TOLERATED_SECONDS};
use source::Source;

/// A clock, lent by cloning: all clones tell one time.
#[derive(Clone)]
pub struct Clock(Arc<Works>);

struct Works {
    source: Source,
    course: Mutex<Course>,
}

/// That nobody is sure what time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsure {
    /// For how long the machine's clock has now gone without being set.
    pub steady: Duration,
    /// The house has just begun, and only had reason to doubt.
    pub at_start: bool,
    pub house: DateTime<Utc>,
    pub machine: DateTime<Utc>,
}

impl Clock {
    /// The machine's own clock.
    #[must_use]
    pub fn machine() -> Self {
        Self::machine_shifted(None)
    }

    /// The machine's clock with a file that says by how many seconds it goes wrong.
    #[must_use]
    pub fn machine_shifted(shift: Option<PathBuf>) -> Self {
        Self::of(Source::machine(shift))
    }

    #[must_use]
    pub fn stopped_at(moment: DateTime<Utc>) -> Self {
        Self::of(Source::stopped_at(moment))
    }

    fn of(source: Source) -> Self {
        let (wall, passed) = source.read();
        Self(Arc::new(Works { source, course: Mutex::new(Course::of(wall, passed)) }))
    }

    /// Now, in whole microseconds: PostgreSQL keeps no more, and a time that changes on its way
    /// through the database makes equal things unequal.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.ask(|course, _, passed| moment(passed + course.offset))
    }

    /// What the machine's clock says, whether the house believes it or not.
    #[must_use]
    pub fn by_the_machine(&self) -> DateTime<Utc> {
        moment(self.0.source.read().0)
    }

    /// Whether what cannot be undone may be done because its time has come.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        self.unsure().is_none()
    }

    /// What there is to be unsure about; None where nothing is.
    #[must_use]
    pub fn unsure(&self) -> Option<Unsure> {
        self.ask(|course, wall, passed| {
            let at_start = course.doubt.is_some_and(|doubt| doubt.at_start);
            let steady = course.doubt.map_or(Duration::zero(), |doubt| Duration::microseconds(passed - doubt.since));
            let unsure = Unsure { steady, at_start, house: moment(passed + course.offset), machine: moment(wall) };
            (course.doubt.is_some() || course.disputed).then_some(unsure)
        })
    }

    /// The house begins, and the machine's clock says something it has reason to doubt.
    pub fn doubt_the_start(&self) {
        self.ask(|course, wall, passed| {
            course.doubt = Some(Doubt { since: passed, offset: wall - passed, at_start: true });
        });
    }

    /// The machine's clock is right: the house goes by it again.
    pub fn confirm(&self) {
        self.ask(|course, wall, passed| {
            course.offset = wall - passed;
            course.doubt = None;
            course.overruled = true;
            course.disputed = false;
        });
    }

    /// Another clock, the database's, agrees with the machine's or does not.
    pub fn compare(&self, agrees: bool) {
        self.ask(|course, _, _| {
            course.overruled &= !agrees;
            course.disputed = !agrees && !course.overruled;
        });
    }

    /// Whether the database's clock says something else.
    #[must_use]
    pub fn is_disputed(&self) -> bool {
        self.ask(|course, _, _| course.disputed)
    }

    /// Whether it is the machine's, and no clock of a story or a rehearsal.
    #[must_use]
    pub fn is_the_machines(&self) -> bool {
        matches!(self.0.source, Source::Machine { .. })
    }

    /// Lets time pass on a stopped clock; the machine's clock takes no orders.
    pub fn advance(&self, by: Duration) {
        if let Source::Stopped { passed, .. } = &self.0.source {
            passed.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
            self.jump(by);
        }
    }

    /// Lets time pass on a stopped clock until it is so late; the machine's clock takes no orders.
    pub fn set(&self, to: DateTime<Utc>) {
        self.advance(to - self.by_the_machine());
    }

    /// Sets a stopped clock as somebody sets a machine's: no time has passed.
    pub fn jump(&self, by: Duration) {
        if let Source::Stopped { wall, .. } = &self.0.source {
            wall.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }

    /// Reads both, lets the course follow, and asks something about it.
    fn ask<T>(&self, question: impl FnOnce(&mut Course, i64, i64) -> T) -> T {
        let mut course = self.0.course.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut wall, mut passed) = self.0.source.read();
        if course.is_apart(wall, passed) && self.0.source.notice_sleep() {
            (wall, passed) = self.0.source.read();
        }
        course.follow(wall, passed);
        question(&mut course, wall, passed)
    }
}

/// Whether two times are as good as the same.
#[must_use]
pub fn agree(one: DateTime<Utc>, other: DateTime<Utc>) -> bool {
    (one - other).abs() <= Duration::seconds(TOLERATED_SECONDS)
}

fn moment(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

impl fmt::Debug for Clock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Clock({})", self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-08-22T04:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_little_is_followed_and_a_jump_is_not() {
        let clock = Clock::stopped_at(noon());
        clock.jump(Duration::seconds(59));
        assert_eq!((clock.now(), clock.is_sure()), (noon() + Duration::seconds(59), true));
        clock.jump(Duration::seconds(-59));
        assert_eq!((clock.now(), clock.is_sure()), (noon(), true));
        for by in [Duration::days(7), Duration::hours(-1)] {
            clock.jump(by);
            clock.advance(Duration::seconds(12));
            let doubt = clock.unsure().unwrap();
            assert_eq!((doubt.house, doubt.machine, doubt.steady), (clock.now(), clock.now() + by, Duration::zero()));
            clock.jump(-by);
            assert!(clock.is_sure());
        }
        assert_eq!(clock.now(), noon() + Duration::seconds(24));
    }

    #[test]
    fn what_stays_is_counted_and_confirmed() {
        let clock = Clock::stopped_at(noon());
        clock.jump(Duration::days(1));
        assert!(!clock.is_sure());
        clock.advance(Duration::minutes(9));
        assert_eq!(clock.unsure().unwrap().steady, Duration::minutes(9));
        clock.jump(Duration::hours(2));
        assert_eq!(clock.unsure().unwrap().steady, Duration::zero(), "set again");
        clock.confirm();
        assert_eq!((clock.now(), clock.is_sure()), (noon() + Duration::hours(26) + Duration::minutes(9), true));
    }

    #[test]
    fn a_doubtful_start_goes_by_the_machine() {
        let clock = Clock::stopped_at(noon());
        clock.doubt_the_start();
        clock.advance(Duration::minutes(1));
        clock.jump(Duration::days(3));
        assert_eq!((clock.now(), clock.is_sure()), (noon() + Duration::days(3) + Duration::minutes(1), false));
        assert_eq!(clock.unsure().unwrap().steady, Duration::zero());
        clock.advance(Duration::minutes(1));
        assert_eq!(clock.unsure().unwrap().steady, Duration::minutes(1));
        clock.confirm();
        assert!(clock.is_sure());
    }

    #[test]
    fn another_clock_is_heard_until_somebody_overrules_it() {
        let clock = Clock::stopped_at(noon());
        clock.compare(false);
        assert!(!clock.is_sure());
        clock.confirm();
        clock.compare(false);
        assert!(clock.is_sure(), "somebody said so");
        clock.compare(true);
        clock.compare(false);
        assert!(!clock.is_sure(), "that was about the other time");
    }

    #[test]
    fn the_machines_clock_goes() {
        let clock = Clock::machine();
        let first = clock.now();
        assert!(clock.is_sure() && clock.now() >= first);
        assert!(agree(clock.now(), clock.by_the_machine()));
    }
}
