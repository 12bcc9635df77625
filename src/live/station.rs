//! Where listeners tune in: one channel an event and audience, which holds the latest snapshot and
//! nothing older. It begins with its first listener and ends with its last.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::web::Bytes;
use tokio::sync::broadcast;
use tokio::sync::watch;
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

pub type News = watch::Receiver<Aired>;
type Channel = watch::Sender<Aired>;
type Channels = HashMap<(Uuid, Audience), Arc<Channel>>;

#[derive(Default)]
pub struct Station {
    channels: Mutex<Channels>,
    closing: CancellationToken,
}

impl Station {
    /// The channel of an event for an audience; it has its first snapshot soon.
    pub fn tune(self: &Arc<Self>, app: &Arc<App>, event_id: Uuid, audience: Audience) -> News {
        let mut channels = self.channels();
        if self.closing.is_cancelled() {
            return watch::channel(Aired::default()).1;
        }
        if let Some(channel) = channels.get(&(event_id, audience)) {
            return channel.subscribe();
        }
        let (channel, news) = watch::channel(Aired::default());
        let channel = Arc::new(channel);
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

    fn channels(&self) -> MutexGuard<'_, Channels> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a channel off the air unless somebody tuned in meanwhile.
    fn leave(&self, key: (Uuid, Audience), channel: &Channel) -> bool {
        let mut channels = self.channels();
        let deserted = channel.receiver_count() == 0;
        if deserted {
            channels.remove(&key);
        }
        deserted
    }
}

async fn air(app: Arc<App>, station: Arc<Station>, key: (Uuid, Audience), channel: Arc<Channel>) {
    let (event_id, audience) = key;
    let mut news = app.happenings.listen();
    loop {
        // What was announced before this look is in it.
        news = news.resubscribe();
        match app.run(async move |app| snapshot::members(&app, event_id, audience).await).await {
            Ok(members) => {
                let now = app.now().timestamp_micros();
                channel.send_if_modified(|aired| {
                    let changed = aired.version == 0 || aired.members != members;
                    if changed {
                        *aired = Aired { version: now.max(aired.version + 1), members };
                    }
                    changed
                });
            }
            // The last snapshot stays: the hall is told nothing of our troubles.
            Err(fault) => tracing::error!(?fault, "a snapshot could not be made; the next look tries again"),
        }
        tokio::select! {
            () = async { sleep(BREATH).await; wait_for_news(&mut news, event_id).await } => {}
            () = sleep(LOOK_AGAIN) => {}
            () = channel.closed() => if station.leave(key, &channel) { return },
            () = station.closing.cancelled() => return,
        }
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
            Ok(happening) if happening.concerns(event_id) => return happening.what,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return What::Missed,
            // The house is gone, and with it whoever would listen.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}
