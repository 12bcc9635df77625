//! A house with an edition in every phase, so that everything people do can be done at every moment, and
//! every fault meets all of it: applications, the plaza, an evening, and what comes after.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;

use queqiao::events::crew::Role;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::book::Book;
use crate::fixtures::evening::{Engine, Evening};
use crate::fixtures::founding;
use crate::fixtures::mail_server::{MailServer, Mood};
use crate::fixtures::person::Person;
use crate::fixtures::process;
use crate::fixtures::wire::Wire;

/// People of each kind: enough that nobody's day is full before the night is over.
const PAIRS: u32 = 5;

pub struct Night {
    pub engine: Engine,
    pub evening: Evening,
    pub seed: u64,
    pub book: Book,
    pub mail: MailServer,
    /// In front of PostgreSQL.
    pub wire: Option<Wire>,
    /// The database without the wire.
    pub url: String,
    /// What the process is told besides what an evening tells it.
    pub settings: Vec<(&'static str, String)>,
    pub clock_shift: PathBuf,
    pub port: u16,
    _keys: tempfile::TempDir,
    pub organizer: Person,
    pub host: Person,
    pub desk: Person,
    pub men: Vec<Person>,
    pub women: Vec<Person>,
    /// Approved at the edition whose plaza is open, and the post they talk about.
    pub talkers: Vec<Person>,
    pub post: String,
    /// Of the circle of the edition that is over, and the note they answer.
    pub members: Vec<Person>,
    pub note: String,
    pub visitor: Person,
}

impl Night {
    /// None only where this machine has no PostgreSQL.
    pub async fn begin(engine: Engine, seed: u64) -> Option<Self> {
        let (mut wire, mut url) = (None, String::new());
        let begun = process::begin_with(engine, Phase::OnSite, |settings| {
            url = settings.database.url.expose_secret().to_owned();
            if engine == Engine::Postgres {
                wire = Some(Wire::before(settings));
            }
            settings.picks.key_store = "memory".into();
            settings.database.connections = 6;
        });
        let mut evening = begun.await?;
        has_room(&mut evening).await;
        let tonight = evening.event.clone();
        let (men, women) = inside(&evening, "qixi").await;
        let (host, desk) = (evening.crew(Role::Host).await, evening.crew(Role::Desk).await);

        evening.event = edition(&evening, "over", Phase::OnSite).await;
        let (mut members, others) = inside(&evening, "over").await;
        members.extend(others);
        evening.move_to(Phase::Closed).await;
        for member in &members {
            does(member, "/api/v1/events/over/circle/membership", json!({})).await;
        }
        let note = does(&members[0], "/api/v1/events/over/circle/notes", json!({ "body": "到家了" })).await;

        evening.event = edition(&evening, "talk", Phase::Online).await;
        let talkers = evening.participants("women", PAIRS * 2, Status::Approved).await;
        let post = does(&talkers[0], "/api/v1/events/talk/posts", json!({ "body": "周末爱爬山" })).await;
        let decision = format!("/api/v1/events/talk/moderation/{post}/decision");
        does(&evening.organizer, &decision, json!({ "decision": "approve" })).await;

        edition(&evening, "open", Phase::Registration).await;
        evening.event = tonight;
        // From here on only the served process is at the database.
        evening.app.database.clone().close().await;

        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("http://127.0.0.1:{port}");
        let mail = MailServer::open(Mood::Accepts);
        let keys = tempfile::tempdir().unwrap();
        let settings = settings(port, &mail, &keys.path().join("keys").display().to_string());
        let clock_shift = evening.folder().join("shift");
        fs::write(&clock_shift, "0").unwrap();
        let there = |people: Vec<Person>| people.iter().map(|person| person.at(&address)).collect();
        Some(Self {
            engine,
            seed,
            book: Book::default(),
            mail,
            wire,
            url,
            settings,
            clock_shift,
            port,
            _keys: keys,
            organizer: evening.organizer.at(&address),
            visitor: evening.visitor().at(&address),
            host: host.at(&address),
            desk: desk.at(&address),
            men: there(men),
            women: there(women),
            talkers: there(talkers),
            post,
            members: there(members),
            note,
            evening,
        })
    }
}

fn settings(port: u16, mail: &MailServer, keys: &str) -> Vec<(&'static str, String)> {
    let setting = |name, value: &str| (name, value.to_owned());
    vec![
        setting("QUEQIAO__SERVER__BIND", &format!("127.0.0.1:{port}")),
        setting("QUEQIAO__PICKS__KEY_STORE", keys),
        setting("QUEQIAO__SERVER__ANSWER_SECONDS", "15"),
        setting("QUEQIAO__SERVER__PATIENCE_SECONDS", "10"),
        setting("QUEQIAO__DATABASE__CONNECTIONS", "9"),
        setting("QUEQIAO__DATABASE__WAIT_SECONDS", "4"),
        setting("QUEQIAO__DATABASE__CONNECT_SECONDS", "3"),
        setting("QUEQIAO__DATABASE__LOCK_SECONDS", "1"),
        setting("QUEQIAO__DATABASE__STATEMENT_SECONDS", "4"),
        setting("QUEQIAO__SECURITY__AUTH_REQUESTS_PER_MINUTE", "1000000"),
        setting("QUEQIAO__MAIL__DELIVERY", "smtp"),
        setting("QUEQIAO__MAIL__URL", &format!("smtp://postman:knock@{}", mail.address)),
        setting("QUEQIAO__MAIL__TIMEOUT_SECONDS", "1"),
        setting("QUEQIAO__MAIL__ANSWER_SECONDS", "4"),
        setting("QUEQIAO__MAIL__LEASE_SECONDS", "2"),
    ]
}

/// Seats for whoever is there.
async fn has_room(evening: &mut Evening) {
    let room = json!({ "picks": { "limit": 3, "event_limit": 1_000 }, "circle": { "days": 5 } });
    let prepare = |row: &mut event::ActiveModel| {
        row.seats = Set(i32::try_from(PAIRS).unwrap() * 2);
        row.settings = Set(room);
    };
    evening.event = evening.change(prepare).await;
}

async fn edition(evening: &Evening, slug: &str, phase: Phase) -> event::Model {
    let txn = evening.app.database.begin_write().await.unwrap();
    let row = founding::edition(&evening.app, &txn, evening.event.organization_id, slug, phase).await;
    let row = event::ActiveModel {
        id: Set(row.id),
        seats: Set(i32::try_from(PAIRS).unwrap() * 2),
        settings: Set(json!({ "circle": { "days": 5 } })),
        ..Default::default()
    };
    let row = row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    row
}

/// Confirmed people who were let in at the door of the evening's event.
async fn inside(evening: &Evening, slug: &str) -> (Vec<Person>, Vec<Person>) {
    let men = evening.participants("men", PAIRS, Status::Confirmed).await;
    let women = evening.participants("women", PAIRS, Status::Confirmed).await;
    does(&evening.organizer, &format!("/api/v1/events/{slug}/badges"), json!({})).await;
    for (side, number) in ["男", "女"].into_iter().flat_map(|side| (1..=PAIRS).map(move |number| (side, number))) {
        let badge = format!("{side}{number:03}");
        let nonce = format!("{:032x}", evening.app.new_id().as_u128());
        let scan = json!({ "badge": badge, "nonce": nonce, "device": "door", "kind": "entry" });
        let door = format!("/api/v1/events/{slug}/check-ins");
        let scanned = evening.organizer.post(&door, scan).await;
        assert_eq!(scanned.json["result"], "admitted", "{}", scanned.text());
    }
    (men, women)
}

/// Somebody does what will not fail; what it made.
async fn does(person: &Person, path: &str, body: serde_json::Value) -> String {
    let answer = person.post(path, body).await;
    assert!(answer.status < 300, "{path}: {}", answer.text());
    answer.json["id"].as_str().unwrap_or_default().to_owned()
}
