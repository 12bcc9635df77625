//! Where listeners of the chat tune in: one channel a room, which looks when something has changed, once for all of
//! them, and keeps what changed last. It begins with its first listener and ends with its last.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::look::{self, Air};
use super::room::Which;
use crate::app::App;
use crate::error::Error;
use crate::happening::{Happening, What};

/// Between two looks at most: a burst of lines becomes one look.
const BREATH: Duration = Duration::from_millis(40);
/// Without news the room is looked at all the same: the chat ends by the clock.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// What is on the air; None before the first look.
pub type OnAir = watch::Receiver<Option<Arc<Air>>>;
type Channel = watch::Sender<Option<Arc<Air>>>;
type Key = (Uuid, Which);

#[derive(Default)]
pub struct Rooms {
    channels: Mutex<HashMap<Key, Arc<Channel>>>,
    closing: CancellationToken,
}

impl Rooms {
    /// The channel of a room; what is on the air ends with the chat, or with the house.
    pub fn tune(self: &Arc<Self>, app: &Arc<App>, event_id: Uuid, which: Which) -> OnAir {
        let key = (event_id, which);
        let mut channels = self.channels();
        if self.closing.is_cancelled() {
            return Channel::default().subscribe();
        }
        if let Some(channel) = channels.get(&key) {
            return channel.subscribe();
        }
        let channel = Arc::new(Channel::default());
        let on_air = channel.subscribe();
        channels.insert(key, Arc::clone(&channel));
        app.spawn(go(Arc::clone(app), Arc::clone(self), key, channel));
        on_air
    }

    /// Ends every stream: the house closes.
    pub fn close(&self) {
        self.closing.cancel();
        self.channels().clear();
    }

    /// How many rooms are on the air.
    #[must_use]
    pub fn rooms_on_air(&self) -> usize {
        self.channels().len()
    }

    fn channels(&self) -> MutexGuard<'_, HashMap<Key, Arc<Channel>>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a channel off the air unless somebody tuned in meanwhile.
    fn leave(&self, key: Key, channel: &Channel) -> bool {
        let mut channels = self.channels();
        let deserted = channel.receiver_count() == 0;
        if deserted {
            channels.remove(&key);
        }
        deserted
    }
}

async fn go(app: Arc<App>, rooms: Arc<Rooms>, key: Key, channel: Arc<Channel>) {
    let (event_id, which) = key;
    let mut news = app.happenings.listen();
    let mut full = true;
    loop {
        let before = channel.borrow().clone();
        match app.run(async move |app| look::look(&app, event_id, which, before, full).await).await {
            Ok(air) => {
                full = false;
                if let Some(air) = air {
                    channel.send_replace(Some(Arc::new(air)));
                }
            }
            // It has ended, and the streams with it.
            Err(Error::Refused(_)) => {
                rooms.channels().remove(&key);
                return;
            }
            // What was on the air stays; nobody is told of our troubles.
            Err(Error::Fault(fault)) => {
                full = true;
                tracing::error!(?fault, "a chat could not be read; the next look tries again");
            }
        }
        tokio::select! {
            only_lines = wait_for_cause(&mut news, event_id) => full |= !only_lines,
            () = sleep(LOOK_AGAIN) => full = true,
            () = channel.closed() => {
                if rooms.leave(key, &channel) {
                    return;
                }
                full = true;
            }
            () = rooms.closing.cancelled() => return,
        }
    }
}

/// Waits for a reason to look again; whether all that was announced by then are lines, of this room or another.
async fn wait_for_cause(news: &mut Receiver<Happening>, event_id: Uuid) -> bool {
    sleep(BREATH).await;
    let is_reason = |happening: Happening| happening.concerns(event_id) && is_cause(happening.what);
    let mut only_lines = loop {
        match news.recv().await {
            Ok(happening) if is_reason(happening) => break happening.what == What::ChatMoved,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => break false,
            // The house is gone, and with it whoever would listen.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    };
    // What was announced before the look is in it.
    loop {
        match news.try_recv() {
            Ok(happening) if is_reason(happening) => only_lines &= happening.what == What::ChatMoved,
            Ok(_) => {}
            Err(TryRecvError::Lagged(_)) => only_lines = false,
            Err(TryRecvError::Empty | TryRecvError::Closed) => return only_lines,
        }
    }
}

/// Lines, who is out of whose sight, who is of which group, who takes part, and how the event is held.
fn is_cause(what: What) -> bool {
    matches!(
        what,
        What::ChatMoved
            | What::DatesPlanned
            | What::GroupsFormed
            | What::RegistrationsChanged
            | What::EventChanged
            | What::PhaseMoved
            | What::Missed
    )
}
