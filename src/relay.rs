//! Carries what one process announces to its siblings on the same PostgreSQL, and brings theirs
//! here. Gathered for a moment and sent on a connection of its own, outside of every writing
//! transaction: a notification inside one would make all commits of the database stand in line.
//!
//! What the processes remember of their database ([`crate::remembered`]) is another matter: the tables
//! themselves tell what changes, in the very transaction, so that it is heard with the commit whoever
//! wrote. Such tables change seldom.
//!
//! The embedded database has one process and needs no relay; who else writes its file is looked up.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::sqlx::postgres::{PgListener, PgPoolOptions};
use sea_orm::sqlx::{self, Executor, PgConnection, query};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::App;
use crate::database::silent;
use crate::error::Fault;
use crate::happening::Happening;
use crate::remembered::Table;
use crate::remembered::table::Part;

const CHANNEL: &str = "queqiao_happening";
/// Where the tables tell with each commit what has changed (migration `m0210_told_changes`), and processes
/// hear themselves.
const CHANGES: &str = "queqiao_change";
/// What a process says to hear itself begins with this.
const BEATS: &str = "beat";
/// How often it does: several times within the time that what is remembered is trusted.
const BEAT: Duration = Duration::from_millis(250);
/// How long happenings are gathered before they are sent together.
const GATHERED: Duration = Duration::from_millis(10);
/// How long the database may take to take a note or to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// After a connection was lost.
const PAUSE: Duration = Duration::from_secs(1);

/// What travels between processes: ids, never state.
#[derive(Serialize, Deserialize)]
struct Note {
    /// The process that says so: it has heard itself already.
    from: Uuid,
    #[serde(flatten)]
    happening: Happening,
}

/// Carries until the house closes. When this returns, the others' happenings are being heard.
///
/// # Errors
/// Where the database is out of reach.
pub async fn start(app: &Arc<App>, closing: CancellationToken) -> Result<JoinHandle<()>, Fault> {
    if !app.database.is_postgres() {
        let house = Arc::clone(app);
        return Ok(app.spawn(async move { house.database.watch_for_others(closing).await }));
    }
    let own_id = app.new_id();
    let news = app.happenings.listen_here();
    let ear = listener(app).await?;
    let house = Arc::clone(app);
    Ok(app.spawn(async move {
        tokio::select! {
            () = tell(&house, own_id, news) => {}
            () = overhear(&house, own_id, ear) => {}
            () = closing.cancelled() => {}
        }
    }))
}

async fn listener(app: &App) -> Result<PgListener, Fault> {
    let line = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
    let line = line.connect_lazy_with(app.database.current_server().await?);
    let mut ear = PgListener::connect_with(&line).await.map_err(Fault::of)?;
    ear.ignore_pool_close_event(true);
    // One that broke is replaced by us: what was said in between is missed, and we must know.
    ear.eager_reconnect(false);
    // What it says itself need not be kept.
    ear.execute("SET synchronous_commit = off").await.map_err(Fault::of)?;
    ear.listen_all([CHANNEL, CHANGES]).await.map_err(Fault::of)?;
    Ok(ear)
}

async fn overhear(app: &App, own_id: Uuid, mut ear: PgListener) {
    loop {
        app.database.changes().count_all();
        let broken = listen(app, own_id, &mut ear).await;
        tracing::warn!(fault = %broken, "the other processes cannot be heard");
        ear = heard_again(app).await;
        // Nobody knows what was said in between.
        app.happenings.overhear(Happening::MISSED);
    }
}

/// Listens until the line breaks, and asks itself a few times a second whether it hears. Notifications come
/// in the order of the commits, so whoever hears its own question has heard of every change before it.
async fn listen(app: &App, own_id: Uuid, ear: &mut PgListener) -> sqlx::Error {
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut beat, mut asked_at) = (0_u64, Instant::now());
    loop {
        tokio::select! {
            _ = beats.tick() => {
                beat += 1;
                asked_at = Instant::now();
                let question = query("SELECT pg_notify($1, $2)").bind(CHANGES).bind(own_beat(own_id, beat));
                match timeout(PATIENCE, ear.execute(question)).await {
                    Ok(Ok(_)) => {}
                    Ok(Err(fault)) => return fault,
                    Err(_) => return silent(),
                }
            }
            heard = ear.try_recv() => match heard {
                Ok(Some(heard)) if heard.channel() == CHANNEL => pass_on(app, own_id, heard.payload()),
                Ok(Some(heard)) if heard.payload() == own_beat(own_id, beat) => app.database.changes().heard(asked_at),
                Ok(Some(heard)) => count(app, heard.payload()),
                Ok(None) => return silent(),
                Err(fault) => return fault,
            }
        }
    }
}

fn own_beat(own_id: Uuid, beat: u64) -> String {
    format!("{BEATS} {own_id} {beat}")
}

fn pass_on(app: &App, own_id: Uuid, note: &str) {
    match serde_json::from_str::<Note>(note) {
        Ok(note) if note.from == own_id => {}
        Ok(note) => app.happenings.overhear(note.happening),
        // Said by a newer version of us.
        Err(_) => app.happenings.overhear(Happening::MISSED),
    }
}

/// Counts what a table said of itself: its name, and the key of the row where it has one.
fn count(app: &App, change: &str) {
    let (name, key) = change.split_once(' ').map_or((change, None), |(name, key)| (name, Some(key)));
    if name == BEATS {
        return;
    }
    let changes = app.database.changes();
    match (Table::named(name), key.map(str::parse::<Uuid>)) {
        (Some(table), Some(Ok(key))) => changes.count(&[table.rows(key.as_bytes())]),
        (Some(table), _) => changes.count(&[Part::All(table)]),
        (None, _) => changes.count_all(),
    }
}

/// A new ear in the place of one that has gone silent.
async fn heard_again(app: &App) -> PgListener {
    loop {
        match timeout(PATIENCE, listener(app)).await {
            Ok(Ok(ear)) => return ear,
            Ok(Err(fault)) => tracing::warn!(?fault, "the other processes cannot be heard"),
            Err(_) => tracing::warn!("the other processes cannot be heard: the database has gone silent"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn tell(app: &App, own_id: Uuid, mut news: Receiver<Happening>) {
    let mut voice = None;
    while let Some(gathered) = gather(&mut news).await {
        let notes = gathered.into_iter().map(|happening| Note { from: own_id, happening });
        let notes: Vec<String> = notes.filter_map(|note| serde_json::to_string(&note).ok()).collect();
        if let Err(fault) = say(app, &mut voice, &notes).await {
            voice = None;
            tracing::warn!(?fault, "the other processes could not be told");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// What is announced within a moment, each once; None when the house is gone.
async fn gather(news: &mut Receiver<Happening>) -> Option<HashSet<Happening>> {
    let mut gathered = HashSet::new();
    match news.recv().await {
        Ok(happening) => gathered.insert(happening),
        Err(RecvError::Lagged(_)) => gathered.insert(Happening::MISSED),
        Err(RecvError::Closed) => return None,
    };
    tokio::time::sleep(GATHERED).await;
    while let Ok(happening) = news.try_recv() {
        gathered.insert(happening);
    }
    Some(gathered)
}

async fn say(app: &App, voice: &mut Option<PgConnection>, notes: &[String]) -> Result<(), Fault> {
    let connection = match voice {
        Some(connection) => connection,
        None => voice.insert(app.database.own_connection().await?),
    };
    let all = query("SELECT pg_notify($1, note) FROM unnest($2) AS note").bind(CHANNEL).bind(notes);
    timeout(PATIENCE, all.execute(connection)).await.map_err(Fault::of)?.map_err(Fault::of)?;
    Ok(())
}
