//! What a process remembers of who asks and what they may: whatever is changed counts from the next
//! request on, and in every other process within a second, also where the two do not hear each other.

use std::time::{Duration, Instant};

use queqiao::accounts::profile::Gender;
use queqiao::accounts::{access_token, token_family};
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::{self, Status};
use queqiao::remembered::Table;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use secrecy::ExposeSecret;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::fixtures::browser::Browser;
use crate::fixtures::door::{DEVICES, paired};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{PASSWORD, Person};
use crate::fixtures::process;
use crate::fixtures::until::until;

const ME: &str = "/api/v1/me";
const MINE: &str = "/api/v1/events/qixi/registrations/me";
const COUNTS: &str = "/api/v1/events/qixi/check-ins/counts";
const CREW: &str = "/api/v1/events/qixi/crew";
const STAFF: &str = "/api/v1/organizations/yanyuan/staff";

/// The house has heard that nothing has changed, and uses what it remembers.
async fn hears(evening: &Evening) {
    until("nothing is heard", async || evening.app.database.changes().are_heard().then_some(())).await;
}

/// Whoever asks twice is remembered.
async fn is_let_in(evening: &Evening, person: &Person, path: &str) {
    hears(evening).await;
    for _ in 0..2 {
        assert_eq!(person.get(path).await.status, 200);
    }
}

/// The same person with a sign-in of a program of its own.
async fn signed_in(evening: &Evening, person: &Person) -> Person {
    let app = &evening.app;
    let id = app.new_id();
    let row = token_family::ActiveModel {
        id: Set(id),
        account_id: Set(person.account_id),
        at: Set(app.now()),
        revoked_at: Set(None),
        bond: Set(Some(token_family::bond(app, id, person.account_id))),
    };
    let txn = app.database.begin_write().await.unwrap();
    token_family::Entity::insert(row).exec_without_returning(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let mut program = person.clone();
    program.token = Some(access_token::issue_for(app, person.account_id, id).unwrap());
    program
}

/// The one entry of a list that is about this person.
async fn entry(evening: &Evening, list: &str, person: &Person) -> String {
    let listed = evening.organizer.get(list).await.json["items"].as_array().unwrap().clone();
    let id = json!(person.account_id);
    let found = listed.iter().find(|item| item["account_id"] == id || item["email"] == json!(person.email));
    format!("{list}/{}", found.unwrap_or_else(|| panic!("{listed:?}"))["id"].as_str().unwrap())
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_or_sign_in_that_is_ended_is_refused_with_the_next_request(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let person = evening.account("her", Gender::Female).await;
    evening.with_password(&person, PASSWORD).await;
    let browser = Browser::of(&evening, &person).await;
    let other = Browser::of(&evening, &person).await;
    let (phone, tablet) = (signed_in(&evening, &person).await, signed_in(&evening, &person).await);
    for program in [&phone, &tablet] {
        is_let_in(&evening, program, ME).await;
    }
    for page in [&browser, &other] {
        for _ in 0..2 {
            assert_eq!(page.get(ME).await.0, 200);
        }
    }
    // One signs out: the others stay.
    assert_eq!(browser.send("/sign-out", &[]).await.status(), 303);
    assert_eq!((browser.get(ME).await.0, other.get(ME).await.0), (401, 200));
    assert_eq!((phone.get(ME).await.status, tablet.get(ME).await.status), (200, 200));
    // A new password: whoever chose it stays, and nobody else.
    let change = json!({ "current_password": PASSWORD, "password": "the weaver girl waits" });
    assert_eq!(phone.post("/api/v1/auth/password/change", change).await.status, 204);
    assert_eq!((phone.get(ME).await.status, tablet.get(ME).await.status), (200, 401));
    assert_eq!(other.get(ME).await.0, 401);
    // What is remembered of them is read anew.
    is_let_in(&evening, &phone, ME).await;
    assert_eq!(phone.patch(ME, json!({ "language": "en" })).await.status, 200);
    let page = phone.request(reqwest::Method::GET, "/me").header("Accept", "text/html");
    assert!(phone.send(page).await.text().contains("lang=\"en"));
    // Whoever leaves for good is nobody from then on.
    let gone = phone.delete_with(ME, json!({ "password": "the weaver girl waits" })).await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    assert_eq!(phone.get(ME).await.status, 401);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_role_or_a_device_that_is_taken_back_is_refused_with_the_next_request(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let desk = evening.crew(Role::Desk).await;
    is_let_in(&evening, &desk, COUNTS).await;
    assert_eq!(evening.organizer.delete(&entry(&evening, CREW, &desk).await).await.status, 204);
    assert_eq!(desk.get(COUNTS).await.code(), "wrong_role");
    evening.appoint(&desk, Role::Desk).await;
    assert_eq!(desk.get(COUNTS).await.status, 200, "what was not there is remembered, too");

    let device = paired(&evening, "Gate").await;
    is_let_in(&evening, &device, COUNTS).await;
    let listed = evening.organizer.get(DEVICES).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(evening.organizer.delete(&format!("{DEVICES}/{listed}")).await.status, 204);
    assert_eq!(device.get(COUNTS).await.status, 401);

    let colleague = evening.account("colleague", Gender::Male).await;
    assert_eq!(colleague.get(COUNTS).await.code(), "wrong_role");
    let wish = json!({ "email": colleague.email, "role": "organizer" });
    assert_eq!(evening.organizer.post(STAFF, wish).await.status, 201);
    assert_eq!(colleague.accepts_all().await, 1);
    is_let_in(&evening, &colleague, COUNTS).await;
    assert_eq!(evening.organizer.delete(&entry(&evening, STAFF, &colleague).await).await.status, 204);
    assert_eq!(colleague.get(COUNTS).await.code(), "wrong_role");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_an_event_is_and_what_its_union_demands_counts_with_the_next_request(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let guest = evening.participant("women").await;
    is_let_in(&evening, &guest, MINE).await;
    let closed = json!({ "phase": "online", "reason": "everybody is there" });
    let moved = evening.organizer.post("/api/v1/events/qixi/phase", closed).await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    let late = guest.post("/api/v1/events/qixi/registrations", json!({})).await;
    assert_ne!(late.status, 201);
    // A draft is its union's own business.
    evening.change(|row| row.published_at = Set(None)).await;
    assert_eq!(guest.get(MINE).await.status, 404);

    let colleague = evening.account("colleague", Gender::Male).await;
    let wish = json!({ "email": colleague.email, "role": "organizer" });
    assert_eq!(evening.organizer.post(STAFF, wish).await.status, 201);
    assert_eq!(colleague.accepts_all().await, 1);
    is_let_in(&evening, &colleague, COUNTS).await;
    evening.with_factor(&evening.organizer).await;
    let demanded = evening.organizer.put("/api/v1/organizations/yanyuan/second-factor", json!({ "demanded": true }));
    assert_eq!(demanded.await.status, 200);
    assert_eq!(colleague.get(COUNTS).await.code(), "second_factor_required");
    evening.with_factor(&colleague).await;
    assert_eq!(colleague.get(COUNTS).await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_takes_part_and_where_they_stand_counts_with_the_next_request(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let guest = evening.participant_as("women", Status::Applied).await;
    let mine = async || guest.get(MINE).await.json;
    is_let_in(&evening, &guest, MINE).await;
    is_let_in(&evening, &guest, ME).await;
    assert_eq!(mine().await["status"], "applied");
    let id = mine().await["id"].as_str().unwrap().to_owned();
    let decision = json!({ "decision": "approve" });
    let decided = evening.organizer.post(&format!("/api/v1/events/qixi/registrations/{id}/decision"), decision).await;
    assert_eq!(decided.status, 200, "{}", decided.text());
    assert_eq!(mine().await["status"], "approved");
    let unit = registration::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap().unit_id;
    let renamed = evening.organizer.patch(&format!("/api/v1/units/{unit}"), json!({ "name": "天文台" })).await;
    assert_eq!(renamed.status, 200, "{}", renamed.text());
    assert_eq!(mine().await["unit"], "天文台");
    assert_eq!(guest.patch(ME, json!({ "nickname": "织女" })).await.status, 200);
    assert_eq!(guest.get(ME).await.json["nickname"], "织女");
    assert_eq!(guest.delete(MINE).await.status, 204);
    assert_eq!(guest.get(MINE).await.code(), "not_registered");
}

/// The last answer that did not know of a change was to a request that was sent within a second of it.
async fn within_a_second(changed_at: Instant, mut is_known: impl AsyncFnMut() -> bool) {
    loop {
        let sent = changed_at.elapsed();
        if is_known().await {
            return;
        }
        assert!(sent < Duration::from_secs(1), "not known after {sent:?}");
    }
}

/// Approves her at one process while she looks at another.
async fn is_approved_within_a_second(evening: &Evening, elsewhere: &Person) {
    for _ in 0..2 {
        assert_eq!(elsewhere.get(MINE).await.json["status"], "applied");
    }
    let id = elsewhere.get(MINE).await.json["id"].as_str().unwrap().to_owned();
    let decision = json!({ "decision": "approve" });
    let decided = evening.organizer.post(&format!("/api/v1/events/qixi/registrations/{id}/decision"), decision).await;
    assert_eq!(decided.status, 200, "{}", decided.text());
    within_a_second(Instant::now(), async || elsewhere.get(MINE).await.json["status"] == "approved").await;
}

/// Ends her sign-in at one process while she uses it at another.
async fn is_out_within_a_second(evening: &Evening, her: &Person, elsewhere: &Person) {
    for _ in 0..2 {
        assert_eq!(elsewhere.get(ME).await.status, 200);
    }
    let other = signed_in(evening, her).await;
    let change = json!({ "current_password": PASSWORD, "password": "the weaver girl waits" });
    assert_eq!(other.post("/api/v1/auth/password/change", change).await.status, 204);
    within_a_second(Instant::now(), async || elsewhere.get(ME).await.status == 401).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_one_process_changes_another_knows_within_a_second() {
    let Some(evening) = process::begin(Postgres, Phase::OnSite).await else { return };
    let beside = process::serve_on(&evening);
    let her = evening.account("her", Gender::Female).await;
    evening.with_password(&her, PASSWORD).await;
    let desk = evening.crew(Role::Desk).await.at(&beside.address);
    let device = paired(&evening, "Gate").await.at(&beside.address);
    for person in [&desk, &device] {
        for _ in 0..2 {
            assert_eq!(person.get(COUNTS).await.status, 200);
        }
    }
    let grant = entry(&evening, CREW, &desk).await;
    assert_eq!(evening.organizer.delete(&grant).await.status, 204);
    within_a_second(Instant::now(), async || desk.get(COUNTS).await.code() == "wrong_role").await;
    let listed = evening.organizer.get(DEVICES).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(evening.organizer.delete(&format!("{DEVICES}/{listed}")).await.status, 204);
    within_a_second(Instant::now(), async || device.get(COUNTS).await.status == 401).await;
    let phone = signed_in(&evening, &her).await;
    is_out_within_a_second(&evening, &her, &phone.at(&beside.address)).await;
}

/// Nobody is let onto the database any more, and whoever listens there is put out: the connections that
/// are asked questions stay.
async fn cut_off_ears(evening: &Evening) {
    let url = evening.app.settings.database.url.expose_secret();
    let (server, rest) = url.rsplit_once('/').unwrap();
    let (name, options) = rest.split_once('?').unwrap();
    let mut apart = PgConnection::connect(&format!("{server}/postgres?{options}")).await.unwrap();
    let closed = format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false");
    apart.execute(AssertSqlSafe(closed)).await.unwrap();
    let ears = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND query LIKE '%pg_notify%'"
    );
    let ended = sqlx::query(AssertSqlSafe(ears)).fetch_all(&mut apart).await.unwrap();
    assert!(ended.len() >= 2, "both processes listen");
    apart.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_takes_part_at_one_process_another_knows_within_a_second() {
    let Some(evening) = process::begin(Postgres, Phase::Registration).await else { return };
    let beside = process::serve_on(&evening);
    let heard = evening.participant_as("women", Status::Applied).await.at(&beside.address);
    is_approved_within_a_second(&evening, &heard).await;
    // Many at once are told as the whole table.
    let unheard = evening.participants("men", 120, Status::Applied).await;
    let him = unheard[0].clone().at(&beside.address);
    for _ in 0..2 {
        assert_eq!(him.get(MINE).await.json["status"], "applied");
    }
    let all = json!({ "decision": "approve", "waiting": {} });
    let decided = evening.organizer.post("/api/v1/events/qixi/registrations/decisions", all).await;
    assert_eq!(decided.status, 200, "{}", decided.text());
    within_a_second(Instant::now(), async || him.get(MINE).await.json["status"] == "approved").await;
    let late = evening.participant_as("women", Status::Applied).await.at(&beside.address);
    hears(&evening).await;
    cut_off_ears(&evening).await;
    is_approved_within_a_second(&evening, &late).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_cannot_be_heard_is_known_within_a_second_all_the_same() {
    let Some(evening) = process::begin(Postgres, Phase::OnSite).await else { return };
    let beside = process::serve_on(&evening);
    let her = evening.account("her", Gender::Female).await;
    evening.with_password(&her, PASSWORD).await;
    let phone = signed_in(&evening, &her).await;
    let elsewhere = phone.at(&beside.address);
    for _ in 0..2 {
        assert_eq!(elsewhere.get(ME).await.status, 200);
    }
    hears(&evening).await;
    cut_off_ears(&evening).await;
    is_out_within_a_second(&evening, &her, &elsewhere).await;
    assert_eq!(phone.get(ME).await.status, 401);
    until("it trusts what it cannot know", async || (!evening.app.database.changes().are_heard()).then_some(())).await;
}

/// Whoever writes the database by another program is heard of, too.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_written_by_hand_is_known_within_a_second(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let her = evening.account("her", Gender::Female).await;
    let phone = signed_in(&evening, &her).await;
    is_let_in(&evening, &phone, ME).await;
    evening.app.database.writer_for_schema().execute_unprepared("DELETE FROM token_family").await.unwrap();
    within_a_second(Instant::now(), async || phone.get(ME).await.status == 401).await;
}

/// Where a row goes and takes others along, what is remembered of these goes as well.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_table_that_loses_rows_with_another_one_is_known(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let db = evening.app.database.reader();
    let owned = match engine {
        Sqlite => {
            "SELECT m.name AS child, f.\"table\" AS owner, f.on_delete = 'CASCADE' AS goes FROM sqlite_master AS m \
             JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' AND f.on_delete IN ('CASCADE', 'SET NULL')"
        }
        Postgres => {
            "SELECT conrelid::regclass::text AS child, confrelid::regclass::text AS owner, confdeltype = 'c' AS goes \
             FROM pg_constraint WHERE contype = 'f' AND confdeltype IN ('c', 'n')"
        }
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), owned)).await.unwrap();
    let text = |row: &sea_orm::QueryResult, name: &str| row.try_get::<String>("", name).unwrap();
    let owned: Vec<_> = rows
        .iter()
        .map(|row| (text(row, "child"), text(row, "owner"), row.try_get::<bool>("", "goes").unwrap()))
        .collect();
    assert!(owned.len() > 20, "{owned:?}");
    for (child, owner, _) in &owned {
        let Some(table) = Table::named(child) else { continue };
        // With its owner go the rows of whatever the owner goes with.
        let mut owners = vec![owner.clone()];
        for at in 0..100 {
            let Some(one) = owners.get(at).cloned() else { break };
            let above = owned.iter().filter(|(child, _, goes)| *child == one && *goes);
            owners.extend(above.map(|(_, owner, _)| owner.clone()).collect::<Vec<_>>());
        }
        for owner in owners {
            assert!(Table::losing_with(&owner).contains(&table), "{child} loses rows with {owner}");
        }
    }
}

#[test]
fn every_remembered_table_tells_what_changes() {
    let of_rooms = include_str!("../../migration/src/m0210_told_changes.rs");
    let of_people = include_str!("../../migration/src/m0240_told_people.rs");
    for table in Table::ALL {
        let key = table.keys().first().map_or("None".to_owned(), |key| format!("Some(\"{key}\")"));
        let line = format!("(\"{}\", {key}, ", table.name());
        assert!(of_rooms.contains(&line) || of_people.contains(&line), "{}", table.name());
    }
}
