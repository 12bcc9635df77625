//! What just became true. Announced after the commit and never before; carries ids and no state,
//! because by the time somebody listens the truth may have moved on: listeners read it again.

use tokio::sync::broadcast;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happening {
    pub event: Uuid,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    DatesPlanned,
    DateRoundMoved,
    PickRoundOpened,
    PickRoundClosed,
    PickRoundTallied,
    CouplesChanged,
    OutcomesChanged,
}

/// Where happenings are announced and overheard in this process.
#[derive(Clone, Debug)]
pub struct Happenings(broadcast::Sender<Happening>);

impl Default for Happenings {
    fn default() -> Self {
        Self(broadcast::channel(1024).0)
    }
}

impl Happenings {
    pub fn announce(&self, event: Uuid, what: What) {
        // Nobody listening is not an error: the truth is in the database.
        let _ = self.0.send(Happening { event, what });
    }

    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Happening> {
        self.0.subscribe()
    }
}
