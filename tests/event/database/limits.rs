//! Nothing waits for ever: locks, silence, a database that is away, a stop.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use queqiao::accounts::profile::Gender;
use queqiao::database::Database;
use queqiao::events::phase::Phase;
use queqiao::settings::Settings;
use sea_orm::ConnectionTrait;
use secrecy::ExposeSecret;
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor};

use crate::fixtures::evening::Engine::{Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::Answer;
use crate::fixtures::process;
use crate::fixtures::until::until;
use crate::fixtures::wire::{Mood, Wire};

fn impatient(settings: &mut Settings) {
    settings.database.connections = 8;
    settings.database.wait_seconds = 3;
    settings.database.connect_seconds = 3;
    settings.database.lock_seconds = 1;
    settings.database.statement_seconds = 2;
}

fn is_busy(answer: &Answer) -> bool {
    answer.status == 503 && answer.code() == "busy" && answer.headers["retry-after"] == "2"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_row_held_by_a_stranger_stops_its_own_event_and_nothing_else() {
    let Some(mut evening) = Evening::begin_with(Postgres, Phase::Registration, impatient).await else { return };
    let guest = evening.account("beside", Gender::Female).await;
    evening.move_to(Phase::Registration).await;
    let mut stranger = evening.app.database.own_connection().await.unwrap();
    let hold = format!("BEGIN; SELECT 1 FROM event WHERE id = '{}' FOR UPDATE", evening.event.id);
    stranger.execute(AssertSqlSafe(hold)).await.unwrap();
    let change = || {
        let wish = json!({ "phase": "online", "reason": "雨" });
        evening.organizer.post("/api/v1/events/qixi/phase", wish)
    };
    let stuck = join_all((0..40).map(|_| change()));
    let beside = async {
        // As many as are let in wait for the row.
        evening.until_waiting(4).await;
        for turn in 0..5 {
            let begun = Instant::now();
            assert_eq!(guest.patch("/api/v1/me", json!({ "nickname": format!("beside-{turn}") })).await.status, 200);
            assert_eq!(guest.get("/api/v1/events/qixi").await.status, 200);
            assert_eq!(guest.get("/").await.status, 200);
            assert_eq!(guest.get("/readyz").await.status, 200);
            assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        }
    };
    let begun = Instant::now();
    let (stuck, ()) = futures_util::future::join(stuck, beside).await;
    assert!(stuck.iter().all(is_busy), "{stuck:?}");
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    stranger.execute("ROLLBACK").await.unwrap();
    assert_eq!(change().await.status, 200);
}

/// What this end gives up must not go on at the other, where it would hold what others wait for.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_server_ends_what_takes_too_long_by_itself() {
    let Some(evening) = Evening::begin_with(Postgres, Phase::Registration, impatient).await else { return };
    let database = &evening.app.database;
    let slow = "SELECT count(*) FROM pg_sleep(30)";
    let begun = Instant::now();
    let ended = database.reader().execute_unprepared(slow).await.unwrap_err().to_string();
    assert!(ended.contains("statement timeout"), "{ended}");
    let txn = database.begin_write().await.unwrap();
    let ended = txn.execute_unprepared(slow).await.unwrap_err().to_string();
    assert!(ended.contains("statement timeout"), "{ended}");
    drop(txn);

    let row = format!("SELECT 1 FROM event WHERE id = '{}' FOR UPDATE", evening.event.id);
    let mut stranger = database.own_connection().await.unwrap();
    stranger.execute(AssertSqlSafe(format!("BEGIN; {row}"))).await.unwrap();
    let txn = database.begin_write().await.unwrap();
    let ended = txn.execute_unprepared(&row).await.unwrap_err().to_string();
    assert!(ended.contains("lock timeout"), "{ended}");
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_that_go_silent_are_given_up_and_others_made() {
    let mut wire = None;
    let evening = Evening::begin_with(Postgres, Phase::Registration, |settings| {
        impatient(settings);
        wire = Some(Wire::before(settings));
    });
    let (Some(evening), Some(wire)) = (evening.await, wire) else { return };
    let guest = evening.account("silence", Gender::Female).await;
    assert!(
        join_all((0..16).map(|_| guest.get("/api/v1/me/invitations"))).await.iter().all(|answer| answer.status == 200)
    );
    wire.is(Mood::Silent);
    let begun = Instant::now();
    let reads = join_all((0..16).map(|_| guest.get("/api/v1/me/invitations")));
    let writes = join_all((0..16).map(|_| guest.patch("/api/v1/me", json!({ "nickname": "silent" }))));
    let ready = until("ready although all is silent", async || {
        let began = Instant::now();
        let answer = guest.get("/readyz").await;
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        (answer.status == 503).then_some(())
    });
    let (reads, writes, ()) = futures_util::future::join3(reads, writes, ready).await;
    assert!(reads.iter().chain(&writes).all(is_busy), "{reads:?} {writes:?}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    wire.is(Mood::Open);
    let begun = Instant::now();
    until("it never spoke again", async || (guest.get("/readyz").await.status == 200).then_some(())).await;
    let answers = join_all((0..32).map(|_| guest.patch("/api/v1/me", json!({ "nickname": "again" })))).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_line_with_nobody_behind_it_is_tried_again_until_somebody_is() {
    let mut wire = None;
    let evening = Evening::begin_with(Postgres, Phase::Registration, |settings| wire = Some(Wire::before(settings)));
    let (Some(evening), Some(wire)) = (evening.await, wire) else { return };
    let guest = evening.account("away", Gender::Female).await;
    wire.is(Mood::Away);
    wire.cut_all();
    let wish = json!({ "nickname": "patient" });
    let changes = join_all((0..8).map(|_| guest.patch("/api/v1/me", wish.clone())));
    let back = async {
        // Long enough for each of them to have found nobody.
        until("not ready, for nobody is there", async || (guest.get("/readyz").await.status == 503).then_some(()))
            .await;
        wire.is(Mood::Open);
    };
    let (answers, ()) = futures_util::future::join(changes, back).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stop_is_bounded_whatever_hangs() {
    let mut wire = None;
    let evening = process::begin_with(Postgres, Phase::Registration, |settings| wire = Some(Wire::before(settings)));
    let (Some(evening), Some(wire)) = (evening.await, wire) else { return };
    let process = process::serve_on(&evening);
    let guest = evening.account("stopped", Gender::Female).await.at(&process.address);
    assert_eq!(guest.get("/api/v1/me").await.status, 200);
    wire.is(Mood::Silent);
    let request = guest.request(reqwest::Method::GET, "/api/v1/me/invitations");
    let hanging = tokio::spawn({
        let guest = guest.clone();
        async move { guest.send_or_lose(request).await }
    });
    until("it never noticed", async || (guest.get("/readyz").await.status == 503).then_some(())).await;
    let took = process.terminated().await;
    assert!(took < Duration::from_secs(9), "{took:?}");
    let _ = hanging.await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_takes_too_long_is_told_to_come_again_and_changed_nothing() {
    let evening = Evening::begin_with(Sqlite, Phase::Registration, |settings| settings.server.answer_seconds = 2);
    let Some(evening) = evening.await else { return };
    let guest = evening.account("late", Gender::Female).await;
    let somebody = evening.app.database.begin_write().await.unwrap();
    let began = Instant::now();
    let answers = join_all((0..8).map(|_| guest.patch("/api/v1/me", json!({ "nickname": "never" })))).await;
    assert!(answers.iter().all(is_busy), "{answers:?}");
    assert_eq!(guest.get("/readyz").await.status, 200, "the line has moved just now");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    drop(somebody);
    assert_eq!(guest.patch("/api/v1/me", json!({ "about": "in time" })).await.status, 200);
    let me = guest.get("/api/v1/me").await.json;
    assert!(me["nickname"] != "never" && me["about"] == "in time", "{me}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_allows_too_few_connections_is_refused_at_the_start() {
    let Some(evening) = Evening::begin(Postgres, Phase::Registration).await else { return };
    let mut direct = evening.app.database.own_connection().await.unwrap();
    let mut settings = evening.app.settings.database.clone();
    let url = settings.url.expose_secret().to_owned();
    let story = url::Url::parse(&url).unwrap().path().trim_start_matches('/').to_owned();
    let role = format!("CREATE ROLE few_{story} LOGIN CONNECTION LIMIT 20");
    direct.execute(AssertSqlSafe(role)).await.unwrap();
    settings.url = url.replace("queqiao@", &format!("few_{story}@")).into();
    settings.connections = 16;
    let database = Database::open(&settings).await.unwrap();
    let refused = database.examine(16).await.unwrap_err().to_string();
    assert_eq!(
        refused,
        "database.connections: 16 and 5 besides are 21 connections, and the role (CONNECTION LIMIT) allows 20: \
         allow more, or set database.connections to 15 or less"
    );
    database.examine(15).await.unwrap();
    direct.execute(AssertSqlSafe(format!("ALTER ROLE few_{story} CONNECTION LIMIT 21"))).await.unwrap();
    database.examine(16).await.unwrap();
}
