//! What just became true. Announced after the commit and never before; carries ids and no state,
//! because by the time somebody listens the truth may have moved on: listeners read it again.

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Happening {
    pub event: Uuid,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum What {
    EventChanged,
    PhaseMoved,
    RegistrationsChanged,
    PointsChanged,
    PlazaChanged,
    Screened,
    SeatsMoved,
    BadgesIssued,
    GuestArrived,
    GuestLeft,
    ProgrammeMoved,
    GroupsFormed,
    IceBroken,
    DatesPlanned,
    DateRoundMoved,
    PickRoundOpened,
    PickRoundClosed,
    PickRoundTallied,
    CouplesChanged,
    StageMoved,
    /// 真情告白: somebody is asked in private.
    ConfessionAsked,
    /// 祝福: can wait a breath; a whole hall taps at once.
    Blessed,
    OutcomesChanged,
    /// Something may have been missed: read everything again, at every event.
    Missed,
}

impl Happening {
    pub const MISSED: Self = Self { event: Uuid::nil(), what: What::Missed };

    /// Whether it is a reason to look at this event again.
    #[must_use]
    pub fn concerns(self, event: Uuid) -> bool {
        self.event == event || self.what == What::Missed
    }
}

/// Where happenings are announced and overheard in this process; the relay carries them to
/// the other processes of the house and brings theirs here.
#[derive(Clone, Debug)]
pub struct Happenings {
    /// Announced by this process itself.
    own: broadcast::Sender<Happening>,
    /// Those, and what the other processes announced.
    all: broadcast::Sender<Happening>,
}

impl Default for Happenings {
    fn default() -> Self {
        Self { own: broadcast::channel(1024).0, all: broadcast::channel(1024).0 }
    }
}

impl Happenings {
    pub fn announce(&self, event: Uuid, what: What) {
        // Nobody listening is not an error: the truth is in the database.
        let happening = Happening { event, what };
        let _ = self.own.send(happening);
        let _ = self.all.send(happening);
    }

    /// Another process announced this.
    pub fn overhear(&self, happening: Happening) {
        let _ = self.all.send(happening);
    }

    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Happening> {
        self.all.subscribe()
    }

    /// Only what this process announces.
    #[must_use]
    pub fn listen_here(&self) -> broadcast::Receiver<Happening> {
        self.own.subscribe()
    }
}
