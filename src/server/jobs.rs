//! What the clock does by itself: the house goes round every few seconds and lets each room look
//! whether something has come due. Every step is safe to repeat and to run in several processes.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, interval_at, timeout};
use tokio_util::sync::CancellationToken;

use crate::accounts::{self, benches};
use crate::app::App;
use crate::badges;
use crate::chat;
use crate::circle;
use crate::clock_watch;
use crate::confessions;
use crate::couples;
use crate::dates;
use crate::feedback;
use crate::goods;
use crate::happening::What;
use crate::introductions;
use crate::invitations;
use crate::mail;
use crate::picks;
use crate::points;
use crate::screening;
use crate::volunteers;

use super::{forget, idempotency, reseal};

/// Seconds between two rounds.
const EVERY: Duration = Duration::from_secs(5);
/// How long one may take before it is given up.
const LONGEST: Duration = Duration::from_mins(5);
/// How often what is deleted is made to be gone: twice within the minute that is promised.
const SETTLE: Duration = Duration::from_secs(25);

/// How often an embedded database looks at how large its tables have become.
const MEASURE: Duration = Duration::from_hours(1);

/// Goes round until the house closes.
pub async fn go(app: Arc<App>, closing: CancellationToken) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut settling = interval(SETTLE);
    settling.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut measuring = interval_at(Instant::now() + MEASURE, MEASURE);
    measuring.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut news = app.happenings.listen();
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                if timeout(LONGEST, rooms(&app)).await.is_err() {
                    tracing::error!("a round hung and was given up; the next one tries again");
                }
            }
            _ = settling.tick() => gone(&app).await,
            _ = measuring.tick() => log_failure("database", app.database.measure_tables().await),
            // Two who are willing are a couple at once: the host is waiting.
            Ok(heard) = news.recv() => {
                if heard.what == What::PickRoundTallied {
                    log_failure("couples", couples::begin::due(&app).await);
                }
            }
            () = closing.cancelled() => return,
        }
    }
}

/// One round, and what was deleted by then is gone.
pub async fn once(app: &Arc<App>) {
    rooms(app).await;
    gone(app).await;
}

/// What was deleted or overwritten, by whomever, stands in the write-ahead log until that is emptied.
async fn gone(app: &Arc<App>) {
    match app.database.checkpoint().await {
        Ok(true) => {}
        Ok(false) => tracing::warn!("readers kept what was deleted in the write-ahead log a little longer"),
        Err(fault) => tracing::error!(?fault, "the write-ahead log could not be emptied"),
    }
    log_failure("erasure", forget::sweep_up(app).await);
    benches::clear_idle();
}

/// A room that fails does not keep the others from theirs.
async fn rooms(app: &Arc<App>) {
    log_failure("keys", reseal::due(app).await);
    log_failure("clock_watch", clock_watch::attend(app).await);
    log_failure("picks", picks::key_presence::attend(app).await);
    log_failure("picks", picks::recovery::due(app).await);
    log_failure("couples", couples::begin::due(app).await);
    log_failure("badges", badges::latecomers::due(app).await.map(|_| ()));
    // What cannot be undone waits while nobody is sure what time it is.
    if app.clock.is_sure() {
        by_the_clock(app).await;
    }
}

/// What comes due by nothing but the time.
async fn by_the_clock(app: &Arc<App>) {
    log_failure("mail", mail::forget::due(app).await);
    log_failure("replay", idempotency::forget(app).await);
    log_failure("accounts", accounts::idle::due(app).await);
    log_failure("accounts", accounts::sweep::due(app).await);
    log_failure("invitations", invitations::sweep::due(app).await);
    log_failure("points", points::close_books::due(app).await.map(|_| ()));
    log_failure("screening", screening::expire::due(app).await.map(|_| ()));
    log_failure("dates", dates::end_with_event::due(app).await);
    log_failure("confessions", confessions::forget::due(app).await);
    log_failure("badges", badges::remind::due(app).await.map(|_| ()));
    log_failure("feedback", feedback::ask::due(app).await);
    log_failure("circle", circle::forget::due(app).await);
    log_failure("chat", chat::forget::due(app).await);
    log_failure("volunteers", volunteers::remind::remind(app).await);
    log_failure("goods", goods::book::due(app).await);
    log_failure("goods", goods::expire::due(app).await);
    log_failure("volunteers", volunteers::ask_again::due(app).await);
    log_failure("introductions", introductions::lapse::due(app).await);
}

fn log_failure(room: &'static str, outcome: Result<(), impl std::fmt::Debug>) {
    if let Err(fault) = outcome {
        tracing::error!(room, ?fault, "a round failed; the next one tries again");
    }
}
