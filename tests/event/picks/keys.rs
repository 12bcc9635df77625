//! Where the keys of pick rounds lie, and that no ballot is given up because one is not here.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use queqiao::app::App;
use queqiao::audit::entry;
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::picks::round::{self, State};
use queqiao::picks::{ballot, key_presence, recovery};
use queqiao::registrations::registration;
use queqiao::secrets::Secrets;
use queqiao::server;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use secrecy::ExposeSecret;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::fixtures::browser::{Browser, header};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::{Hall, ROUNDS, light, mine};
use crate::fixtures::person::Answer;
use crate::fixtures::process;

/// Another process of the same house, and where it answers.
async fn sibling(evening: &Evening, key_store: &Path) -> (Arc<App>, String) {
    let mut settings = evening.app.settings.clone();
    settings.picks.key_store = key_store.display().to_string().into();
    let secrets = Secrets::load(&settings.security).unwrap();
    let app = App::build(settings, evening.clock.clone(), secrets).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(server::open(&app, listener).unwrap());
    (app, address)
}

async fn sealed(hall: &Hall) -> u64 {
    ballot::Entity::find().count(hall.evening.app.database.reader()).await.unwrap()
}

async fn void(hall: &Hall, n: i64, confirm: bool) -> Answer {
    hall.host.post(&format!("{ROUNDS}/{n}/void"), json!({ "confirm": confirm })).await
}

/// The one key in a folder.
fn key_file(folder: &Path) -> std::path::PathBuf {
    let files = fs::read_dir(folder.join("keys")).unwrap().map(|file| file.unwrap().path());
    let keys: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "key")).collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    keys[0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_round_opens_while_processes_keep_their_keys_apart() {
    let folder = tempfile::tempdir().unwrap();
    let (here, elsewhere) = (folder.path().join("here"), folder.path().join("elsewhere"));
    let key_store = here.display().to_string();
    let begun =
        process::begin_with(Postgres, Phase::OnSite, move |settings| settings.picks.key_store = key_store.into()).await;
    let Some(evening) = begun else { return };
    let host = evening.crew(Role::Host).await;
    key_presence::attend(&evening.app).await.unwrap();
    let ((apart, _), (beside, _)) = (sibling(&evening, &elsewhere).await, sibling(&evening, &here).await);
    key_presence::attend(&beside).await.unwrap();
    key_presence::attend(&apart).await.unwrap();
    key_presence::attend(&apart).await.unwrap();
    assert_eq!(host.post(ROUNDS, json!({ "limit": 3 })).await.status, 201);
    let open = format!("{ROUNDS}/1/open");
    let refused = host.post(&open, json!({})).await;
    assert_eq!((refused.status, refused.code()), (409, "keys_apart"), "{}", refused.text());
    key_presence::leave(&apart).await;
    let opened = host.post(&open, json!({})).await;
    assert_eq!((opened.status, &opened.json["state"]), (200, &json!("open")), "{}", opened.text());

    // One that comes later with keys elsewhere does not take the round for lost.
    key_presence::attend(&apart).await.unwrap();
    recovery::resume(&apart).await.unwrap();
    let found = round::find(evening.app.database.reader(), evening.event.id, 1).await.unwrap();
    assert_eq!(found.state, State::Open);
    key_presence::leave(&apart).await;
    let closed = host.post(&format!("{ROUNDS}/1/close"), json!({})).await;
    assert_eq!((closed.status, &closed.json["state"]), (200, &json!("tallied")), "{}", closed.text());
}

/// The server restarted, so that nobody knows of anybody; or whoever opened was killed. The first to come
/// is a process that keeps its keys elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_without_the_key_ends_no_round_whoever_came_first() {
    let folder = tempfile::tempdir().unwrap();
    let Some(hall) = Hall::shared(Postgres, folder.path(), 2).await else { return };
    let app = &hall.evening.app;
    key_presence::attend(app).await.unwrap();
    let n = hall.open(1).await;
    hall.pick(n).await;
    key_presence::leave(app).await;
    let (apart, address) = sibling(&hall.evening, &folder.path().join("elsewhere")).await;
    key_presence::attend(&apart).await.unwrap();
    recovery::resume(&apart).await.unwrap();
    server::jobs::once(&apart).await;
    assert_eq!((hall.round(n).await.state, sealed(&hall).await), (State::Open, 4));
    let there = hall.host.at(&address);
    let close = format!("{ROUNDS}/{n}/close");
    let refused = there.post(&close, json!({})).await;
    assert_eq!((refused.status, refused.code()), (503, "key_unavailable"), "{}", refused.text());
    assert_eq!(refused.headers["retry-after"], "5");
    let says = refused.json["key"].as_str().unwrap();
    assert!(says.ends_with(&folder.path().join("keys").display().to_string()), "{says}");
    assert_eq!(light(&hall.men[0].at(&address), n, &["女002"]).await.code(), "key_unavailable");
    // Not taken for an empty ballot.
    let own = hall.men[0].at(&address).get(&format!("{ROUNDS}/{n}/picks")).await;
    assert_eq!((own.status, own.code()), (503, "key_unavailable"), "{}", own.text());
    // While whoever has the key lives, nobody can throw the ballots away.
    key_presence::attend(app).await.unwrap();
    let refused = there.post(&format!("{ROUNDS}/{n}/void"), json!({ "confirm": true })).await;
    assert_eq!((refused.status, refused.code()), (409, "key_is_safe"), "{}", refused.text());
    assert_eq!((hall.round(n).await.state, sealed(&hall).await), (State::Open, 4));
    let closed = hall.close(n).await;
    assert_eq!((closed.status, &closed.json["state"]), (200, &json!("tallied")), "{}", closed.text());
    assert_eq!(there.post(&close, json!({})).await.bytes, closed.bytes);
    assert_eq!(hall.matches().await.len(), 1);
    key_presence::leave(&apart).await;
    key_presence::leave(app).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_its_key_a_round_waits_and_with_it_every_ballot_counts(#[values(Sqlite, Postgres)] engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let Some(hall) = Hall::shared(engine, folder.path(), 2).await else { return };
    let n = hall.open(1).await;
    hall.pick(n).await;
    let (key, away) = (key_file(folder.path()), folder.path().join("away"));
    fs::rename(&key, &away).unwrap();
    recovery::resume(&hall.evening.app).await.unwrap();
    let refused = hall.close(n).await;
    assert_eq!((refused.status, refused.code()), (503, "key_unavailable"), "{}", refused.text());
    assert_eq!((hall.round(n).await.state, sealed(&hall).await), (State::Open, 4));
    let phone = Browser::of(&hall.evening, &hall.men[0]).await;
    let (status, page) = phone.get("/e/qixi/picks").await;
    assert!(status == 200 && page.contains("爆灯暂停一下"), "{page}");
    fs::rename(&away, &key).unwrap();
    assert_eq!(hall.close(n).await.status, 200);
    assert_eq!(hall.matches().await.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_round_is_void_only_when_a_host_says_so_twice(#[values(Sqlite, Postgres)] engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let Some(hall) = Hall::shared(engine, folder.path(), 1).await else { return };
    let path = |n: i64| format!("{ROUNDS}/{n}/void");
    assert_eq!(void(&hall, 1, true).await.status, 404);
    assert_eq!(hall.host.post(ROUNDS, json!({ "limit": 1 })).await.status, 201);
    assert_eq!(void(&hall, 1, true).await.code(), "round_not_open");
    assert_eq!(hall.host.post(&format!("{ROUNDS}/1/open"), json!({})).await.status, 200);
    light(&hall.men[0], 1, &["女001"]).await;
    assert_eq!(hall.men[0].post(&path(1), json!({ "confirm": true })).await.code(), "wrong_role");
    let refused = void(&hall, 1, true).await;
    assert_eq!((refused.status, refused.code()), (409, "round_can_be_counted"), "{}", refused.text());
    // The power goes, and with it the key.
    fs::remove_file(key_file(folder.path())).unwrap();
    recovery::resume(&hall.evening.app).await.unwrap();
    let reply = void(&hall, 1, false).await;
    assert_eq!((reply.status, reply.code(), &reply.json["ballots"]), (409, "void_unconfirmed", &json!(2)));
    assert_eq!((hall.round(1).await.state, sealed(&hall).await), (State::Open, 2));
    let voided = void(&hall, 1, true).await;
    assert_eq!((voided.status, &voided.json["state"]), (200, &json!("void")), "{}", voided.text());
    assert_eq!(void(&hall, 1, false).await.bytes, voided.bytes);
    assert_eq!(sealed(&hall).await, 0);
    for answer in [light(&hall.men[0], 1, &[]).await, mine(&hall.men[0], 1).await, hall.close(1).await] {
        assert_eq!((answer.status, answer.code()), (409, "round_void"));
    }
    let deeds = entry::Entity::find().filter(entry::Column::Action.eq("pick_round_void"));
    let deeds = deeds.all(hall.evening.app.database.reader()).await.unwrap();
    assert_eq!(deeds.iter().map(|deed| deed.actor_id).collect::<Vec<_>>(), [Some(hall.host.account_id)]);
    // The next round is as if nothing had been; counted, it cannot be declared void.
    let next = hall.open(1).await;
    assert_eq!(light(&hall.men[0], next, &["女001"]).await.status, 200);
    assert_eq!(hall.close(next).await.status, 200);
    assert_eq!(void(&hall, next, true).await.code(), "round_closed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_page_of_a_stuck_round_asks_twice_before_it_gives_up_the_ballots(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let folder = tempfile::tempdir().unwrap();
    let Some(hall) = Hall::shared(engine, folder.path(), 1).await else { return };
    let n = hall.open(1).await;
    let page = format!("/e/qixi/console/picks/{n}");
    let host = Browser::of(&hall.evening, &hall.host).await;
    let (status, voided) = host.get(&page).await;
    assert_eq!(status, 200);
    assert!(voided.contains(&folder.path().join("keys").display().to_string()), "{voided}");
    let refused = host.send(&page, &[]).await;
    assert_eq!(refused.status(), 409);
    assert!(refused.text().await.unwrap().contains("这一轮没有问题"));
    fs::remove_file(key_file(folder.path())).unwrap();
    let reply = host.send(&page, &[]).await;
    assert_eq!(reply.status(), 200);
    assert!(reply.text().await.unwrap().contains("再问一次"));
    assert_eq!((hall.round(n).await.state, sealed(&hall).await), (State::Open, 2));
    let done = host.send(&page, &[("confirm", "yes")]).await;
    assert_eq!((done.status().as_u16(), header(&done, "location")), (303, "/e/qixi/console"));
    assert_eq!((hall.round(n).await.state, sealed(&hall).await), (State::Void, 0));
    let guest = Browser::of(&hall.evening, &hall.men[0]).await;
    assert_eq!(guest.get(&page).await.0, 403);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_with_other_bytes_takes_no_ballot_and_counts_none(#[values(Sqlite, Postgres)] engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let Some(hall) = Hall::shared(engine, folder.path(), 2).await else { return };
    let n = hall.open(1).await;
    hall.pick(n).await;
    let key = key_file(folder.path());
    let right = fs::read(&key).unwrap();
    for wrong in [&[7; 32][..], &right[..31], &[]] {
        fs::write(&key, wrong).unwrap();
        let refused = light(&hall.women[1], n, &["男001"]).await;
        assert_eq!((refused.status, refused.code()), (503, "key_unavailable"), "{}", refused.text());
        let refused = hall.close(n).await;
        assert_eq!((refused.status, refused.code()), (503, "key_wrong"), "{}", refused.text());
        assert_eq!((hall.round(n).await.state, sealed(&hall).await), (State::Open, 4));
        assert!(hall.evening.letters().await.is_empty(), "somebody was told something");
    }
    fs::write(&key, right).unwrap();
    assert_eq!(hall.close(n).await.status, 200);
    assert_eq!(hall.matches().await.len(), 1);
}

/// Changes the sealed bytes of so many ballots, as somebody can who writes to the database.
async fn spoil(hall: &Hall, ballots: usize) {
    let txn = hall.evening.app.database.begin_write().await.unwrap();
    for mut row in ballot::Entity::find().all(&txn).await.unwrap().into_iter().take(ballots) {
        let mut sealed = std::mem::take(&mut row.sealed);
        sealed[40] ^= 1;
        let mut row = row.into_active_model();
        row.sealed = Set(sealed);
        row.update(&txn).await.unwrap();
    }
    txn.commit().await.unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn where_most_ballots_were_changed_nobody_hears_that_nobody_picked_them(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let n = hall.open(1).await;
    hall.pick(n).await;
    spoil(&hall, 2).await;
    let refused = hall.close(n).await;
    assert_eq!((refused.status, refused.code()), (409, "ballots_unreadable"), "{}", refused.text());
    server::jobs::once(&hall.evening.app).await;
    assert_eq!((hall.round(n).await.state, sealed(&hall).await), (State::Closed, 4));
    assert_eq!(mine(&hall.men[0], n).await.code(), "round_not_tallied");
    assert!(hall.evening.letters().await.is_empty(), "somebody was told something");
    assert_eq!(void(&hall, n, false).await.code(), "void_unconfirmed");
    assert_eq!(void(&hall, n, true).await.status, 200);
    assert_eq!(mine(&hall.men[0], n).await.code(), "round_void");

    // A few are left out, and the record says how many.
    let n = hall.open(1).await;
    hall.pick(n).await;
    spoil(&hall, 1).await;
    let closed = hall.close(n).await;
    assert_eq!((closed.status, closed.json["receipts"].as_array().unwrap().len()), (200, 3), "{}", closed.text());
    let deeds = entry::Entity::find().filter(entry::Column::Action.eq("pick_ballots_left_out"));
    let deeds = deeds.all(hall.evening.app.database.reader()).await.unwrap();
    assert_eq!(deeds.iter().map(|deed| &deed.detail).collect::<Vec<_>>(), [&json!({ "number": n, "ballots": 1 })]);
}

/// Somebody who writes to the database gives a guest's application to an account of their own.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_application_given_to_another_account_tells_nothing_of_its_ballot(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let n = hall.open(1).await;
    hall.pick(n).await;
    let thief = hall.evening.stranger().await;
    let txn = hall.evening.app.database.begin_write().await.unwrap();
    let row = registration::Entity::find_by_id(hall.men[1].registration_id);
    let mut row = row.one(&txn).await.unwrap().unwrap().into_active_model();
    row.account_id = Set(thief.account_id);
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let read = thief.get(&format!("{ROUNDS}/{n}/picks")).await;
    assert_eq!((read.status, read.code()), (409, "ballot_unreadable"), "{}", read.text());
    assert!(!read.text().contains("女001"));
    let closed = hall.close(n).await;
    assert_eq!((closed.status, closed.json["receipts"].as_array().unwrap().len()), (200, 3), "{}", closed.text());
}

/// Where a copy of the evening's database lies; nobody is connected to the original.
async fn copy(hall: &Hall, folder: &Path) -> String {
    let url = hall.evening.app.settings.database.url.expose_secret();
    if let Some(file) = url.strip_prefix("sqlite://") {
        let copy = folder.join("copy.sqlite3");
        fs::copy(file, &copy).unwrap();
        return format!("sqlite://{}", copy.display());
    }
    let (server, rest) = url.rsplit_once('/').unwrap();
    let (name, options) = rest.split_once('?').unwrap();
    let mut apart = PgConnection::connect(&format!("{server}/postgres?{options}")).await.unwrap();
    let copied = format!("CREATE DATABASE {name}_copy TEMPLATE {name}");
    let alone = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    // The server takes a moment to see who has gone.
    let mut tries = 0;
    while let Err(busy) = apart.execute(AssertSqlSafe(copied.clone())).await {
        tries += 1;
        assert!(tries < 500, "{busy}");
        apart.execute(AssertSqlSafe(alone.clone())).await.unwrap();
    }
    apart.close().await.unwrap();
    format!("{server}/{name}_copy?{options}")
}

/// A backup is started beside the original to look at something, on the same machine.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_started_copy_does_not_take_the_key_of_the_original(#[values(Sqlite, Postgres)] engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let Some(hall) = Hall::shared(engine, folder.path(), 2).await else { return };
    let n = hall.open(1).await;
    hall.pick(n).await;
    hall.evening.app.database.clone().close().await;
    let beside = tempfile::tempdir().unwrap();
    let copy = copy(&hall, beside.path()).await;
    let original = hall.evening.app.settings.database.url.expose_secret();
    let (original, copy) = (process::serve_open(&hall.evening, original), process::serve_open(&hall.evening, &copy));
    let close = format!("{ROUNDS}/{n}/close");
    let closed = hall.host.at(&copy.address).post(&close, json!({})).await;
    assert_eq!((closed.status, &closed.json["state"]), (200, &json!("tallied")), "{}", closed.text());
    key_file(folder.path());
    assert_eq!(light(&hall.women[1].at(&original.address), n, &["男002"]).await.status, 200);
    let closed = hall.host.at(&original.address).post(&close, json!({})).await;
    assert_eq!((closed.status, &closed.json["state"]), (200, &json!("tallied")), "{}", closed.text());
    assert_eq!(mine(&hall.men[0].at(&original.address), n).await.json["badges"], json!(["女001"]));
    assert!(
        fs::read_dir(folder.path().join("keys"))
            .unwrap()
            .all(|file| { file.unwrap().path().extension().is_none_or(|ending| ending != "key") })
    );
}
