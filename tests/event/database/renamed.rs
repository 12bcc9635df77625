//! A migration that only renames loses nothing, with rows in what it renames.

use std::collections::BTreeMap;

use migration::{Migrator, MigratorTrait, RENAMED_COLUMNS, RENAMED_TABLES};
use queqiao::commands::doctor::keys;
use queqiao::picks::{ballot_consent, matched};
use queqiao::plaza::daily_check_in;
use queqiao::registrations::exclusion;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use serde_json::json;

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::one_of_everything::one_of_everything;
use crate::fixtures::person::Person;
use crate::fixtures::rows::{everything, id, lines};

const PASSWORD: &str = "magpies build a bridge";
const LOGIN: &str = "/api/v1/auth/login";

/// Every index, as the database describes it.
async fn indices(evening: &Evening) -> Vec<String> {
    let question = if evening.app.database.is_postgres() {
        "SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname"
    } else {
        "SELECT name || ': ' || sql AS line FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    };
    lines(evening, question).await
}

/// How many rows each table has, by the names of today.
async fn counts(evening: &Evening) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for row in everything(evening).await {
        let table = row.split(' ').next().unwrap();
        let now = RENAMED_TABLES.iter().find(|(former, _)| *former == table).map_or(table, |(_, now)| *now);
        *counts.entry(now.to_owned()).or_default() += 1;
    }
    counts
}

/// Puts a row into each of the tables that one evening leaves empty.
async fn fill(evening: &Evening, guest: &Person) -> String {
    let visitor = evening.visitor();
    evening.with_password(guest, PASSWORD).await;
    let tokens = visitor.post(LOGIN, json!({ "email": guest.email, "password": PASSWORD })).await;
    assert_eq!(visitor.post(LOGIN, json!({ "email": guest.email, "password": "wrong" })).await.status, 401);
    assert_eq!(visitor.post("/api/v1/auth/password/forgot", json!({ "email": guest.email })).await.status, 202);
    evening.app.database.prove_write().await.unwrap();
    let invited = json!({ "email": "lu.su@example.com", "role": "host" });
    let invite = evening.organizer.request(Method::POST, "/api/v1/events/qixi/crew").json(&invited);
    assert_eq!(evening.organizer.send(invite.header("Idempotency-Key", "today")).await.status, 201);
    queqiao::clock_watch::begin(&evening.app).await.unwrap();
    let day = evening.event.day(evening.app.now());
    let match_id = id::<matched::Entity>(evening).await.parse().unwrap();
    let row = ballot_consent::Model { match_id, registration_id: guest.registration_id, stage: true, follow_up: false };
    let txn = evening.app.database.begin_write().await.unwrap();
    if ballot_consent::Entity::find().one(&txn).await.unwrap().is_none() {
        row.into_active_model().reset_all().insert(&txn).await.unwrap();
    }
    let signed_in = daily_check_in::Model {
        registration_id: guest.registration_id,
        day,
        event_id: evening.event.id,
        at: evening.app.now(),
    };
    if daily_check_in::Entity::find().one(&txn).await.unwrap().is_none() {
        signed_in.into_active_model().reset_all().insert(&txn).await.unwrap();
    }
    txn.commit().await.unwrap();
    tokens.json["refresh_token"].as_str().unwrap().to_owned()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tables_that_get_another_name_keep_every_row_and_index(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, guests)) = one_of_everything(engine).await else { return };
    let token = fill(&evening, &guests[0]).await;
    let (database, indexed) = (&evening.app.database, indices(&evening).await);
    // What came later goes first: its tables are lost with it, and are there again, empty, in the end.
    let newest = Migrator::migrations().into_iter().rev();
    let later = newest.take_while(|migration| migration.name() != "m0200_plain_names").count();
    database.migrate_down(u32::try_from(later).unwrap()).await.unwrap();
    let (mut rows, counted) = (everything(&evening).await, counts(&evening).await);
    rows.retain(|row| !row.starts_with("schema_mark "));
    for (_, now) in RENAMED_TABLES {
        assert!(counted.contains_key(now), "{now} is empty");
    }
    assert_eq!(database.would_lose(1).await.unwrap(), [], "a name is not lost with what it names");
    database.migrate_down(1).await.unwrap();
    for (table, former, _) in RENAMED_COLUMNS {
        let table = RENAMED_TABLES.iter().find(|(_, now)| *now == table).map_or(table, |(former, _)| *former);
        let question = format!("SELECT {former} FROM {table}");
        database.writer_for_schema().execute_unprepared(&question).await.unwrap();
    }
    assert_eq!(counts(&evening).await, counted);
    database.migrate().await.unwrap();
    assert_eq!(indices(&evening).await, indexed);
    // Rows are compared as they were before what came later gave them columns.
    database.migrate_down(u32::try_from(later).unwrap()).await.unwrap();
    // Who migrates marks anew what older processes can live with.
    let mut after = everything(&evening).await;
    after.retain(|row| !row.starts_with("schema_mark "));
    assert_eq!(after, rows);
    database.migrate().await.unwrap();

    // What vouches for a row and what refuses a second one does so under the new name too.
    let found = keys::keys(database.reader(), &evening.app.secrets).await.unwrap();
    assert!(found.wrong.is_empty(), "{:?}", found.wrong);
    let refreshed = evening.visitor().post("/api/v1/auth/refresh", json!({ "refresh_token": token })).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.text());
    let apart = exclusion::Entity::find().one(database.reader()).await.unwrap().unwrap();
    let twice = exclusion::Model { id: evening.app.new_id(), ..apart };
    let txn = database.begin_write().await.unwrap();
    assert!(twice.into_active_model().reset_all().insert(&txn).await.is_err(), "kept apart twice");
}
