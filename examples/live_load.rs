//! How soon a hall hears, and what each listener costs: `cargo run --release --example live_load`.
//!
//! A house on a fresh embedded database, and listeners in a process of their own (this program
//! again), so that the memory measured is the house's. With `--database-url URL` (an empty PostgreSQL)
//! everything is written in one process and heard in another. Prints one figure a line.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement may stop")]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chrono::TimeDelta;
use queqiao::accounts::{access_token, account};
use queqiao::app::App;
use queqiao::clock::Clock;
use queqiao::events::{crew, event, kind};
use queqiao::happening::What;
use queqiao::organizations::organization;
use queqiao::secrets::Secrets;
use queqiao::server::lifecycle::Opening;
use queqiao::settings::Settings;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const LISTENERS: usize = 1_000;
const CHANGES: usize = 40;
/// Who connects and leaves, a hundred at a time.
const PASSERS_BY: usize = 10_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match arguments.as_slice() {
        [_, role, address, token] if role == "hall" => runtime.block_on(hall(address, token)),
        [_, role, address, token] if role == "passers-by" => runtime.block_on(passers_by(address, token)),
        [_, role, url] if role == "beside" => runtime.block_on(beside(url)),
        [_, flag, url] if flag == "--database-url" => runtime.block_on(measure(Some(url))),
        _ => runtime.block_on(measure(None)),
    }
}

/// A house on this database, with its doors open.
async fn house(url: String) -> Opening {
    let mut settings = Settings::defaults().unwrap();
    settings.database.url = url.into();
    settings.security.secret = "what two processes of one house share".into();
    let secrets = Secrets::load(&settings.security).unwrap();
    let app = App::build(settings, Clock::machine(), secrets).await.unwrap();
    Opening::begin(&app, TcpListener::bind("127.0.0.1:0").unwrap()).await.unwrap()
}

/// The house's other process, which ends with its standard input.
async fn beside(url: &str) {
    let house = house(url.to_owned()).await;
    println!("{}", house.address);
    let waiting = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
    waiting.await.unwrap().unwrap();
    house.close().await;
}

async fn measure(url: Option<&str>) {
    let folder = tempfile::tempdir().unwrap();
    let embedded = format!("sqlite://{}/queqiao.sqlite3", folder.path().display());
    let house = house(url.map_or(embedded, str::to_owned)).await;
    let app = &house.app;
    let (event, token) = evening(app).await;
    let mut beside = url.map(|url| start(&["beside", url]));
    let (address, process) = match &mut beside {
        None => (house.address.to_string(), std::process::id()),
        Some(beside) => {
            let mut address = String::new();
            BufReader::new(beside.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
            (address.trim().to_owned(), beside.id())
        }
    };
    println!("written in process {}, heard in process {process}", std::process::id());

    let before = resident(process);
    let mut hall = start(&["hall", &address, &token]);
    let mut heard = BufReader::new(hall.stdout.take().unwrap()).lines();
    assert_eq!(heard.next().unwrap().unwrap(), "ready");
    let each = (resident(process) - before) / LISTENERS as u64;
    println!("memory of each of {LISTENERS} listeners: {} KiB", each / 1024);

    let mut committed = Vec::new();
    for change in 0..CHANGES {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let txn = app.database.begin_write().await.unwrap();
        // Every change moves the evening in or out of its phase, which everybody hears.
        let hours = if change % 2 == 0 { 1 } else { -1 };
        let on_site_at = Set(Some(app.now() + TimeDelta::hours(hours)));
        let row = event::ActiveModel { id: Set(event.id), on_site_at, ..Default::default() };
        row.update(&txn).await.unwrap();
        txn.commit().await.unwrap();
        committed.push(micros());
        app.happenings.announce(event.id, What::PhaseMoved);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    hall.stdin.take().unwrap().write_all(b"enough\n").unwrap();
    let mut waits = Vec::new();
    for line in heard {
        let arrivals: Vec<u64> = line.unwrap().split(' ').filter_map(|at| at.parse().ok()).collect();
        for at in arrivals {
            // The last commit before it is what it tells.
            if let Some(commit) = committed.iter().rev().find(|commit| **commit <= at) {
                waits.push((at - commit) / 1000);
            }
        }
    }
    hall.wait().unwrap();
    waits.sort_unstable();
    let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize];
    println!("{} messages heard of {}", waits.len(), LISTENERS * CHANGES);
    println!("after the commit: p50 {} ms, p99 {} ms, last {} ms", at(0.5), at(0.99), at(1.0));

    // What the allocator keeps for next time is bought by the first wave; a leak would go on.
    for wave in 1..=3 {
        let (before, begun) = (resident(process), Instant::now());
        start(&["passers-by", &address, &token]).wait().unwrap();
        let took = begun.elapsed().as_secs_f64();
        tokio::time::sleep(Duration::from_secs(3)).await;
        let grown = resident(process).saturating_sub(before) / 1024;
        println!("wave {wave}: {PASSERS_BY} connected and left in {took:.1} s; growth {grown} KiB");
    }
    if let Some(mut beside) = beside {
        drop(beside.stdin.take());
        beside.wait().unwrap();
    }
}

/// This program again, in another role.
fn start(arguments: &[&str]) -> Child {
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

fn micros() -> u64 {
    let now = SystemTime::now();
    u64::try_from(now.duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap()
}

/// Bytes a process has in memory.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/statm")).unwrap();
    status.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

async fn listen(address: &str, token: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /api/v1/events/qixi/live?as=guest HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Whether a piece of the stream begins a snapshot.
fn tells(piece: &[u8]) -> bool {
    piece.windows(4).any(|four| four == b"id: ")
}

async fn hall(address: &str, token: &str) {
    let mut ears = Vec::new();
    for _ in 0..LISTENERS {
        let mut stream = listen(address, token).await;
        let mut piece = vec![0; 8192];
        loop {
            let read = stream.read(&mut piece).await.unwrap();
            assert!(read > 0, "refused");
            if tells(&piece[..read]) {
                break;
            }
        }
        ears.push(tokio::spawn(async move {
            let mut arrivals = Vec::new();
            while let Ok(Ok(read)) = tokio::time::timeout(Duration::from_secs(12), stream.read(&mut piece)).await {
                if read == 0 {
                    break;
                }
                if tells(&piece[..read]) {
                    arrivals.push(micros().to_string());
                }
                if arrivals.len() == CHANGES {
                    break;
                }
            }
            arrivals.join(" ")
        }));
    }
    println!("ready");
    for ear in ears {
        println!("{}", ear.await.unwrap());
    }
}

async fn passers_by(address: &str, token: &str) {
    for _ in 0..PASSERS_BY / 100 {
        let mut hundred = Vec::new();
        for _ in 0..100 {
            let mut stream = listen(address, token).await;
            hundred.push(tokio::spawn(async move {
                let mut piece = [0; 1024];
                let _ = stream.read(&mut piece).await;
            }));
        }
        for one in hundred {
            one.await.unwrap();
        }
    }
}

/// An evening and the token of its host.
async fn evening(app: &Arc<App>) -> (event::Model, String) {
    let txn = app.database.begin_write().await.unwrap();
    let now = app.now();
    let id = app.new_id();
    let host = account::new(app, id, "host@example.com", "").unwrap();
    assert!(host.clone().begin(&txn).await.unwrap());
    let union = organization::ActiveModel {
        id: Set(app.new_id()),
        slug: Set("yanyuan".to_owned()),
        name: Set("燕缘际会工会".to_owned()),
        name_en: Set(None),
        created_at: Set(now),
        demands_second_factor: Set(false),
    };
    let union = union.insert(&txn).await.unwrap();
    let days = |days| now + TimeDelta::days(days);
    let row = event::ActiveModel {
        id: Set(app.new_id()),
        organization_id: Set(union.id),
        series_id: Set(None),
        slug: Set("qixi".to_owned()),
        title: Set("情定七夕".to_owned()),
        title_en: Set(None),
        summary: Set(String::new()),
        venue: Set(String::new()),
        timezone: Set("Asia/Shanghai".to_owned()),
        template: Set(kind::Kind::Mixer),
        sides: Set(event::Sides::Two),
        seats: Set(300),
        settings: Set(serde_json::json!({})),
        created_at: Set(now),
        published_at: Set(Some(days(-30))),
        moved: Set(0),
        registration_at: Set(Some(days(-20))),
        online_at: Set(Some(days(-10))),
        screening_at: Set(Some(days(-5))),
        confirmation_at: Set(Some(days(-4))),
        on_site_at: Set(Some(days(-1))),
        closed_at: Set(Some(days(1))),
        starts_at: Set(now),
        ends_at: Set(days(1)),
    };
    let event = row.insert(&txn).await.unwrap();
    let role = crew::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(event.id),
        account_id: Set(host.id),
        role: Set(crew::Role::Host),
        granted_at: Set(now),
    };
    role.insert(&txn).await.unwrap();
    txn.commit().await.unwrap();
    (event, access_token::issue(app, host.id).unwrap())
}
