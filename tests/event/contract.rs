//! Every route of the API, as its own description lists them, under bad input: the documented 4xx
//! with a code, never 500, and nothing written.

use futures_util::{StreamExt, stream};
use queqiao::accounts::profile::Gender;
use queqiao::chat::line;
use queqiao::checkin::{attempt, review};
use queqiao::circle::note;
use queqiao::confessions::confession;
use queqiao::couples::couple;
use queqiao::events::{crew, device};
use queqiao::goods::{item, shop, voucher};
use queqiao::introductions::introduction;
use queqiao::invitations::invitation;
use queqiao::mail::letter;
use queqiao::organizations::staff;
use queqiao::picks::matched;
use queqiao::plaza::{complaint, contribution, photo, quiz};
use queqiao::points::entry;
use queqiao::programme::cue;
use queqiao::registrations::handle;
use queqiao::registrations::registration;
use queqiao::units::unit_contact;
use reqwest::Method;
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::one_of_everything::one_of_everything;
use crate::fixtures::person::{Answer, Person};
use crate::fixtures::rows;
use crate::fixtures::rows::id;

struct Route {
    method: Method,
    /// With every name filled in by something of ours.
    path: String,
    /// As the description says it.
    pattern: String,
    /// What kinds of body it takes.
    kinds: Vec<String>,
    /// A JSON body as the description wants it, where it wants one.
    body: Option<Value>,
    signed_in: bool,
    /// Who may, in the words of the description.
    who: String,
}

impl Route {
    /// Whether everybody who signed in may, perhaps about themselves.
    fn is_everybodys(&self) -> bool {
        ["any", "account"].iter().any(|word| self.who.starts_with(word))
    }

    fn is_a_participants(&self) -> bool {
        self.is_everybodys() || ["participant", "people"].iter().any(|word| self.who.contains(word))
    }
}

async fn routes(evening: &Evening) -> Vec<Route> {
    let document = evening.visitor().get("/api/v1/openapi.json").await.json;
    let mut routes = Vec::new();
    for (pattern, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            let content = &operation["requestBody"]["content"];
            let text = format!("{} {}", operation["summary"], operation["description"]);
            let (_, who) = text.split_once("Who: ").unwrap_or_else(|| panic!("who may {method} {pattern}?"));
            routes.push(Route {
                path: filled(evening, pattern).await + whose(operation),
                pattern: pattern.clone(),
                kinds: content.as_object().map(|kinds| kinds.keys().cloned().collect()).unwrap_or_default(),
                body: content.get(JSON).map(|json| sample(evening, &document, "", &json["schema"], "x")),
                // An empty alternative among the needs says that nobody in particular may ask, too.
                signed_in: operation["security"]
                    .as_array()
                    .is_some_and(|needs| !needs.is_empty() && needs.iter().all(|need| need != &json!({}))),
                who: who.split('.').next().unwrap_or_default().replace("\\n", " "),
                method,
            });
        }
    }
    assert!(routes.len() > 100, "{} routes are described", routes.len());
    routes
}

#[test]
fn every_name_in_a_path_is_described_and_every_refusal_has_one_shape() {
    let document: Value = serde_json::from_str(&queqiao::server::description()).unwrap();
    assert!(document.pointer("/components/schemas/Problem/properties/code").is_some());
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, call) in methods.as_object().unwrap() {
            let parameters: Vec<&Value> = call["parameters"].as_array().into_iter().flatten().collect();
            for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
                let described =
                    parameters.iter().filter(|known| known["in"] == "path" && known["name"] == name).count();
                assert_eq!(described, 1, "{name} of {method} {path}");
            }
            let refusals = call["responses"].as_object().unwrap().iter().filter(|(status, _)| status.as_str() >= "4");
            for (status, refusal) in refusals {
                let shape = &refusal["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(shape, "#/components/schemas/Problem", "{status} of {method} {path}");
            }
        }
    }
}

#[test]
fn every_list_is_told_with_where_it_goes_on() {
    let document: Value = serde_json::from_str(&queqiao::server::description()).unwrap();
    let mut lists = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        let schema = &methods["get"]["responses"]["200"]["content"][JSON]["schema"];
        assert_ne!(schema["type"], "array", "{path}");
        let members = schema["$ref"].as_str().map(|at| &document.pointer(&at[1..]).unwrap()["properties"]);
        let Some(members) = members.filter(|members| members["items"].is_object()) else { continue };
        assert!(members["next"].is_object(), "{path}");
        lists += 1;
    }
    assert!(lists > 20, "{lists} lists");
}

/// A body as a schema wants it, with `word` for every free text.
fn sample(evening: &Evening, document: &Value, name: &str, schema: &Value, word: &str) -> Value {
    let inside = |name: &str, schema: &Value| sample(evening, document, name, schema, word);
    if let Some(reference) = schema["$ref"].as_str() {
        return inside(name, document.pointer(&reference[1..]).unwrap());
    }
    if let Some(one) = schema["enum"].as_array() {
        return one[0].clone();
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(several) = schema[several].as_array() {
            return inside(name, several.iter().find(|one| one["type"] != "null").unwrap());
        }
    }
    let kind = schema["type"].as_array().map_or(&schema["type"], |kinds| &kinds[0]).as_str().unwrap_or("");
    match (kind, schema["format"].as_str().unwrap_or("")) {
        ("object", _) => {
            let members = schema["properties"].as_object().into_iter().flatten();
            members.map(|(name, schema)| (name.clone(), inside(name, schema))).collect()
        }
        ("array", _) => {
            let items = usize::try_from(schema["minItems"].as_u64().unwrap_or(1)).unwrap().max(1);
            json!(vec![inside(name, &schema["items"]); items])
        }
        ("string", "uuid") => json!(evening.units[0].id),
        ("string", "date-time") => json!("2026-11-21T06:00:00Z"),
        ("string", "date") => json!("2026-08-22"),
        ("string", _) if word != "x" => json!(word),
        ("string", _) => match name {
            "organization" => json!("yanyuan"),
            "email" | "emails" => json!("guest-1@example.com"),
            "slug" => json!("another-event"),
            "timezone" => json!("Asia/Shanghai"),
            "mail_domain" => json!("example.cn"),
            "badge" | "badges" => json!("男001"),
            "nonce" => json!("0123456789abcdef0123456789abcdef"),
            _ => json!("words"),
        },
        ("integer" | "number", _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
        ("boolean", _) => json!(true),
        _ => Value::Null,
    }
}

/// A pattern with every name in braces filled in by what the evening has of that kind.
async fn filled(evening: &Evening, pattern: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in pattern.split('/') {
        let part = if part == "{size}" {
            "small".to_owned()
        } else if !part.starts_with('{') {
            part.to_owned()
        } else {
            match parts.last().unwrap().as_str() {
                "events" => "qixi".to_owned(),
                "organizations" => "yanyuan".to_owned(),
                "rounds" | "tables" | "pick-rounds" | "runs" | "additions" | "draws" => "1".to_owned(),
                "chat" => "all".to_owned(),
                "lines" => id::<line::Entity>(evening).await,
                "goods" => id::<item::Entity>(evening).await,
                "shops" => id::<shop::Entity>(evening).await,
                "vouchers" => id::<voucher::Entity>(evening).await,
                "badges" | "exclusions" => "男001".to_owned(),
                "units" => evening.units[0].id.to_string(),
                "outbox" => id::<letter::Entity>(evening).await,
                "couples" => id::<couple::Entity>(evening).await,
                "matches" => id::<matched::Entity>(evening).await,
                "reviews" => id::<review::Entity>(evening).await,
                "check-ins" => id::<attempt::Entity>(evening).await,
                "complaints" => id::<complaint::Entity>(evening).await,
                "crew" => id::<crew::Entity>(evening).await,
                "confessions" => id::<confession::Entity>(evening).await,
                "cues" => id::<cue::Entity>(evening).await,
                "invitations" => id::<invitation::Entity>(evening).await,
                "devices" => id::<device::Entity>(evening).await,
                "entries" => id::<entry::Entity>(evening).await,
                "introductions" => id::<introduction::Entity>(evening).await,
                "notes" => id::<note::Entity>(evening).await,
                "people" => {
                    let seen = registration::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap();
                    handle::of(&evening.app, seen.id)
                }
                "photos" => id::<photo::Entity>(evening).await,
                "moderation" | "posts" | "contributions" => id::<contribution::Entity>(evening).await,
                "quizzes" => id::<quiz::Entity>(evening).await,
                "registrations" => id::<registration::Entity>(evening).await,
                "staff" => id::<staff::Entity>(evening).await,
                "accounts" => evening.organizer.account_id.to_string(),
                "contacts" => id::<unit_contact::Entity>(evening).await,
                unknown => panic!("{pattern}: what does an evening have of {unknown}?"),
            }
        };
        parts.push(part);
    }
    parts.join("/")
}

/// Says in a query that it is about our union, where the query can say so.
fn whose(operation: &Value) -> &'static str {
    let mut parameters = operation["parameters"].as_array().into_iter().flatten();
    let named = parameters.any(|one| one["in"] == "query" && one["name"] == "organization");
    if named { "?organization=yanyuan" } else { "" }
}

fn is_a_problem(route: &Route, answer: &Answer, call: &str) {
    let what = format!("{} {} {call}: {} {}", route.method, route.pattern, answer.status, answer.text());
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

fn json_body(route: &Route) -> Option<(&'static str, Vec<u8>)> {
    route.body.as_ref().map(|body| (JSON, body.to_string().into_bytes()))
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_route_that_needs_a_person_answers_nobody(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, _)) = one_of_everything(engine).await else { return };
    let before = rows::everything(&evening).await;
    let mut nobody = evening.visitor();
    for route in routes(&evening).await.iter().filter(|route| route.signed_in) {
        for token in [None, Some("nonsense"), Some("eyJhbGciOiJub25lIn0.e30.")] {
            nobody.token = token.map(str::to_owned);
            let answer = send(&nobody, route, json_body(route)).await;
            is_a_problem(route, &answer, "without a person");
            assert_eq!(answer.status, 401, "{} {}", route.method, route.pattern);
        }
    }
    assert_eq!(rows::everything(&evening).await, before);
}

/// What is wrong with a body, its type, and the body.
type Wrong = (String, &'static str, Vec<u8>);

/// Wrong whatever the route wants.
fn always_wrong() -> Vec<Wrong> {
    let named = |name: &str, kind, bytes| (name.to_owned(), kind, bytes);
    vec![
        named("not json", JSON, b"{\"a\": ".to_vec()),
        named("not utf-8", JSON, vec![b'"', 0xff, 0xfe, b'"']),
        named("nothing", JSON, Vec::new()),
        named("a number", JSON, b"4711".to_vec()),
        named("an unknown field", JSON, json!({ "no_such_field": 1 }).to_string().into_bytes()),
        named("another type", "text/plain", b"{}".to_vec()),
        named("a deep nest", JSON, "[".repeat(100_000).into_bytes()),
        named("a megabyte", JSON, json!({ "x": "y".repeat(1 << 20) }).to_string().into_bytes()),
    ]
}

/// Wrong because the route wants something else: one member too many, each member of a wrong type,
/// a NUL in every word.
fn wrong_here(evening: &Evening, document: &Value, route: &Route) -> Vec<Wrong> {
    let Some(good) = &route.body else { return Vec::new() };
    let named = |name: String, body: &Value| (name, JSON, body.to_string().into_bytes());
    let mut more = good.clone();
    more["no_such_field"] = json!(1);
    let mut wrong = vec![named("one field too many".to_owned(), &more)];
    for (name, member) in good.as_object().into_iter().flatten() {
        let mut body = good.clone();
        body[name] = if member.is_object() { json!(4711) } else { json!({ "no": { "such": "thing" } }) };
        wrong.push(named(format!("{name} of a wrong type"), &body));
    }
    let operation = &document["paths"][&route.pattern][route.method.as_str().to_lowercase()];
    let schema = &operation["requestBody"]["content"][JSON]["schema"];
    let with_nul = sample(evening, document, "", schema, "a\0b");
    if with_nul.to_string().contains(r"\u0000") {
        wrong.push(named("a NUL in every word".to_owned(), &with_nul));
    }
    wrong
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_route_takes_a_malformed_body(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, guests)) = one_of_everything(engine).await else { return };
    let administrator = evening.administrator().await;
    let document = evening.visitor().get("/api/v1/openapi.json").await.json;
    let always = always_wrong();
    let before = rows::everything(&evening).await;
    for route in routes(&evening).await.iter().filter(|route| !route.kinds.is_empty()) {
        // Whoever may, so that it is the body that is refused.
        let person = match route.who.as_str() {
            who if who.starts_with("administrator") => &administrator,
            _ if route.is_a_participants() => &guests[3],
            _ => &evening.organizer,
        };
        if route.body.is_none() {
            let is_sent = |kind: &&String| ["text/csv", "image/jpeg"].contains(&kind.as_str());
            let kind = route.kinds.iter().find(is_sent).unwrap();
            for bytes in [vec![0, 0xff, 0xfe], vec![b'a'; 6 << 20], Vec::new(), b"\"a\nb".to_vec()] {
                let answer = send(person, route, Some((kind, bytes))).await;
                is_a_problem(route, &answer, "with no table and no picture");
            }
        }
        for (name, kind, bytes) in always.iter().chain(&wrong_here(&evening, &document, route)) {
            let answer = send(person, route, Some((kind, bytes.clone()))).await;
            is_a_problem(route, &answer, name);
        }
    }
    assert_eq!(rows::everything(&evening).await, before);
}

/// Every route with ids that are there and a body as it wants one, by people it is not for: somebody
/// without a role, an organizer of another union, a participant who has no business at the desks.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_has_no_role_here_sees_and_changes_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, guests)) = one_of_everything(engine).await else { return };
    let somebody = evening.account("somebody", Gender::Female).await;
    let stranger = evening.stranger().await;
    let before = rows::everything(&evening).await;
    let mut answered = Vec::new();
    for route in routes(&evening).await.iter().filter(|route| !route.is_everybodys()) {
        let mut people = vec![("somebody", &somebody), ("an organizer of another union", &stranger)];
        if !route.is_a_participants() {
            people.push(("a participant", &guests[3]));
        }
        for (who, person) in people {
            let answer = send(person, route, json_body(route)).await;
            // One's own cases: whoever has none is told of none.
            if route.pattern == "/api/v1/me/cases" {
                assert_eq!((answer.status, &answer.json["items"]), (200, &json!([])), "{who}: {}", answer.text());
                continue;
            }
            is_a_problem(route, &answer, who);
            if ![403, 404].contains(&answer.status) {
                answered.push(format!("{} {} by {who}: {}", route.method, route.pattern, answer.text()));
            }
        }
    }
    assert_eq!(answered, [""; 0]);
    assert_eq!(rows::everything(&evening).await, before);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_that_is_not_there_is_404_on_every_route(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, guests)) = one_of_everything(engine).await else { return };
    let people = [evening.organizer.clone(), guests[0].clone()];
    let before = rows::everything(&evening).await;
    for mut route in routes(&evening).await.into_iter().filter(|route| route.pattern.contains("{event}")) {
        route.path = route.path.replace("qixi", "no-such-event");
        for person in &people {
            let answer = send(person, &route, Some((JSON, b"{}".to_vec()))).await;
            is_a_problem(&route, &answer, "at an event that is not there");
            assert_eq!(answer.status, 404, "{} {}", route.method, route.pattern);
        }
    }
    assert_eq!(rows::everything(&evening).await, before);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn odd_paths_and_queries_are_refused_kindly(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, guests)) = one_of_everything(engine).await else { return };
    let person = &guests[0];
    let odd = ["%00", "%ff", "..%2f..", "'%20OR%201=1", "%F0%9F%90%A6", &"x".repeat(3000)];
    let queries = ["limit=0", "limit=99999999999", "cursor=%00", "side=elephants", "limit=abc&limit=3"];
    let mut requests = Vec::new();
    for route in routes(&evening).await {
        for part in odd.iter().filter(|_| route.pattern.contains('{')) {
            let path = route.pattern.split('/').map(|p| if p.starts_with('{') { part } else { p });
            requests.push((route.method.clone(), path.collect::<Vec<_>>().join("/")));
        }
        // What is said in a room goes on without an end, whatever is asked with it.
        if route.pattern.ends_with("/{room}/live") {
            continue;
        }
        // Where the path is good, a query comes to be read; one that changes something would, though.
        let path = if route.method == Method::GET { &route.path } else { &route.pattern };
        let path = path.split('?').next().unwrap_or_default();
        requests.extend(queries.map(|query| (route.method.clone(), format!("{path}?{query}"))));
    }
    let refused = async |(method, path): (Method, String)| {
        let request = person.request(method.clone(), &path).json(&Value::Null);
        let answer = person.send(request).await;
        assert!(answer.status < 500, "{method} {path}: {}", answer.text());
    };
    stream::iter(requests).for_each_concurrent(8, refused).await;
}
