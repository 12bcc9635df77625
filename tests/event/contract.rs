//! Every route of the API, as its own description lists them, under bad input: the documented 4xx
//! with a code, never 500, and nothing written.

use std::collections::BTreeMap;

use queqiao::events::phase::Phase;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::evening::Engine::{self, Postgres, Sqlite};
use crate::evening::{Answer, Evening, Person};

struct Route {
    method: Method,
    /// With `{event}` filled in by our own event and every other name by an id nobody has.
    path: String,
    /// As the description says it.
    pattern: String,
    takes_json: bool,
    signed_in: bool,
}

async fn routes(evening: &Evening) -> Vec<Route> {
    let document = evening.visitor().get("/api/v1/openapi.json").await.json;
    let mut routes = Vec::new();
    for (pattern, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            let json_body = &operation["requestBody"]["content"]["application/json"];
            routes.push(Route {
                path: filled(pattern),
                pattern: pattern.clone(),
                takes_json: !json_body.is_null(),
                // An empty alternative among the needs says that nobody in particular may ask, too.
                signed_in: operation["security"]
                    .as_array()
                    .is_some_and(|needs| !needs.is_empty() && needs.iter().all(|need| need != &json!({}))),
                method,
            });
        }
    }
    assert!(!routes.is_empty());
    routes
}

fn filled(pattern: &str) -> String {
    let mut path = String::new();
    for (place, part) in pattern.split(['{', '}']).enumerate() {
        match (place % 2, part) {
            (0, text) => path.push_str(text),
            (_, "event") => path.push_str("qixi"),
            (_, "n") => path.push_str("4711"),
            _ => path.push_str(&Uuid::from_u128(4711).to_string()),
        }
    }
    path
}

/// How many rows each table holds.
async fn rows(evening: &Evening) -> BTreeMap<String, i64> {
    let db = evening.app.database.reader();
    let tables = if evening.app.database.is_postgres() {
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    };
    let backend = db.get_database_backend();
    let mut counts = BTreeMap::new();
    for table in db.query_all_raw(Statement::from_string(backend, tables)).await.unwrap() {
        let name: String = table.try_get("", "name").unwrap();
        let count = format!("SELECT count(*) AS n FROM \"{name}\"");
        let row = db.query_one_raw(Statement::from_string(backend, count)).await.unwrap().unwrap();
        counts.insert(name, row.try_get("", "n").unwrap());
    }
    counts
}

fn is_a_problem(route: &Route, answer: &Answer, asked: &str) {
    let what = format!("{} {} {asked}: {} {}", route.method, route.pattern, answer.status, answer.text());
    assert!((400..500).contains(&answer.status), "{what}");
    let kind = answer.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or("");
    assert!(kind.starts_with("application/problem+json"), "{what}: {kind}");
    assert!(!answer.code().is_empty(), "{what}");
}

async fn send(person: &Person, route: &Route, body: Option<(&str, Vec<u8>)>) -> Answer {
    let request = person.request(route.method.clone(), &route.path);
    let request = match body {
        Some((kind, bytes)) => request.header("content-type", kind).body(bytes),
        None => request,
    };
    person.send(request).await
}

const JSON: &str = "application/json";

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_route_that_needs_a_person_answers_nobody(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let before = rows(&evening).await;
    let mut nobody = evening.visitor();
    for route in routes(&evening).await.iter().filter(|route| route.signed_in) {
        for token in [None, Some("nonsense"), Some("eyJhbGciOiJub25lIn0.e30.")] {
            nobody.token = token.map(str::to_owned);
            let answer = send(&nobody, route, Some((JSON, b"{}".to_vec()))).await;
            is_a_problem(route, &answer, "without a person");
            assert_eq!(answer.status, 401, "{} {}", route.method, route.pattern);
        }
    }
    assert_eq!(rows(&evening).await, before);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_route_takes_a_malformed_body(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let bodies: Vec<(&str, &str, Vec<u8>)> = vec![
        ("not json", JSON, b"{\"a\": ".to_vec()),
        ("not utf-8", JSON, vec![b'"', 0xff, 0xfe, b'"']),
        ("nothing", JSON, Vec::new()),
        ("a number", JSON, b"4711".to_vec()),
        ("an unknown field", JSON, json!({ "no_such_field": 1 }).to_string().into_bytes()),
        ("another type", "text/plain", b"{}".to_vec()),
        ("a deep nest", JSON, "[".repeat(100_000).into_bytes()),
        ("a megabyte", JSON, json!({ "x": "y".repeat(1 << 20) }).to_string().into_bytes()),
    ];
    let people = [evening.organizer.clone(), evening.participant("women").await, evening.administrator().await];
    let before = rows(&evening).await;
    for route in routes(&evening).await.iter().filter(|route| route.takes_json) {
        for (name, kind, bytes) in &bodies {
            for person in &people {
                let answer = send(person, route, Some((kind, bytes.clone()))).await;
                is_a_problem(route, &answer, name);
            }
        }
    }
    assert_eq!(rows(&evening).await, before);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_union_sees_and_changes_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let stranger = evening.stranger().await;
    let before = rows(&evening).await;
    // What anybody may read of an event that is published.
    let open = ["", "/pick-rounds", "/ledger/digests", "/ledger/rules", "/screening"]
        .map(|path| format!("/api/v1/events/{{event}}{path}"));
    for route in routes(&evening).await.iter().filter(|route| route.pattern.contains("{event}")) {
        if open.contains(&route.pattern) && route.method == Method::GET {
            continue;
        }
        let answer = send(&stranger, route, Some((JSON, b"{}".to_vec()))).await;
        is_a_problem(route, &answer, "by an organizer of another union");
        assert!([403, 404, 409, 422].contains(&answer.status), "{} {}", route.method, route.pattern);
    }
    assert_eq!(rows(&evening).await, before);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_that_is_not_there_is_404_on_every_route(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let people = [evening.organizer.clone(), evening.participant("men").await];
    for route in routes(&evening).await.iter().filter(|route| route.pattern.contains("{event}")) {
        let missing = Route {
            path: route.path.replace("qixi", "no-such-event"),
            pattern: route.pattern.clone(),
            method: route.method.clone(),
            takes_json: route.takes_json,
            signed_in: route.signed_in,
        };
        for person in &people {
            let answer = send(person, &missing, Some((JSON, b"{}".to_vec()))).await;
            is_a_problem(route, &answer, "at an event that is not there");
            // What is wrong with the body may be said first; that there is an event, never.
            assert!([404, 422].contains(&answer.status), "{} {}", route.method, route.pattern);
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn odd_paths_and_queries_are_refused_kindly(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let person = evening.participant("men").await;
    let odd = ["%00", "%ff", "..%2f..", "'%20OR%201=1", "%F0%9F%90%A6", &"x".repeat(3000)];
    for route in routes(&evening).await {
        for part in odd {
            let path = route.pattern.split('/').map(|p| if p.starts_with('{') { part } else { p });
            let odd_path = path.collect::<Vec<_>>().join("/");
            for query in ["", "?limit=0", "?limit=99999999999", "?cursor=%00", "?side=elephants", "?limit=abc&limit=3"]
            {
                let request = person.request(route.method.clone(), &format!("{odd_path}{query}"));
                let answer = person.send(request.json(&Value::Null)).await;
                assert!(answer.status < 500, "{} {odd_path}{query}: {}", route.method, answer.text());
            }
        }
    }
}
