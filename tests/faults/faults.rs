//! The faults, and how each is brought about while clients go on. Most are a statement that fails in a
//! living process; the others come from outside.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::cluster::Cluster;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::mail_server::Mood;
use crate::fixtures::wire;
use crate::night::Night;
use crate::served::{Served, command};

/// A fault from outside, or the death of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Killed,
    DiesAtAPoint,
    PowerCut,
    HeldByAStranger,
    SecondProcess,
    StartedCopy,
    ClockJump,
    SlowClients,
    MailRefuses,
    MailStalls,
    MailDrops,
    MailAnswersLate,
    DatabaseCrashes,
    DatabasePaused,
    DatabaseSilent,
    DatabaseAway,
    CommitUnheard,
    CommitAnswerLost,
    AllLinesLostAtCommit,
}

use Fault::*;

/// Those that every database knows, and how they are named in the figures.
const COMMON: [(Fault, &str); 12] = [
    (Killed, "kill -9"),
    (DiesAtAPoint, "death at a statement"),
    (PowerCut, "power cut"),
    (HeldByAStranger, "a row (SQLite: the file) held by a stranger"),
    (SecondProcess, "second process with other keys"),
    (StartedCopy, "started copy of the database"),
    (ClockJump, "clock jump"),
    (SlowClients, "slow clients"),
    (MailRefuses, "mail server refuses"),
    (MailStalls, "mail server stalls"),
    (MailDrops, "mail server drops"),
    (MailAnswersLate, "mail server answers late"),
];

const POSTGRES: [(Fault, &str); 7] = [
    (DatabaseCrashes, "database crashes and is back"),
    (DatabasePaused, "database paused"),
    (DatabaseSilent, "database silent"),
    (DatabaseAway, "database away and back"),
    (CommitUnheard, "COMMIT not heard"),
    (CommitAnswerLost, "answer to COMMIT lost"),
    (AllLinesLostAtCommit, "all lines lost at COMMIT"),
];

/// All of a database, each with its name.
pub fn all(engine: Engine) -> Vec<(Fault, &'static str)> {
    let mut all = COMMON.to_vec();
    match engine {
        // A copy of a served PostgreSQL is made by its own tools, and lies elsewhere all the same.
        Postgres => all.retain(|(fault, _)| !matches!(fault, PowerCut | StartedCopy)),
        Sqlite => {}
    }
    if engine == Postgres {
        all.extend(POSTGRES);
    }
    all
}

impl Fault {
    /// Whether the process is to be gone.
    pub fn kills(self) -> bool {
        matches!(self, Killed | DiesAtAPoint | PowerCut)
    }
}

/// Waits until clients have heard so many answers more; not for ever, where nobody answers them.
pub async fn answers(night: &Night, more: u64) {
    let mut answers = night.book.answers();
    let goal = *answers.borrow() + more;
    let _ = timeout(Duration::from_secs(6), answers.wait_for(|answers| *answers >= goal)).await;
}

/// Has a living process have something fail at some point, while clients go on; how often it did. What
/// it was not told of in time is called off.
pub async fn at_a_point(served: &mut Served, night: &Night, chance: &mut StdRng) -> (&'static str, u64) {
    let (what, name, times) = match chance.random_range(0..10) {
        0..6 => ("breaks", "statement or COMMIT fails, before or after", 1),
        6..8 => ("full", "disk full", chance.random_range(1..=8)),
        _ => ("busy", "statement refused as busy", 1),
    };
    let before = served.times();
    served.is_to(what, chance.random_range(0..80), times);
    hit(&served.done, night, before + times).await;
    served.is_to("nothing", 0, 0);
    (name, served.times() - before)
}

async fn hit(done: &watch::Receiver<Option<u64>>, night: &Night, goal: u64) {
    let mut done = done.clone();
    let hit = done.wait_for(|done| done.is_none_or(|times| times >= goal));
    tokio::select! {
        _ = hit => {}
        () = answers(night, 60) => {}
    }
}

/// Brings it about, waits while clients meet it, and ends it.
pub async fn bring(fault: Fault, night: &Night, served: &mut Served, chance: &mut StdRng) {
    let some = chance.random_range(2..12);
    match fault {
        Killed | PowerCut => answers(night, some * 3).await,
        DiesAtAPoint => {
            served.is_to("dies", chance.random_range(0..150), 1);
            hit(&served.done, night, u64::MAX).await;
        }
        HeldByAStranger => held(night, some).await,
        SecondProcess => second(night, some).await,
        StartedCopy => copy(night, some).await,
        ClockJump => {
            let jump = [604_800, 86_400, -3_600][chance.random_range(0..3)];
            fs::write(&night.clock_shift, jump.to_string()).unwrap();
            answers(night, some * 2).await;
            fs::write(&night.clock_shift, "0").unwrap();
        }
        SlowClients => slow(night, some).await,
        MailRefuses => mail(night, Mood::Refuses(450), some).await,
        MailStalls => mail(night, Mood::Stalls, some).await,
        MailDrops => mail(night, Mood::DropsAfterData, some).await,
        MailAnswersLate => {
            mail(night, Mood::Ponders, some).await;
            night.mail.answers();
        }
        DatabaseCrashes => {
            Cluster::behind(&night.url).crash().await;
            answers(night, some).await;
        }
        DatabasePaused => {
            let cluster = Cluster::behind(&night.url);
            cluster.pause();
            answers(night, some).await;
            cluster.resume();
        }
        DatabaseSilent => mood(night, wire::Mood::Silent, some).await,
        DatabaseAway => mood(night, wire::Mood::Away, some).await,
        CommitUnheard => cut(night, wire::Cut::Before).await,
        CommitAnswerLost => cut(night, wire::Cut::After).await,
        AllLinesLostAtCommit => cut(night, wire::Cut::AfterAll).await,
    }
}

async fn mail(night: &Night, mood: Mood, some: u64) {
    night.mail.becomes(mood);
    answers(night, some * 4).await;
    night.mail.becomes(Mood::Accepts);
}

async fn mood(night: &Night, mood: wire::Mood, some: u64) {
    let Some(wire) = &night.wire else { return };
    wire.is(mood);
    if mood == wire::Mood::Away {
        wire.cut_all();
    }
    answers(night, some).await;
    wire.is(wire::Mood::Open);
    wire.cut_all();
}

async fn cut(night: &Night, cut: wire::Cut) {
    let Some(wire) = &night.wire else { return };
    wire.cut_at_commit(cut);
    answers(night, 30).await;
}

/// Somebody else holds the event of the evening, or the whole file.
async fn held(night: &Night, some: u64) {
    match night.engine {
        Sqlite => {
            let file = night.evening.folder().join("queqiao.sqlite3");
            let mut stranger = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
            if stranger.execute("BEGIN IMMEDIATE").await.is_ok() {
                answers(night, some).await;
            }
            stranger.close().await.unwrap();
        }
        Postgres => {
            let Some(mut stranger) = Cluster::behind(&night.url).connect().await else { return };
            let table = ["event", "registration", "account"][usize::try_from(some % 3).unwrap()];
            let hold = format!("BEGIN; SELECT id FROM {table} LIMIT 1 FOR UPDATE");
            stranger.execute(AssertSqlSafe(hold)).await.unwrap();
            answers(night, some * 2).await;
            stranger.close().await.unwrap();
        }
    }
}

/// A second process with another folder for keys: on a file it does not start, beside a server it does,
/// and takes no key away.
async fn second(night: &Night, some: u64) {
    let keys = tempfile::tempdir().unwrap();
    let mut command = command(night, &["serve"]);
    command.env("QUEQIAO__SERVER__BIND", "127.0.0.1:0").env("QUEQIAO__PICKS__KEY_STORE", keys.path().join("keys"));
    command.stderr(Stdio::null());
    let second = Served::by(&mut command);
    assert!(night.engine == Postgres || second.is_none(), "a second process serves the same file");
    if let Some(second) = second {
        answers(night, some * 2).await;
        drop(second);
    }
}

/// A copy of the file is served for a while, with the same folder for keys.
async fn copy(night: &Night, some: u64) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.sqlite3");
    let made = command(night, &["backup"]).arg(&copy).status().unwrap();
    if !made.success() {
        return;
    }
    let mut command = command(night, &["serve"]);
    command.env("QUEQIAO__DATABASE__URL", format!("sqlite://{}", copy.display()));
    command.env("QUEQIAO__SERVER__BIND", "127.0.0.1:0").env("QUEQIAO__MAIL__DELIVERY", "kept");
    if let Some(served) = Served::by(&mut command) {
        answers(night, some).await;
        drop(served);
    }
}

/// Many who never finish their sentence.
async fn slow(night: &Night, some: u64) {
    let mut lines: Vec<TcpStream> =
        (0..200).filter_map(|_| TcpStream::connect(("127.0.0.1", night.port)).ok()).collect();
    for line in &mut lines {
        let _ = line.write_all(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: q\r\nContent-Le");
    }
    answers(night, some * 4).await;
}
