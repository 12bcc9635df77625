//! How soon a room of 1,000 hears a line of the chat, and how often it was read for them: `cargo run --release --example
//! chat_load`.
//!
//! A house on a fresh embedded database, or on `--database-url` of an empty PostgreSQL, and listeners in a process of
//! their own (this program again). Twenty-five people say forty lines, three a second. Prints one figure a line.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement may stop")]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::TimeDelta;
use queqiao::accounts::profile::Gender;
use queqiao::accounts::{SignedIn, access_token, account, profile, signed_in};
use queqiao::app::App;
use queqiao::chat::room::Which;
use queqiao::chat::say::say;
use queqiao::clock::Clock;
use queqiao::events::{event, kind};
use queqiao::language::Language;
use queqiao::organizations::organization;
use queqiao::registrations::access::Participant;
use queqiao::registrations::registration::{self, Side, Status};
use queqiao::secrets::Secrets;
use queqiao::server::lifecycle::Opening;
use queqiao::settings::Settings;
use queqiao::units::unit;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

const PEOPLE: usize = 25;
const EARS_EACH: usize = 40;
const LINES: usize = 40;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match arguments.as_slice() {
        [_, role, address, tokens] if role == "room" => runtime.block_on(room(address, tokens)),
        [_, flag, url] if flag == "--database-url" => runtime.block_on(measure(Some(url))),
        _ => runtime.block_on(measure(None)),
    }
}

async fn measure(url: Option<&str>) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::defaults().unwrap();
    let embedded = format!("sqlite://{}/queqiao.sqlite3", folder.path().display());
    settings.database.url = url.map_or(embedded, str::to_owned).into();
    settings.security.secret = "what a room of a thousand shares".into();
    let secrets = Secrets::load(&settings.security).unwrap();
    let app = App::build(settings, Clock::machine(), secrets).await.unwrap();
    let house = Opening::begin(&app, TcpListener::bind("127.0.0.1:0").unwrap()).await.unwrap();
    let (people, tokens) = gathered(&app).await;

    let listeners = PEOPLE * EARS_EACH;
    let mut ears = Command::new(std::env::current_exe().unwrap())
        .args(["room", &house.address.to_string(), &tokens.join(",")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut heard = BufReader::new(ears.stdout.take().unwrap()).lines();
    assert_eq!(heard.next().unwrap().unwrap(), "ready");
    let mut committed = Vec::new();
    for line in 0..LINES {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let who = &people[line % people.len()];
        say(&app, who, Which::ALL, format!("line {line}"), None).await.unwrap();
        committed.push(micros());
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    ears.stdin.take().unwrap().write_all(b"enough\n").unwrap();
    let mut waits = Vec::new();
    for line in heard {
        for (at, commit) in line.unwrap().split(' ').filter_map(|at| at.parse::<u64>().ok()).zip(&committed) {
            waits.push(at.saturating_sub(*commit) / 1000);
        }
    }
    ears.wait().unwrap();
    waits.sort_unstable();
    let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize];
    println!("{} lines heard of {}", waits.len(), listeners * LINES);
    println!("after the commit: p50 {} ms, p99 {} ms, last {} ms", at(0.5), at(0.99), at(1.0));
    house.close().await;
}

fn micros() -> u64 {
    let now = SystemTime::now();
    u64::try_from(now.duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap()
}

async fn room(address: &str, tokens: &str) {
    let mut ears = Vec::new();
    for token in tokens.split(',').flat_map(|token| std::iter::repeat_n(token, EARS_EACH)) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET /api/v1/events/qixi/chat/all/live HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             last-event-id: 0\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut piece = vec![0; 16_384];
        let mut first = String::new();
        while !first.contains("\"lines\"") {
            let read = stream.read(&mut piece).await.unwrap();
            assert!(read > 0, "refused: {first}");
            first.push_str(&String::from_utf8_lossy(&piece[..read]));
        }
        ears.push(tokio::spawn(async move {
            let mut arrivals = Vec::new();
            while let Ok(Ok(read)) = tokio::time::timeout(Duration::from_secs(12), stream.read(&mut piece)).await {
                let lines = String::from_utf8_lossy(&piece[..read]).matches("\"body\"").count();
                arrivals.extend(std::iter::repeat_n(micros().to_string(), lines));
                if read == 0 || arrivals.len() >= LINES {
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

/// Somebody as verbs know them.
fn signed_in_as(account_id: Uuid) -> SignedIn {
    let via = signed_in::Via::Token(None);
    SignedIn { account_id, administrator: false, lacks_factor: false, language: Language::Zh, via }
}

/// An online phase with a chat, and those who talk in it.
async fn gathered(app: &Arc<App>) -> (Vec<Participant>, Vec<String>) {
    let txn = app.database.begin_write().await.unwrap();
    let now = app.now();
    let days = |days| Some(now + TimeDelta::days(days));
    let union = organization::ActiveModel {
        id: Set(app.new_id()),
        slug: Set("yanyuan".to_owned()),
        name: Set("燕缘际会工会".to_owned()),
        name_en: Set(None),
        created_at: Set(now),
        demands_second_factor: Set(false),
    };
    let union = union.insert(&txn).await.unwrap();
    let unit = unit::Model {
        id: app.new_id(),
        organization_id: union.id,
        name: "地铁公司".to_owned(),
        name_folded: unit::folded("地铁公司"),
        mail_domain: None,
        created_at: now,
        typed_at: None,
    };
    let unit = unit.into_active_model().reset_all().insert(&txn).await.unwrap();
    let row = event::Model {
        id: app.new_id(),
        organization_id: union.id,
        series_id: None,
        slug: "qixi".to_owned(),
        title: "情定七夕".to_owned(),
        title_en: None,
        summary: String::new(),
        venue: String::new(),
        timezone: "Asia/Shanghai".to_owned(),
        template: kind::Kind::Mixer,
        sides: event::Sides::Two,
        seats: 300,
        settings: serde_json::json!({ "chat": { "open": true, "slow_seconds": 0 } }),
        created_at: now,
        published_at: days(-30),
        moved: 0,
        registration_at: days(-20),
        online_at: days(-1),
        screening_at: days(5),
        confirmation_at: days(6),
        on_site_at: days(7),
        closed_at: days(8),
        starts_at: now + TimeDelta::days(7),
        ends_at: now + TimeDelta::days(8),
    };
    let event = row.into_active_model().reset_all().insert(&txn).await.unwrap();
    let (mut people, mut tokens) = (Vec::new(), Vec::new());
    for place in 1..=i32::try_from(PEOPLE).unwrap() {
        let id = app.new_id();
        let one = account::new(app, id, &format!("guest-{place}@example.com"), "").unwrap();
        assert!(one.begin(&txn).await.unwrap());
        let own = profile::ActiveModel {
            account_id: Set(id),
            nickname: Set(format!("guest-{place}")),
            gender: Set(Gender::Male),
            education: Set(None),
            district: Set(None),
            interests: Set(serde_json::json!([])),
            about: Set(None),
            unit_id: Set(None),
            ..profile::Private::default().sealed(&app.secrets, id).unwrap()
        };
        let own = own.insert(&txn).await.unwrap();
        let fresh = registration::fresh(app, &event, id, unit.id, Side::Men, &own, place).unwrap();
        let fresh = registration::Model { status: Status::Approved, ..fresh };
        let registration = fresh.into_active_model().reset_all().insert(&txn).await.unwrap();
        people.push(Participant { account: signed_in_as(id), event: event.clone(), registration });
        tokens.push(id);
    }
    txn.commit().await.unwrap();
    (people, tokens.into_iter().map(|id| access_token::issue(app, id).unwrap()).collect())
}
