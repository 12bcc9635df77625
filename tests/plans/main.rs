//! How the database goes about what it is asked: where a table grows with people, it never looks at every row. A
//! program of its own, so that it hears what its own story asks and nothing else.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a story may stop"
)]

#[expect(dead_code, reason = "shared with tests/event, where the rest is used")]
#[path = "../event/fixtures/mod.rs"]
mod fixtures;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use queqiao::events::phase::Phase;
use reqwest::Method;
use rstest::rstest;
use sea_orm::ConnectionTrait;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::{Layer, util::SubscriberInitExt};

use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::one_of_everything::one_of_everything;
use crate::fixtures::person::Person;
use crate::fixtures::rows::{lines, tables};

/// Tables that stay small however many people come: what a union or an organizer draws up, a handful each.
const SMALL: [&str; 9] =
    ["chat_room", "crew", "event", "event_host", "organization", "series", "staff", "union_parent", "unit"];

/// What may look through a table, by what it holds, and why.
const WHOLE: [(&str, &str); 4] = [
    ("(substr(", "`queqiao keys rotate` looks at every sealed column, a few rows at a time"),
    ("FROM account LIMIT 1", "whether there is anybody at all"),
    (r#"FROM "audit_entry" WHERE "audit_entry"."action" <> "#, "the latest of all, from the end on"),
    (r#"FROM "letter" WHERE "letter"."kind" NOT IN"#, "the latest of all, from the end on"),
];

/// Nothing is asked for in an empty list, and a story of ours takes whatever comes first.
fn is_answered_at_once(sql: &str) -> bool {
    let nothing = ["? = ?", "$1 = $2", "$2 = $3", "$3 = $4", "$4 = $5", "$5 = $6", "$6 = $7"];
    let first =
        sql.starts_with("SELECT") && sql.contains(" LIMIT ") && !sql.contains(" WHERE ") && !sql.contains(" ORDER ");
    nothing.into_iter().any(|nothing| sql.contains(nothing)) || first
}

/// Where a row is only put down, the rows that might miss it are looked through if there are any such, and there are
/// none.
fn only_inserts(sql: &str) -> bool {
    sql.starts_with("INSERT") && !sql.contains("SELECT")
}

/// Every statement this process has put to a database, once each.
static STATEMENTS: LazyLock<Mutex<BTreeSet<String>>> = LazyLock::new(|| {
    let own = Recorder.with_filter(Targets::new().with_target("queqiao::sql", tracing::Level::TRACE));
    Registry::default().with(own).init();
    Mutex::default()
});

struct Recorder;

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut Recorder);
    }
}

impl Visit for Recorder {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "sql" {
            STATEMENTS.lock().unwrap_or_else(PoisonError::into_inner).insert(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// What kind of page an address is of: which one of many it is, and in which order, does not matter.
fn kind(path: &str) -> String {
    let parts = path.split('?').next().unwrap_or_default().split('/');
    parts.map(|part| if part.contains(|letter: char| letter.is_ascii_digit()) { "*" } else { part }).collect()
}

/// Follows links from a page on, to one page of each kind.
async fn walk(browser: &Browser, from: &str) {
    let (mut seen, mut ahead) = (BTreeSet::from([kind(from)]), VecDeque::from([from.to_owned()]));
    while let Some(path) = ahead.pop_front() {
        let (status, page) = browser.get(&path).await;
        assert!(status < 500, "{path}: {page}");
        for link in page.split("href=\"/").skip(1).filter_map(|rest| rest.split('"').next()) {
            let link = format!("/{}", link.replace("&amp;", "&").split('#').next().unwrap_or_default());
            if !link.starts_with("/assets/") && seen.insert(kind(&link)) {
                ahead.push_back(link);
            }
        }
    }
}

/// What programs may read of the house and of the event, where it has an end.
async fn readable(evening: &Evening) -> Vec<String> {
    let document = evening.visitor().get("/api/v1/openapi.json").await.json;
    let calls = document["paths"].as_object().unwrap().iter();
    let read = calls.filter(|(path, methods)| methods.get("get").is_some() && !path.ends_with("/live"));
    read.map(|(path, _)| path.replace("{event}", "qixi")).filter(|path| !path.contains('{')).collect()
}

/// The tables that grow, by their names.
async fn growing(evening: &Evening) -> BTreeSet<String> {
    tables(evening).await.into_iter().filter(|table| !SMALL.contains(&table.as_str())).collect()
}

/// The indexes that hold a part of their table only: to look through one of those is to look at that part.
async fn partial(evening: &Evening) -> BTreeSet<String> {
    let indexes = match evening.app.database.is_postgres() {
        true => "SELECT relname AS line FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indpred IS NOT NULL",
        false => "SELECT name AS line FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'",
    };
    lines(evening, indexes).await.into_iter().collect()
}

/// What a table is called in a statement, where it is called otherwise.
fn by_alias(sql: &str) -> BTreeMap<String, String> {
    let tokens: Vec<&str> = sql.split_whitespace().map(|token| token.trim_matches(['(', ')', ',', ';'])).collect();
    let named = |word: &str| word.trim_matches('"').to_owned();
    let aliases = tokens.windows(3).filter(|three| three[1].eq_ignore_ascii_case("as"));
    aliases.map(|three| (named(three[2]), named(three[0]))).collect()
}

/// The tables a plan of SQLite looks through from end to end.
async fn scanned_embedded(
    connection: &mut SqliteConnection,
    sql: &str,
    partial: &BTreeSet<String>,
) -> Result<Vec<String>, String> {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let steps = connection.fetch_all(explain).await.map_err(|fault| fault.to_string())?;
    let aliases = by_alias(sql);
    let scanned = steps.into_iter().filter_map(|step| {
        let step: String = step.get("detail");
        let rest = step.strip_prefix("SCAN ")?;
        let mut tokens = rest.split_whitespace();
        let table = tokens.next()?.to_owned();
        let of_part = tokens.any(|token| partial.contains(token));
        (!of_part).then(|| aliases.get(&table).cloned().unwrap_or(table))
    });
    Ok(scanned.collect())
}

/// The same of PostgreSQL, which would rather not look through any: for as long as there is another way it takes
/// that one, whatever it costs.
async fn scanned_server(
    connection: &mut PgConnection,
    sql: &str,
    partial: &BTreeSet<String>,
) -> Result<Vec<String>, String> {
    let most = (1..100).rev().find(|number| sql.contains(&format!("${number}"))).unwrap_or(0);
    connection.execute(AssertSqlSafe(format!("PREPARE asked AS {sql}"))).await.map_err(|fault| fault.to_string())?;
    let values = vec!["NULL"; most].join(", ");
    let explain = match most {
        0 => "EXPLAIN (FORMAT JSON) EXECUTE asked".to_owned(),
        _ => format!("EXPLAIN (FORMAT JSON) EXECUTE asked({values})"),
    };
    let plan = sqlx::query_scalar::<_, Value>(AssertSqlSafe(explain)).fetch_one(&mut *connection).await;
    connection.execute("DEALLOCATE asked").await.map_err(|fault| fault.to_string())?;
    let mut scanned = Vec::new();
    gather(&plan.map_err(|fault| fault.to_string())?[0]["Plan"], false, partial, &mut scanned);
    Ok(scanned)
}

/// The tables that a node of a plan, or one below it, looks through without knowing where to begin. Whoever wants the
/// first few of an order may.
fn gather(node: &Value, few: bool, partial: &BTreeSet<String>, scanned: &mut Vec<String>) {
    let kind = node["Node Type"].as_str().unwrap_or_default();
    let through = match kind {
        "Seq Scan" => true,
        "Index Scan" | "Index Only Scan" => {
            !few && node["Index Cond"].is_null() && !partial.contains(node["Index Name"].as_str().unwrap_or_default())
        }
        _ => false,
    };
    if through {
        scanned.push(node["Relation Name"].as_str().unwrap_or_default().to_owned());
    }
    let few = kind == "Limit" || (few && !["Sort", "Aggregate", "Hash", "HashAggregate"].contains(&kind));
    for below in node["Plans"].as_array().into_iter().flatten() {
        gather(below, few, partial, scanned);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_question_looks_at_every_row_of_a_table_that_grows_with_people(#[values(Sqlite, Postgres)] engine: Engine) {
    LazyLock::force(&STATEMENTS);
    let Some((mut evening, guests)) = one_of_everything(engine).await else { return };
    let administrator = evening.administrator().await;
    let people: [&Person; 3] = [&evening.organizer.clone(), &guests[0], &administrator];
    for person in people {
        for path in readable(&evening).await {
            let request = person.request(Method::GET, &path);
            assert!(person.send(request).await.status < 500, "{path}");
        }
        walk(&Browser::of(&evening, person).await, "/me").await;
    }
    walk(&Browser::open(&evening), "/").await;
    evening.move_to(Phase::Closed).await;
    walk(&Browser::of(&evening, &guests[0]).await, "/me").await;

    let (growing, partial) = (growing(&evening).await, partial(&evening).await);
    let url = evening.app.settings.database.url.expose_secret();
    let mut file = None;
    let mut server = match engine {
        Sqlite => {
            file = Some(SqliteConnection::connect(url).await.unwrap());
            None
        }
        Postgres => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            connection.execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off").await.unwrap();
            Some(connection)
        }
    };
    let statements = STATEMENTS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let own = |sql: &&String| {
        let of_server = sql.contains("$1");
        of_server == server.is_some() || !(of_server || sql.contains('?'))
    };
    let statements: Vec<&String> = statements.iter().filter(own).collect();
    let (mut read, mut unread, mut wrong) = (0, Vec::new(), Vec::new());
    for sql in statements {
        let verb = sql.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        if !["SELECT", "UPDATE", "DELETE", "INSERT", "WITH"].contains(&verb.as_str()) {
            continue;
        }
        let scanned = match (&mut file, &mut server) {
            (Some(file), _) => scanned_embedded(file, sql, &partial).await,
            (None, Some(server)) => scanned_server(server, sql, &partial).await,
            (None, None) => panic!("no database"),
        };
        match scanned {
            // What has no values may be the other database's own.
            Err(_) if !sql.contains(['?', '$']) => {}
            Err(fault) => unread.push(format!("{fault}: {sql}")),
            Ok(scanned) => {
                read += 1;
                let meant = WHOLE.iter().any(|(part, _)| sql.contains(part));
                if !meant && !only_inserts(sql) && !is_answered_at_once(sql) {
                    let scanned = scanned.into_iter().filter(|table| growing.contains(table));
                    wrong.extend(scanned.map(|table| format!("{table}: {sql}")));
                }
            }
        }
    }
    assert_eq!(unread, [""; 0], "not every plan could be read");
    assert!(read > 300, "{read} statements were read");
    wrong.sort_unstable();
    assert!(wrong.is_empty(), "{} of {read} look through a whole table:\n{}", wrong.len(), wrong.join("\n"));
}

/// The planner thinks little of an index while a table is small, and a plan is kept while the table grows.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_door_asks_by_index_in_a_house_that_was_small_when_it_looked() {
    LazyLock::force(&STATEMENTS);
    let Some((evening, _)) = one_of_everything(Sqlite).await else { return };
    let txn = evening.app.database.begin_write().await.unwrap();
    txn.execute_unprepared("ANALYZE").await.unwrap();
    txn.commit().await.unwrap();
    let scan = |number: i32| json!({ "badge": "男001", "nonce": format!("{number:032}"), "device": format!("desk {number}"), "kind": "entry" });
    let scans: Vec<Value> = (0..100).map(scan).collect();
    let answer = evening.organizer.post("/api/v1/events/qixi/check-ins/batch", json!({ "scans": scans })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());

    let mut file = SqliteConnection::connect(evening.app.settings.database.url.expose_secret()).await.unwrap();
    let statements = STATEMENTS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let of_many = |sql: &&String| sql.starts_with("SELECT") && sql.matches('?').count() >= 100;
    let of_many: Vec<&String> = statements.iter().filter(of_many).collect();
    assert!(of_many.iter().any(|sql| sql.contains(r#"JOIN "attempt""#)), "{of_many:?}");
    for sql in of_many {
        let scanned = scanned_embedded(&mut file, sql, &BTreeSet::new()).await.unwrap();
        assert!(!scanned.contains(&"attempt".to_owned()), "{sql}");
    }
}
