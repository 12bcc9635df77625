//! Where listeners tune in: one channel an event and audience, which holds the latest snapshot and
//! nothing older. It begins with its first listener and ends with its last.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::web::Bytes;
use tokio::sync::{Notify, broadcast, watch};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::audience::Audience;
use super::snapshot;
use crate::app::App;
use crate::happening::{Happening, What};

/// Between two looks at most: a burst of happenings becomes one look.
const BREATH: Duration = Duration::from_millis(40);
/// A hall that taps along is counted twice a second, not with every thumb.
const APPLAUSE: Duration = Duration::from_millis(500);
/// Without news the house looks again all the same: phases begin by the clock, and how many have
/// chosen is told no finer than this, or the hall could see whose tap was counted.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// A snapshot on the air.
#[derive(Clone, Debug, Default)]
pub struct Aired {
    /// Rises with every change; 0 before the first snapshot. Microseconds since 1970 or a little
    /// more, so that it rises across restarts too.
    pub version: i64,
    /// The members of the JSON object, without what is each listener's own.
    pub members: Bytes,
}

/// What a listener hears: nothing that was looked up before they tuned in, so that a page that is loaded after
/// a deed shows what came of it.
pub struct News {
    aired: watch::Receiver<Aired>,
    looks: watch::Receiver<u64>,
    from: u64,
}

impl News {
    /// Waits for the next snapshot; None when the channel ends.
    pub async fn next(&mut self) -> Option<Aired> {
        let from = self.from;
        self.looks.wait_for(|done| *done >= from).await.ok()?;
        self.aired.changed().await.ok()?;
        Some(self.aired.borrow_and_update().clone())
    }
}

#[derive(Default)]
struct Channel {
    aired: watch::Sender<Aired>,
    /// The number of the last look that was finished, and of the last one begun.
    looks: watch::Sender<u64>,
    begun: AtomicU64,
    /// Somebody tuned in and wants a look of their own.
    wanted: Notify,
}

impl Channel {
    fn subscribe(&self) -> News {
        let (mut aired, looks) = (self.aired.subscribe(), self.looks.subscribe());
        aired.mark_changed();
        let from = self.begun.load(Ordering::SeqCst) + 1;
        self.wanted.notify_one();
        News { aired, looks, from }
    }
}

type ByAudience = HashMap<(Uuid, Audience), Arc<Channel>>;

#[derive(Default)]
pub struct Channels {
    channels: Mutex<ByAudience>,
    closing: CancellationToken,
}

impl Channels {
    /// The channel of an event for an audience; it has its first snapshot soon.
    pub fn tune(self: &Arc<Self>, app: &Arc<App>, event_id: Uuid, audience: Audience) -> News {
        let mut channels = self.channels();
        if self.closing.is_cancelled() {
            return Channel::default().subscribe();
        }
        if let Some(channel) = channels.get(&(event_id, audience)) {
            return channel.subscribe();
        }
        let channel = Arc::new(Channel::default());
        let news = channel.subscribe();
        channels.insert((event_id, audience), Arc::clone(&channel));
        let air = air(Arc::clone(app), Arc::clone(self), (event_id, audience), channel);
        app.spawn(air);
        news
    }

    /// Ends every stream: the house closes.
    pub fn close(&self) {
        self.closing.cancel();
        self.channels().clear();
    }

    /// How many channels are on the air.
    #[must_use]
    pub fn channels_on_air(&self) -> usize {
        self.channels().len()
    }

    fn channels(&self) -> MutexGuard<'_, ByAudience> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a channel off the air unless somebody tuned in meanwhile.
    fn leave(&self, key: (Uuid, Audience), channel: &Channel) -> bool {
        let mut channels = self.channels();
        let deserted = channel.aired.receiver_count() == 0;
        if deserted {
            channels.remove(&key);
        }
        deserted
    }
}

async fn air(app: Arc<App>, station: Arc<Channels>, key: (Uuid, Audience), channel: Arc<Channel>) {
    let (event_id, audience) = key;
    let mut news = app.happenings.listen();
    loop {
        // What was announced before this look is in it.
        news = news.resubscribe();
        let look = channel.begun.fetch_add(1, Ordering::SeqCst) + 1;
        match app.run(async move |app| snapshot::members(&app, event_id, audience).await).await {
            Ok(members) => {
                let now = app.now().timestamp_micros();
                channel.aired.send_if_modified(|aired| {
                    let changed = aired.version == 0 || aired.members != members;
                    if changed {
                        *aired = Aired { version: now.max(aired.version + 1), members };
                    }
                    changed
                });
                channel.looks.send_replace(look);
            }
            // The last snapshot stays: the hall is told nothing of our troubles.
            Err(fault) => tracing::error!(?fault, "a snapshot could not be made; the next look tries again"),
        }
        tokio::select! {
            () = wait_for_cause(&mut news, event_id, &channel) => {}
            () = sleep(LOOK_AGAIN) => {}
            () = channel.aired.closed() => if station.leave(key, &channel) { return },
            () = station.closing.cancelled() => return,
        }
    }
}

/// Waits for a reason to look again.
async fn wait_for_cause(news: &mut broadcast::Receiver<Happening>, event_id: Uuid, channel: &Channel) {
    sleep(BREATH).await;
    tokio::select! {
        () = wait_for_news(news, event_id) => {}
        () = channel.wanted.notified() => {}
    }
}

/// Waits until something happens at the event; where it may wait, for its company or something that
/// may not.
async fn wait_for_news(news: &mut broadcast::Receiver<Happening>, event_id: Uuid) {
    if one(news, event_id).await == What::Blessed {
        let pressing = async { while one(news, event_id).await == What::Blessed {} };
        let _ = timeout(APPLAUSE, pressing).await;
    }
}

/// The next thing that happens at the event.
async fn one(news: &mut broadcast::Receiver<Happening>, event_id: Uuid) -> What {
    loop {
        match news.recv().await {
            // The chat has listeners of its own.
            Ok(Happening { what: What::ChatMoved, .. }) => {}
            Ok(happening) if happening.concerns(event_id) => return happening.what,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return What::Missed,
            // The house is gone, and with it whoever would listen.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}
