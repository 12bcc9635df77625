//! One event of our own, in a fresh database, with a stopped clock and the real server.
//!
//! Rows the story is not about are made directly (an account would cost a password hash); what the
//! story is about goes through HTTP.

use std::net::TcpListener;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use chrono::{DateTime, Duration, Utc};
use queqiao::accounts::profile::Gender;
use queqiao::accounts::second_factor::factor;
use queqiao::accounts::{access_token, account, password, profile, write_back};
use queqiao::app::App;
use queqiao::badges::badge;
use queqiao::checkin::presence;
use queqiao::clock::Clock;
use queqiao::database::{Database, Write};
use queqiao::events::phase::Phase;
use queqiao::events::{crew, event, template};
use queqiao::mail::letter;
use queqiao::organizations::{organization, staff};
use queqiao::registrations::registration::{self, Side, Status};
use queqiao::secrets::Secrets;
use queqiao::server;
use queqiao::settings::{SecondFactor, Settings};
use queqiao::units::unit;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryOrder, Statement};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::postgres;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// An event called `qixi` of the union `yanyuan`, and the house it runs in.
pub struct Evening {
    pub app: Arc<App>,
    pub clock: Clock,
    pub address: String,
    pub units: Vec<unit::Model>,
    pub event: event::Model,
    pub organizer: Person,
    client: reqwest::Client,
    applicants: AtomicU32,
    server: actix_web::dev::ServerHandle,
    folder: tempfile::TempDir,
}

/// Somebody with an HTTP client, signed in or not.
#[derive(Clone)]
pub struct Person {
    pub account_id: Uuid,
    /// Nil where the person has no registration.
    pub registration_id: Uuid,
    pub email: String,
    pub token: Option<String>,
    address: String,
    client: reqwest::Client,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
    /// Null where the body is not JSON.
    pub json: Value,
}

/// A letter with what is sealed in its row; empty where that says nothing any more.
#[derive(Debug, Clone)]
pub struct Letter {
    pub row: letter::Model,
    pub recipient: String,
    pub subject: String,
    pub plain: String,
    pub html: String,
    pub attachments: Value,
    pub last_error: Option<String>,
}

impl Letter {
    pub fn open(app: &App, row: letter::Model) -> Self {
        let contents = row.contents(&app.secrets).unwrap();
        let text = |part: fn(&letter::Contents) -> &String| contents.as_ref().map(part).cloned().unwrap_or_default();
        Self {
            recipient: row.to(&app.secrets).unwrap(),
            subject: text(|contents| &contents.subject),
            plain: text(|contents| &contents.plain),
            html: text(|contents| &contents.html),
            attachments: contents.as_ref().map_or(Value::Null, |contents| json!(contents.attachments)),
            last_error: row.last_error(&app.secrets).unwrap(),
            row,
        }
    }
}

impl Deref for Letter {
    type Target = letter::Model;

    fn deref(&self) -> &letter::Model {
        &self.row
    }
}

impl Answer {
    /// The stable code of a refusal; empty where it is none.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or("")
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// What people of stories choose, where they choose one.
pub const PASSWORD: &str = "magpies build a bridge";

pub fn hours(hours: i64) -> Duration {
    Duration::hours(hours)
}

/// A Saturday in August, two o'clock in the afternoon in Shanghai.
pub fn the_hour() -> DateTime<Utc> {
    "2026-08-22T06:00:00Z".parse().unwrap()
}

impl Evening {
    /// The event standing in `phase`: an hour into it, with the other boundaries a day apart.
    /// None only where this machine has no PostgreSQL.
    pub async fn begin(engine: Engine, phase: Phase) -> Option<Self> {
        Self::begin_with(engine, phase, |_| ()).await
    }

    /// As [`Evening::begin`], with settings of the story's own.
    pub async fn begin_with(engine: Engine, phase: Phase, change: impl FnOnce(&mut Settings)) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let url = match engine {
            Engine::Sqlite => embedded(folder.path()).await,
            Engine::Postgres => postgres::fresh().await?,
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let mut settings = Settings::defaults().unwrap();
        settings.database.url = url.into();
        // Half of them may write for one event at once: stories make many wait at one door.
        settings.database.connections = 24;
        // Whoever waits for the story's own hand waits as long as a busy machine needs.
        settings.database.wait_seconds = 60;
        settings.database.connect_seconds = 60;
        settings.database.lock_seconds = 60;
        settings.database.statement_seconds = 60;
        settings.server.public_url.clone_from(&address);
        settings.server.workers = 2;
        settings.security.second_factor = SecondFactor::Nobody;
        settings.server.shutdown_seconds = 1;
        change(&mut settings);
        let clock = Clock::stopped_at(the_hour());
        // A story with a second process says which secret the two share, or where it lies.
        let secrets = match settings.security.secret.expose_secret() {
            "" if settings.security.secret_file == "data/secret.key" => Secrets::fresh().unwrap(),
            _ => Secrets::load(&settings.security).unwrap(),
        };
        let app = App::build(settings, clock.clone(), secrets).await.unwrap();
        let server = server::open(&app, listener).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        let client = reqwest::Client::builder()
            .pool_max_idle_per_host(256)
            .pool_idle_timeout(std::time::Duration::from_secs(20))
            .build()
            .unwrap();
        let txn = app.database.begin_write().await.unwrap();
        let organization = union(&app, &txn, "yanyuan").await;
        let mut units = Vec::new();
        for name in ["市第一医院", "地铁公司", "电力局"] {
            units.push(employer(&app, &txn, organization.id, name).await);
        }
        let event = edition(&app, &txn, organization.id, "qixi", phase).await;
        let account_id = somebody(&app, &txn, "organizer", Gender::Female).await;
        grant_staff(&app, &txn, organization.id, account_id).await;
        txn.commit().await.unwrap();
        let organizer = signed_in(&app, &client, &address, account_id, "organizer");
        let applicants = AtomicU32::new(0);
        Some(Self { app, clock, address, units, event, organizer, client, applicants, server: handle, folder })
    }

    /// Where the embedded database lies, for stories that read its bytes.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Nobody in particular.
    pub fn visitor(&self) -> Person {
        Person {
            account_id: Uuid::nil(),
            registration_id: Uuid::nil(),
            email: String::new(),
            token: None,
            address: self.address.clone(),
            client: self.client.clone(),
        }
    }

    /// An account with a verified address and nothing else.
    pub async fn account(&self, name: &str, gender: Gender) -> Person {
        self.accounts(&[name.to_owned()], gender).await.remove(0)
    }

    /// What the link in the newest invitation to an address carries.
    pub async fn invitation_to(&self, email: &str) -> String {
        let letters = self.letters().await.into_iter().rev();
        let mut to_them = letters.filter(|letter| letter.kind == "invitation" && letter.recipient == email);
        let letter = to_them.next().unwrap_or_else(|| panic!("no invitation to {email}"));
        letter.plain.split("token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
    }

    /// Another union with an organizer and an event of its own, called `other`.
    pub async fn other_union(&self, phase: Phase) -> (Person, event::Model) {
        let txn = self.app.database.begin_write().await.unwrap();
        let other = union(&self.app, &txn, "other").await;
        let event = edition(&self.app, &txn, other.id, "other", phase).await;
        let account_id = somebody(&self.app, &txn, "other-organizer", Gender::Male).await;
        grant_staff(&self.app, &txn, other.id, account_id).await;
        txn.commit().await.unwrap();
        (signed_in(&self.app, &self.client, &self.address, account_id, "other-organizer"), event)
    }

    /// Many accounts at once, in one transaction.
    pub async fn accounts(&self, names: &[String], gender: Gender) -> Vec<Person> {
        let txn = self.app.database.begin_write().await.unwrap();
        let mut people = Vec::new();
        for name in names {
            let id = somebody(&self.app, &txn, name, gender).await;
            people.push(signed_in(&self.app, &self.client, &self.address, id, name));
        }
        txn.commit().await.unwrap();
        people
    }

    pub async fn administrator(&self) -> Person {
        let person = self.account(&format!("admin-{}", self.app.new_id()), Gender::Male).await;
        let txn = self.app.database.begin_write().await.unwrap();
        let found = account::find(&txn, person.account_id).await.unwrap().unwrap();
        let row = account::Model { administrator: true, ..found }.bound(&self.app);
        row.into_active_model().reset_all().update(&txn).await.unwrap();
        txn.commit().await.unwrap();
        person
    }

    /// The person chose this password.
    pub async fn with_password(&self, person: &Person, password: &str) {
        let hash = password::hash(&self.app, password).await.unwrap();
        let txn = self.app.database.begin_write().await.unwrap();
        let own = account::find(&txn, person.account_id).await.unwrap().unwrap();
        own.set_password(&txn, &self.app, &hash, self.app.now()).await.unwrap();
        txn.commit().await.unwrap();
    }

    /// A person takes home what the house has of them, with a fresh proof.
    pub async fn takes_home(&self, person: &Person) -> Answer {
        self.with_password(person, PASSWORD).await;
        person.post("/api/v1/me/export", json!({ "password": PASSWORD })).await
    }

    /// A person leaves for good, with a fresh proof.
    pub async fn leaves(&self, person: &Person) -> Answer {
        self.with_password(person, PASSWORD).await;
        person.delete_with("/api/v1/me", json!({ "password": PASSWORD })).await
    }

    /// As [`Evening::leaves`], with the code of a second factor.
    pub async fn leaves_with(&self, person: &Person, code: &str) -> Answer {
        person.delete_with("/api/v1/me", json!({ "password": PASSWORD, "code": code })).await
    }

    /// Sets up a second factor with a phone at hand: what the two share, and the codes for recovery.
    pub async fn with_factor(&self, person: &Person) -> (String, Vec<String>) {
        self.with_password(person, PASSWORD).await;
        let begun = person.post("/api/v1/me/second-factor", json!({ "password": PASSWORD })).await;
        assert_eq!(begun.status, 201, "{}", begun.text());
        let secret = begun.json["secret"].as_str().unwrap().to_owned();
        let code = json!({ "code": self.code(&secret) });
        let confirmed = person.post("/api/v1/me/second-factor/confirm", code).await;
        assert_eq!(confirmed.status, 200, "{}", confirmed.text());
        (secret, serde_json::from_value(confirmed.json["recovery_codes"].clone()).unwrap())
    }

    /// What a phone with this secret shows now.
    pub fn code(&self, secret: &str) -> String {
        let bytes = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
        let seconds = u64::try_from(self.app.now().timestamp()).unwrap();
        factor::clock(&bytes, "phone").unwrap().generate(seconds).to_string()
    }

    /// The phone shows the next code.
    pub fn next_code(&self, secret: &str) -> String {
        self.clock.advance(Duration::seconds(30));
        self.code(secret)
    }

    /// The same person with a fresh token, after the clock moved on.
    pub fn again(&self, person: &Person) -> Person {
        Person { token: Some(access_token::issue(&self.app, person.account_id).unwrap()), ..person.clone() }
    }

    /// Somebody with a role at the event.
    pub async fn crew(&self, role: crew::Role) -> Person {
        let person = self.account(&format!("crew-{}", self.app.new_id()), Gender::Male).await;
        let txn = self.app.database.begin_write().await.unwrap();
        let row = crew::ActiveModel {
            id: Set(self.app.new_id()),
            event_id: Set(self.event.id),
            account_id: Set(person.account_id),
            role: Set(role),
            granted_at: Set(self.app.now()),
        };
        row.insert(&txn).await.unwrap();
        txn.commit().await.unwrap();
        person
    }

    /// An organizer of another union, who must not see anything of ours.
    pub async fn stranger(&self) -> Person {
        let slug = format!("other-{}", self.app.new_id());
        let person = self.account(&slug, Gender::Male).await;
        let txn = self.app.database.begin_write().await.unwrap();
        let other = union(&self.app, &txn, &slug).await;
        grant_staff(&self.app, &txn, other.id, person.account_id).await;
        txn.commit().await.unwrap();
        person
    }

    /// An approved applicant, `"men"` or `"women"`; units are dealt in turn.
    pub async fn participant(&self, side: &str) -> Person {
        self.participant_as(side, Status::Approved).await
    }

    /// An applicant standing in `status`.
    pub async fn participant_as(&self, side: &str, status: Status) -> Person {
        self.participants(side, 1, status).await.remove(0)
    }

    /// Many applicants at once, in one transaction.
    pub async fn participants(&self, side: &str, count: u32, status: Status) -> Vec<Person> {
        let (gender, side) = match side {
            "men" => (Gender::Male, Side::Men),
            _ => (Gender::Female, Side::Women),
        };
        let txn = self.app.database.begin_write().await.unwrap();
        let last = registration::Entity::of_event(self.event.id).order_by_desc(registration::Column::Number);
        let last = last.one(&txn).await.unwrap().map_or(0, |last| last.number);
        let mut people = Vec::new();
        for place in (last + 1..).take(count as usize) {
            let number = self.applicants.fetch_add(1, Ordering::SeqCst) + 1;
            let name = format!("guest-{number}");
            let account_id = somebody(&self.app, &txn, &name, gender).await;
            let row = registration::ActiveModel {
                id: Set(self.app.new_id()),
                event_id: Set(self.event.id),
                account_id: Set(account_id),
                unit_id: Set(self.units[number as usize % self.units.len()].id),
                side: Set(side),
                number: Set(place),
                status: Set(status),
                band: Set(None),
                class: Set(1),
                held: Set(false),
                answers: Set(json!({})),
                reason: Set(None),
                applied_at: Set(self.app.now()),
                decided_at: Set(None),
                reply_by: Set(None),
            };
            let row = row.insert(&txn).await.unwrap();
            let person = signed_in(&self.app, &self.client, &self.address, account_id, &name);
            people.push(Person { registration_id: row.id, ..person });
        }
        txn.commit().await.unwrap();
        people
    }

    /// Somebody wears this number, and is in the hall or has left it.
    pub async fn seat(&self, person: &Person, side: Side, number: i32, inside: bool) {
        let app = &self.app;
        let txn = app.database.begin_write().await.unwrap();
        let row = badge::ActiveModel {
            id: Set(app.new_id()),
            event_id: Set(self.event.id),
            registration_id: Set(person.registration_id),
            side: Set(side),
            number: Set(number),
            issued_at: Set(app.now()),
            reminded_at: Set(None),
        };
        row.insert(&txn).await.unwrap();
        let row = presence::ActiveModel {
            registration_id: Set(person.registration_id),
            event_id: Set(self.event.id),
            side: Set(side),
            number: Set(number),
            inside: Set(inside),
            since: Set(app.now()),
            device: Set("door".to_owned()),
            moved_at: Set(app.now()),
            attempt_id: Set(app.new_id()),
        };
        row.insert(&txn).await.unwrap();
        txn.commit().await.unwrap();
    }

    /// Moves the event on (or back), by its boundaries.
    pub async fn enter(&mut self, phase: Phase) {
        let txn = self.app.database.begin_write().await.unwrap();
        let mut row = event::ActiveModel { id: Set(self.event.id), ..Default::default() };
        set_boundaries(&mut row, self.app.now(), phase);
        self.event = row.update(&txn).await.unwrap();
        txn.commit().await.unwrap();
    }

    /// Waits until so many statements wait for somebody else's lock. On the embedded database whoever
    /// comes later has not begun, so that there is nothing to wait for.
    pub async fn until_waiting(&self, statements: i64) {
        let db = self.app.database.reader();
        let question = "SELECT count(*) AS waiting FROM pg_stat_activity \
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let patience = Instant::now() + std::time::Duration::from_secs(60);
        while self.app.database.is_postgres() {
            let answer = db.query_one_raw(Statement::from_string(DbBackend::Postgres, question)).await;
            let waiting: i64 = answer.unwrap().unwrap().try_get("", "waiting").unwrap();
            if waiting >= statements {
                break;
            }
            assert!(Instant::now() < patience, "{waiting} of {statements} statements wait");
            tokio::task::yield_now().await;
        }
    }

    /// Answers those who ask while somebody else is in the midst of `change`, which is committed when so
    /// many statements wait for it.
    pub async fn amid<T>(&self, change: impl AsyncFnOnce(&Write), waiting: i64, asked: impl Future<Output = T>) -> T {
        let txn = self.app.database.begin_write().await.unwrap();
        change(&txn).await;
        let committed = async {
            self.until_waiting(waiting).await;
            txn.commit().await.unwrap();
        };
        futures_util::future::join(asked, committed).await.0
    }

    /// In the midst of closing the event.
    pub async fn closing(&self, txn: &Write) {
        let mut row = event::hold(txn, self.event.id).await.unwrap().into_active_model();
        row.closed_at = Set(Some(self.app.now()));
        row.update(txn).await.unwrap();
    }

    /// Every letter in the outbox, oldest first, as its addressee reads it; those that were asked for
    /// a moment ago too.
    pub async fn letters(&self) -> Vec<Letter> {
        write_back::due(&self.app).await.unwrap();
        let letters = letter::Entity::find().order_by_asc(letter::Column::Id);
        let letters = letters.all(self.app.database.reader()).await.unwrap();
        letters.into_iter().map(|row| Letter::open(&self.app, row)).collect()
    }

    /// The letters of one kind to one person.
    pub async fn letters_to(&self, person: &Person, kind: &str) -> Vec<Letter> {
        let letters = self.letters().await.into_iter();
        letters.filter(|letter| letter.kind == kind && letter.recipient == person.email).collect()
    }
}

/// An empty, migrated database in this folder: migrated once, and copied for every story as
/// PostgreSQL's is.
async fn embedded(folder: &Path) -> String {
    static TEMPLATE: tokio::sync::OnceCell<Vec<u8>> = tokio::sync::OnceCell::const_new();
    let migrated = async || {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("template.sqlite3");
        let database = Database::connect(&format!("sqlite://{}", file.display()).into(), 2).await.unwrap();
        database.migrate().await.unwrap();
        database.close().await;
        assert!(!file.with_extension("sqlite3-wal").exists(), "not all of it is in the file");
        std::fs::read(file).unwrap()
    };
    let file = folder.join("queqiao.sqlite3");
    std::fs::write(&file, TEMPLATE.get_or_init(migrated).await).unwrap();
    format!("sqlite://{}", file.display())
}

impl Drop for Evening {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

impl Person {
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(reqwest::Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(reqwest::Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(reqwest::Method::PUT, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(reqwest::Method::PATCH, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(reqwest::Method::DELETE, path)).await
    }

    pub async fn delete_with(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(reqwest::Method::DELETE, path).json(&body)).await
    }

    /// Says yes to every invitation that is open.
    pub async fn accepts_all(&self) -> usize {
        let open = self.get("/api/v1/me/invitations").await.json["items"].as_array().unwrap().clone();
        for invitation in &open {
            let path = format!("/api/v1/me/invitations/{}/accept", invitation["id"].as_str().unwrap());
            let accepted = self.post(&path, json!({})).await;
            assert_eq!(accepted.status, 200, "{}", accepted.text());
        }
        open.len()
    }

    /// The same person, speaking to another process.
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// A request of the story's own making; [`Person::send`] sends it.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.address));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        heard(request).await.unwrap()
    }

    /// None where the other side died instead of answering.
    pub async fn send_or_lose(&self, request: reqwest::RequestBuilder) -> Option<Answer> {
        heard(request).await.ok()
    }
}

async fn heard(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let bytes = response.bytes().await?.to_vec();
    let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Ok(Answer { status, headers, bytes, json })
}

fn signed_in(app: &App, client: &reqwest::Client, address: &str, account_id: Uuid, name: &str) -> Person {
    Person {
        account_id,
        registration_id: Uuid::nil(),
        email: format!("{name}@example.com"),
        token: Some(access_token::issue(app, account_id).unwrap()),
        address: address.to_owned(),
        client: client.clone(),
    }
}

async fn union(app: &App, txn: &Write, slug: &str) -> organization::Model {
    let row = organization::ActiveModel {
        id: Set(app.new_id()),
        slug: Set(slug.to_owned()),
        name: Set("燕缘际会工会".to_owned()),
        name_en: Set(None),
        created_at: Set(app.now()),
        demands_second_factor: Set(false),
    };
    row.insert(txn).await.unwrap()
}

async fn employer(app: &App, txn: &Write, organization_id: Uuid, name: &str) -> unit::Model {
    let row = unit::ActiveModel {
        id: Set(app.new_id()),
        organization_id: Set(organization_id),
        name: Set(name.to_owned()),
        name_folded: Set(unit::folded(name)),
        mail_domain: Set(None),
        created_at: Set(app.now()),
    };
    row.insert(txn).await.unwrap()
}

/// Another event of a union, standing in `phase`.
pub async fn edition(app: &App, txn: &Write, organization_id: Uuid, slug: &str, phase: Phase) -> event::Model {
    let now = app.now();
    let mut row = event::ActiveModel {
        id: Set(app.new_id()),
        organization_id: Set(organization_id),
        series_id: Set(None),
        slug: Set(slug.to_owned()),
        title: Set("情定七夕".to_owned()),
        title_en: Set(Some("Qixi Night".to_owned())),
        summary: Set("八分钟约会".to_owned()),
        venue: Set("工人文化宫".to_owned()),
        timezone: Set("Asia/Shanghai".to_owned()),
        template: Set(template::Kind::Mixer),
        sides: Set(event::Sides::Two),
        seats: Set(4),
        // Stories about rounds open more of them than an evening does.
        settings: Set(json!({ "picks": { "event_limit": 200 } })),
        created_at: Set(now),
        ..Default::default()
    };
    set_boundaries(&mut row, now, phase);
    row.insert(txn).await.unwrap()
}

/// `phase` began an hour ago; the others lie a day apart before and after it.
fn set_boundaries(row: &mut event::ActiveModel, now: DateTime<Utc>, phase: Phase) {
    let began = |other: Phase| now - hours(1) + hours(24) * (other as i32 - phase as i32);
    row.published_at = Set((phase != Phase::Draft).then(|| now - hours(24 * 30)));
    row.registration_at = Set(Some(began(Phase::Registration)));
    row.online_at = Set(Some(began(Phase::Online)));
    row.screening_at = Set(Some(began(Phase::Screening)));
    row.confirmation_at = Set(Some(began(Phase::Confirmation)));
    row.on_site_at = Set(Some(began(Phase::OnSite)));
    row.closed_at = Set(Some(began(Phase::Closed)));
    row.starts_at = Set(began(Phase::OnSite));
    row.ends_at = Set(began(Phase::OnSite) + hours(4));
}

async fn somebody(app: &App, txn: &Write, name: &str, gender: Gender) -> Uuid {
    let (id, email) = (app.new_id(), format!("{name}@example.com"));
    let account = account::Model { password: None, ..account::new(app, id, &email, "").unwrap() };
    let account = account.into_active_model().reset_all().insert(txn).await.unwrap();
    let own = profile::Private {
        phone: Some("13800000000".to_owned()),
        wechat: Some(format!("wx-{name}")),
        ..Default::default()
    };
    let row = profile::ActiveModel {
        account_id: Set(account.id),
        nickname: Set(name.to_owned()),
        gender: Set(gender),
        education: Set(None),
        district: Set(None),
        interests: Set(json!([])),
        about: Set(None),
        unit_id: Set(None),
        ..own.sealed(&app.secrets, account.id).unwrap()
    };
    let row = profile::ActiveModel { birth_year: Set(Some(1995)), ..row };
    row.insert(txn).await.unwrap();
    account.id
}

async fn grant_staff(app: &App, txn: &Write, organization_id: Uuid, account_id: Uuid) {
    let row = staff::ActiveModel {
        id: Set(app.new_id()),
        organization_id: Set(organization_id),
        account_id: Set(account_id),
        role: Set(staff::Role::Organizer),
        granted_at: Set(app.now()),
    };
    row.insert(txn).await.unwrap();
}
