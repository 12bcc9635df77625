//! Carries what one process announces to its siblings on the same PostgreSQL, and brings theirs
//! here. Gathered for a moment and sent on a connection of its own, outside of every writing
//! transaction: a notification inside one would make all commits of the database stand in line.
//! The embedded database has one process and needs no relay.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgListener, PgPoolOptions};
use sea_orm::sqlx::{Executor, PgConnection, query};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::App;
use crate::database::address::spoken_to;
use crate::error::Fault;
use crate::happening::Happening;

const CHANNEL: &str = "queqiao_happening";
/// How long happenings are gathered before they are sent together.
const GATHERED: Duration = Duration::from_millis(10);
/// How long nothing is heard before the ear is asked whether it still hears.
const QUIET: Duration = Duration::from_secs(20);
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
        return Ok(app.spawn(async {}));
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
    let line = line.connect_lazy_with(spoken_to(&app.settings.database.url).map_err(Fault::of)?);
    let mut ear = PgListener::connect_with(&line).await.map_err(Fault::of)?;
    ear.ignore_pool_close_event(true);
    ear.listen(CHANNEL).await.map_err(Fault::of)?;
    Ok(ear)
}

async fn overhear(app: &App, own_id: Uuid, mut ear: PgListener) {
    loop {
        let Ok(heard) = timeout(QUIET, ear.try_recv()).await else {
            if !matches!(timeout(PATIENCE, ear.execute("SELECT 1")).await, Ok(Ok(_))) {
                ear = heard_again(app).await;
                // Nobody knows what was said in between.
                app.happenings.overhear(Happening::MISSED);
            }
            continue;
        };
        match heard {
            Ok(Some(heard)) => match serde_json::from_str::<Note>(heard.payload()) {
                Ok(note) if note.from == own_id => {}
                Ok(note) => app.happenings.overhear(note.happening),
                // Said by a newer version of us.
                Err(_) => app.happenings.overhear(Happening::MISSED),
            },
            // The connection broke and was made again; nobody knows what was said in between.
            Ok(None) => app.happenings.overhear(Happening::MISSED),
            Err(fault) => {
                tracing::warn!(%fault, "the other processes cannot be heard");
                tokio::time::sleep(PAUSE).await;
            }
        }
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
