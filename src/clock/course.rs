//! How the house's time follows what its source says: a little at once, a jump only when somebody has found out
//! which of the two is right.

/// Seconds a machine's clock is put right by without anybody noticing: time servers do.
pub(super) const TOLERATED_SECONDS: i64 = 60;
const TOLERATED: i64 = TOLERATED_SECONDS * 1_000_000;

/// How the house's time follows from what has passed.
#[derive(Debug)]
pub(super) struct Course {
    /// The house's time less what has passed.
    pub(super) offset: i64,
    pub(super) doubt: Option<Doubt>,
    /// Whether the database's clock says something else, and nobody has overruled it.
    pub(super) disputed: bool,
    pub(super) overruled: bool,
}

/// The machine's clock says something else than the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Doubt {
    /// What had passed when it began.
    pub(super) since: i64,
    /// The machine's time less what has passed: where it stays, it was set, and went on.
    pub(super) offset: i64,
    /// The house has just begun and knows no time of its own: it goes by the machine's, unsure.
    pub(super) at_start: bool,
}

impl Course {
    /// Sure of the source's time.
    pub(super) fn of(wall: i64, passed: i64) -> Self {
        Self { offset: wall - passed, doubt: None, disputed: false, overruled: false }
    }

    pub(super) fn is_apart(&self, wall: i64, passed: i64) -> bool {
        (wall - passed - self.offset).abs() > TOLERATED
    }

    pub(super) fn follow(&mut self, wall: i64, passed: i64) {
        let machine = wall - passed;
        match self.doubt {
            // Whatever it is set to now is no worse than what it said before.
            Some(doubt) if doubt.at_start => {
                let since = if (machine - doubt.offset).abs() > TOLERATED { passed } else { doubt.since };
                self.doubt = Some(Doubt { since, offset: machine, at_start: true });
                self.offset = machine;
            }
            _ if !self.is_apart(wall, passed) => {
                self.offset = machine;
                self.doubt = None;
            }
            Some(doubt) if (machine - doubt.offset).abs() <= TOLERATED => {}
            _ => self.doubt = Some(Doubt { since: passed, offset: machine, at_start: false }),
        }
    }
}
