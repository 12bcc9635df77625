//! What just became true. Announced after the commit and never before; carries ids and no state,
//! because by the time somebody listens the truth may have moved on: listeners read it again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
    /// Somebody says something in the chat; who listens there looks, and nobody else.
    ChatMoved,
    /// Something may have been missed: read everything again, at every event.
    Missed,
}

impl What {
    /// Whether it changes what anybody may read about an event.
    #[must_use]
    pub fn is_public(self) -> bool {
        matches!(
            self,
            Self::EventChanged
                | Self::PhaseMoved
                | Self::RegistrationsChanged
                | Self::Screened
                | Self::SeatsMoved
                | Self::Missed
        )
    }
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
    revisions: Arc<Revisions>,
}

/// How often something has changed, as far as this process has heard.
#[derive(Debug, Default)]
struct Revisions {
    /// What anybody may read.
    public: Counters,
    /// What decides where people stand.
    standing: Counters,
}

#[derive(Debug)]
struct Counters {
    anywhere: AtomicU64,
    /// Events share them; a change at one makes another look again.
    of_events: [AtomicU64; 64],
}

impl Default for Counters {
    fn default() -> Self {
        Self { anywhere: AtomicU64::new(0), of_events: [const { AtomicU64::new(0) }; 64] }
    }
}

impl Counters {
    fn of(&self, event: Option<Uuid>) -> &AtomicU64 {
        // The end of such an id is chance.
        let place = |event: Uuid| self.of_events.get(usize::from(event.as_bytes()[15]) % self.of_events.len());
        event.and_then(place).unwrap_or(&self.anywhere)
    }

    fn count(&self, happening: Happening) {
        self.anywhere.fetch_add(1, Ordering::SeqCst);
        if happening.what == What::Missed {
            self.of_events.iter().for_each(|revision| _ = revision.fetch_add(1, Ordering::SeqCst));
        } else {
            self.of(Some(happening.event)).fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Revisions {
    fn count(&self, happening: Happening) {
        if happening.what.is_public() {
            self.public.count(happening);
        }
        if happening.what.is_public() || happening.what == What::PointsChanged {
            self.standing.count(happening);
        }
    }
}

impl Default for Happenings {
    fn default() -> Self {
        Self { own: broadcast::channel(1024).0, all: broadcast::channel(1024).0, revisions: Arc::default() }
    }
}

impl Happenings {
    pub fn announce(&self, event: Uuid, what: What) {
        // Nobody listening is not an error: the truth is in the database.
        let happening = Happening { event, what };
        self.revisions.count(happening);
        let _ = self.own.send(happening);
        let _ = self.all.send(happening);
    }

    /// Another process announced this.
    pub fn overhear(&self, happening: Happening) {
        self.revisions.count(happening);
        let _ = self.all.send(happening);
    }

    /// Another number after whatever was announced of what anybody may read, of this event or of any. Whoever
    /// takes it before reading knows later whether to read again, without having listened.
    #[must_use]
    pub fn revision(&self, event: Option<Uuid>) -> u64 {
        self.revisions.public.of(event).load(Ordering::SeqCst)
    }

    /// As [`Self::revision`], of what decides where people of an event stand: its terms, who takes part, and points.
    #[must_use]
    pub fn revision_of_standing(&self, event: Uuid) -> u64 {
        self.revisions.standing.of(Some(event)).load(Ordering::SeqCst)
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
