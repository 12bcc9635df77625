//! Another key for the house while it serves: nothing that is printed, open or signed stops working.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use queqiao::accounts::{account, session};
use queqiao::app::App;
use queqiao::badges::code;
use queqiao::commands::{doctor, keys};
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::identity::key_check;
use queqiao::registrations::handle;
use queqiao::registrations::registration::Status;
use queqiao::secrets::Secrets;
use queqiao::server::{jobs, reseal};
use queqiao::settings::Settings;
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, PaginatorTrait, Statement};
use serde_json::{Value, json};

use crate::fixtures::couples::a_match;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::Hall;
use crate::fixtures::person::{PASSWORD, Person};

const DOOR: &str = "/api/v1/events/qixi/check-ins";

/// An evening whose key lies in a file.
async fn begin(engine: Engine, file: &Path) -> Option<Evening> {
    let secret_file = file.display().to_string();
    Evening::begin_with(engine, Phase::OnSite, move |settings| settings.security.secret_file = secret_file).await
}

/// Another process on the evening's database and key file.
async fn beside(evening: &Evening, settings: Settings) -> Arc<App> {
    let secrets = Secrets::load(&settings.security).unwrap();
    App::build(settings, evening.clock.clone(), secrets).await.unwrap()
}

async fn session_of(evening: &Evening, person: &Person) -> String {
    let txn = evening.app.database.begin_write().await.unwrap();
    let token = session::Entity::open(&txn, &evening.app, person.account_id).await.unwrap();
    txn.commit().await.unwrap();
    token
}

async fn scan(desk: &Person, code: &str, nonce: u32) -> Value {
    let scan = json!({"code": code, "nonce": format!("{nonce:032x}"), "device": "desk-1", "kind": "entry"});
    desk.post(DOOR, scan).await.json
}

async fn me(evening: &Evening, token: &str) -> u16 {
    let visitor = evening.visitor();
    let request = visitor.request(Method::GET, "/api/v1/me").header("Cookie", format!("queqiao={token}"));
    visitor.send(request).await.status
}

/// The numbers things stand under.
async fn numbers(evening: &Evening) -> Vec<u32> {
    let standing = reseal::standing(evening.app.database.reader()).await.unwrap();
    let mut numbers: Vec<u32> = standing.values().flat_map(|by| by.keys().copied()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_house_gets_another_key_while_people_are_scanned_and_pages_are_read(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret.key");
    let Some(evening) = begin(engine, &file).await else { return };
    let guests = evening.participants("men", 12, Status::Confirmed).await;
    let issued = evening.organizer.post("/api/v1/events/qixi/badges", json!({})).await;
    assert_eq!(issued.json["issued"], 12, "{}", issued.text());
    let desk = evening.crew(Role::Desk).await;
    let (mut codes, mut sessions) = (Vec::new(), Vec::new());
    for guest in &guests {
        let mine = guest.get("/api/v1/events/qixi/badges/me").await;
        codes.push(mine.json["code"].as_str().unwrap().to_owned());
        sessions.push(session_of(&evening, guest).await);
    }
    let address = handle::of(&evening.app, guests[0].registration_id);
    assert_eq!((evening.app.secrets.numbers(), numbers(&evening).await), (vec![1], vec![1]));

    let (over, nonces, questions) = (AtomicBool::new(false), AtomicU32::new(1), AtomicU32::new(0));
    let hall = async {
        while !over.load(Ordering::Relaxed) {
            for (code, session) in codes.iter().zip(&sessions) {
                let scanned = scan(&desk, code, nonces.fetch_add(1, Ordering::Relaxed)).await;
                assert!(
                    ["admitted", "already_admitted"]
                        .iter()
                        .any(|well| scanned["result"] == *well || scanned["reason"] == *well),
                    "{scanned}"
                );
                assert_eq!(me(&evening, session).await, 200);
                // Somebody signs in meanwhile.
                let fresh = session_of(&evening, &guests[1]).await;
                assert_eq!(me(&evening, &fresh).await, 200);
                questions.fetch_add(3, Ordering::Relaxed);
            }
        }
    };
    let clock = async {
        while !over.load(Ordering::Relaxed) {
            jobs::once(&evening.app).await;
        }
    };
    let rotating = async {
        let other = beside(&evening, evening.app.settings.clone()).await;
        keys::rotate(&other, Duration::from_secs(3)).await.unwrap();
        other.database.clone().close().await;
        over.store(true, Ordering::Relaxed);
    };
    futures_util::future::join3(hall, clock, rotating).await;
    assert!(questions.load(Ordering::Relaxed) > 30, "{questions:?}");
    jobs::once(&evening.app).await;
    assert_eq!(evening.app.secrets.numbers(), [2, 1], "the house has seen it by itself");
    while !reseal::renew(&evening.app, 5).await.unwrap() {}
    assert_eq!(numbers(&evening).await, [2], "nothing is left under the old one");

    // Not before what was signed with it has run out.
    assert!(keys::drop_older(&evening.app).await.is_err());
    evening.clock.advance(chrono::Duration::minutes(17));
    keys::drop_older(&evening.app).await.unwrap();
    assert_eq!(evening.app.secrets.numbers(), [2]);
    assert!(!fs::read_to_string(&file).unwrap().contains("key 1 "));
    assert_eq!(key_check::Entity::find().count(evening.app.database.reader()).await.unwrap(), 1);
    let desk = evening.again(&desk);
    for (code, session) in codes.iter().zip(&sessions) {
        let scanned = scan(&desk, code, nonces.fetch_add(1, Ordering::Relaxed)).await;
        assert_ne!(scanned["reason"], "unknown_code", "{scanned}");
        assert_eq!(me(&evening, session).await, 200);
    }
    let mine = evening.again(&guests[0]).get("/api/v1/events/qixi/badges/me").await;
    assert_eq!(mine.json["code"], codes[0].as_str(), "what is printed is what is shown");
    assert_eq!(handle::of(&evening.app, guests[0].registration_id), address, "addresses people share stay");
    let finding = doctor::keys::keys(evening.app.database.reader(), &evening.app.secrets).await.unwrap();
    assert!(finding.wrong.is_empty(), "{finding:?}");
    assert!(finding.notes.iter().any(|line| line.starts_with("key 2 seals: account ")), "{finding:?}");
    // The next start finds it all in order.
    let again = beside(&evening, evening.app.settings.clone()).await;
    assert_eq!((again.house_id(), again.secrets.newest()), (evening.app.house_id(), 2));
}

/// Every column of the database with something under the first key, as `table.column`.
async fn under_the_first_key(evening: &Evening) -> Vec<String> {
    let db = evening.app.database.reader();
    let (columns, first) = match evening.app.database.is_postgres() {
        true => (
            "SELECT table_name::text AS name, column_name::text AS part FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type = 'bytea'",
            "'\\x00000001'::bytea",
        ),
        false => (
            "SELECT owner.name AS name, part.name AS part FROM sqlite_master AS owner \
             JOIN pragma_table_info(owner.name) AS part WHERE owner.type = 'table' AND part.type LIKE '%blob%'",
            "x'00000001'",
        ),
    };
    let ask = async |question: String| {
        let statement = Statement::from_string(db.get_database_backend(), question);
        db.query_all_raw(statement).await.unwrap()
    };
    let mut found = Vec::new();
    for column in ask(columns.to_owned()).await {
        let [name, part] = ["name", "part"].map(|field| column.try_get::<String>("", field).unwrap());
        let rows = ask(format!("SELECT 1 FROM \"{name}\" WHERE substr(\"{part}\", 1, 4) = {first} LIMIT 1"));
        found.extend((!rows.await.is_empty()).then(|| format!("{name}.{part}")));
    }
    found.sort_unstable();
    found
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_with_a_key_that_was_dropped(#[values(Sqlite, Postgres)] engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut evening) = begin(engine, &folder.path().join("secret.key")).await else { return };
    // A guest of somebody's list, contacts that were opened, a request that may be repeated, a link.
    evening.move_to(Phase::Registration).await;
    let lists = "/api/v1/events/qixi/registrations/import?create_units=true";
    let list = "email,real_name,nickname,gender,unit,phone\nlate@example.com,王迟到,迟到,male,二分厂,13855556666\n";
    let import = evening.organizer.request(Method::POST, lists).header("Content-Type", "text/csv");
    let invited = evening.organizer.send(import.body(list)).await;
    assert_eq!(invited.status, 201, "{}", invited.text());
    evening.move_to(Phase::OnSite).await;
    let hall = Hall::fill(evening, 2).await;
    let (he, she) = (&hall.men[0], &hall.women[0]);
    let id = a_match(&hall).await;
    let contact = format!("/api/v1/matches/{id}/contact");
    for person in [he, she] {
        assert_eq!(person.post(&contact, json!({ "fields": ["phone"] })).await.status, 200);
    }
    let one_more_host = async || {
        let organizer = hall.evening.again(&hall.evening.organizer);
        let wish = json!({ "email": "host@example.com", "role": "host" });
        let wish = organizer.request(Method::POST, "/api/v1/events/qixi/crew").json(&wish);
        organizer.send(wish.header("Idempotency-Key", "one more host")).await
    };
    assert_eq!(one_more_host().await.status, 201);
    hall.evening.visitor().post("/api/v1/auth/password/forgot", json!({ "email": she.email })).await;
    let reset = hall.evening.letters_to(she, "reset").await.remove(0);
    let token = reset.plain.split_once("token=").unwrap().1.split_whitespace().next().unwrap().to_owned();
    let (_, codes) = hall.evening.with_factor(&hall.men[1]).await;
    assert!(under_the_first_key(&hall.evening).await.len() > 8);

    keys::rotate(&hall.evening.app, Duration::ZERO).await.unwrap();
    hall.evening.clock.advance(chrono::Duration::minutes(17));
    keys::drop_older(&hall.evening.app).await.unwrap();
    // Kept answers are gone with their key, and in two days anyway; that they were given is not.
    let left = under_the_first_key(&hall.evening).await;
    assert!(left.iter().all(|column| column == "idempotency_key.answer"), "{left:?}");

    let (he, she) = (&hall.evening.again(he), &hall.evening.again(she));
    assert_eq!(he.get(&format!("/api/v1/matches/{id}")).await.json["contact"]["theirs"]["phone"], "13800000000");
    let organizer = hall.evening.again(&hall.evening.organizer);
    let open = organizer.get("/api/v1/events/qixi/invitations").await;
    assert_eq!(open.json["items"][0]["words"]["phone"], "13855556666", "{}", open.text());
    let again = one_more_host().await;
    assert_eq!((again.status, again.code()), (409, "answer_lost"), "{}", again.text());
    let coded = json!({ "email": hall.men[1].email, "password": PASSWORD, "code": codes[0] });
    let coded = hall.evening.visitor().post("/api/v1/auth/login", coded).await;
    assert_eq!(coded.status, 200, "{}", coded.text());
    let anew = json!({ "token": token, "password": "a bridge of magpies, once a year" });
    let anew = she.post("/api/v1/auth/password/reset", anew).await;
    assert!(anew.status < 300, "{}", anew.text());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rotation_that_was_broken_off_is_gone_on_with(#[values(Sqlite, Postgres)] engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret.key");
    let Some(evening) = begin(engine, &file).await else { return };
    let other = beside(&evening, evening.app.settings.clone()).await;
    assert_eq!(other.secrets.add().unwrap(), 2);
    // It stopped here: the new key opens, the old one seals, and a start takes it as it is.
    let third = beside(&evening, evening.app.settings.clone()).await;
    assert_eq!((third.secrets.newest(), third.secrets.numbers()), (1, vec![1, 2]));
    let early = keys::drop_older(&third).await.unwrap_err();
    assert!(format!("{early:?}").contains("waits to seal"), "{early:?}");
    keys::rotate(&third, Duration::ZERO).await.unwrap();
    assert_eq!((third.secrets.newest(), numbers(&evening).await), (2, vec![2]), "not a third one");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_configured_secret_is_exchanged_with_both_valid(#[values(Sqlite, Postgres)] engine: Engine) {
    let (old, new) = ("the secret that was configured at first", "the secret that is to be the next one");
    let begun = Evening::begin_with(engine, Phase::OnSite, |settings| settings.security.secret = old.into()).await;
    let Some(evening) = begun else { return };
    let guest = evening.participant("men").await;
    let session = session_of(&evening, &guest).await;
    let with = |secret: &str, secret_beside: &str| {
        let mut settings = evening.app.settings.clone();
        settings.security.secret = secret.into();
        settings.security.secret_beside = secret_beside.into();
        settings
    };
    let (first, second) = (beside(&evening, with(old, new)).await, beside(&evening, with(new, old)).await);
    assert_eq!((first.secrets.numbers(), second.secrets.numbers()), (vec![1, 2], vec![2, 1]));
    let sealed = second.secrets.seal("a", b"", b"x").unwrap();
    assert_eq!(first.secrets.open("a", b"", &sealed).unwrap().as_slice(), b"x");
    while !reseal::renew(&second, 5).await.unwrap() {}
    assert_eq!(numbers(&evening).await, [2]);
    let alone = beside(&evening, with(new, "")).await;
    assert_eq!(alone.secrets.numbers(), [2]);
    let finding = doctor::keys::keys(alone.database.reader(), &alone.secrets).await.unwrap();
    assert!(finding.wrong.is_empty(), "{finding:?}");
    let digest = session::Entity::find_by_token(&session, evening.app.now()).unwrap();
    assert!(digest.one(alone.database.reader()).await.unwrap().unwrap().is_bound(&alone));
}

/// A house from before there were numbers and bonds goes on as it was.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_house_from_before_is_bound_at_its_next_start_and_never_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret.key");
    fs::write(&file, [5; 32]).unwrap();
    let Some(evening) = begin(engine, &file).await else { return };
    let guest = evening.participant("men").await;
    let session = session_of(&evening, &guest).await;
    let unbound = async |evening: &Evening| {
        let txn = evening.app.database.begin_write().await.unwrap();
        let none = Expr::value(Option::<Vec<u8>>::None);
        account::Entity::update_many().col_expr(account::Column::Bond, none.clone()).exec(&txn).await.unwrap();
        session::Entity::update_many().col_expr(session::Column::TokenBond, none).exec(&txn).await.unwrap();
        txn.commit().await.unwrap();
    };
    unbound(&evening).await;
    assert_eq!(me(&evening, &session).await, 401);
    // As it was before: no row of the house, and a key file of 32 bytes.
    let txn = evening.app.database.begin_write().await.unwrap();
    queqiao::identity::house::Entity::delete_many().exec(&txn).await.unwrap();
    key_check::Entity::delete_many().exec(&txn).await.unwrap();
    txn.commit().await.unwrap();
    fs::write(&file, [5; 32]).unwrap();
    let next = beside(&evening, evening.app.settings.clone()).await;
    assert!(next.identity.to_bind);
    let query = session::Entity::find_by_token(&session, evening.app.now()).unwrap();
    assert!(query.one(next.database.reader()).await.unwrap().unwrap().is_bound(&next));

    // Whoever takes the bonds away again, with the mark that they were made, gets nothing bound.
    unbound(&evening).await;
    let txn = evening.app.database.begin_write().await.unwrap();
    let row = queqiao::identity::house::ActiveModel { place: Set(1), bound: Set(None), ..Default::default() };
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let last = beside(&evening, evening.app.settings.clone()).await;
    assert!(!last.identity.to_bind);
    let query = session::Entity::find_by_token(&session, evening.app.now()).unwrap();
    assert!(!query.one(last.database.reader()).await.unwrap().unwrap().is_bound(&last));
}

/// A code that was sealed before keys had numbers is given its present form at the start.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_from_before_opens_the_door_as_it_did(#[values(Sqlite, Postgres)] engine: Engine) {
    use chacha20poly1305::aead::{Aead, KeyInit, Payload};
    use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let guests = evening.participants("men", 1, Status::Confirmed).await;
    evening.organizer.post("/api/v1/events/qixi/badges", json!({})).await;
    let mine = guests[0].get("/api/v1/events/qixi/badges/me").await.json["code"].as_str().unwrap().to_owned();
    let row = code::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap();
    let cipher = ChaCha20Poly1305::new(&Key::from(*evening.app.secrets.key("badge code seal")));
    let payload = Payload { msg: mine.as_bytes(), aad: row.badge_id.as_bytes() };
    let former = [[3_u8; 12].as_slice(), &cipher.encrypt(&Nonce::from([3; 12]), payload).unwrap()].concat();
    let txn = evening.app.database.begin_write().await.unwrap();
    let as_it_was =
        code::ActiveModel { id: Set(row.id), digest: Set(vec![1]), sealed: Set(former), ..Default::default() };
    as_it_was.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let desk = evening.crew(Role::Desk).await;
    assert_eq!(scan(&desk, &mine, 1).await["reason"], "unknown_code");
    code::renew_former(&evening.app).await.unwrap();
    assert_eq!(scan(&desk, &mine, 2).await["result"], "admitted");
    assert_eq!(guests[0].get("/api/v1/events/qixi/badges/me").await.json["code"], mine.as_str());
}
