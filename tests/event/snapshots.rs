//! What anybody may read is made once for all who ask, is right, and has nothing personal in it.

use std::io::Read;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use flate2::read::GzDecoder;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::organizations::organization;
use queqiao::registrations::registration::Status;
use reqwest::{Method, RequestBuilder};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait};
use serde_json::json;

use crate::fixtures::browser::{Browser, unmarked};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};
use crate::fixtures::person::Answer;
use crate::fixtures::process;

const CALL: &str = "/api/v1/events/qixi";
const ALL: [&str; 5] = ["/", "/e/qixi", "/e/qixi/qr.svg", CALL, "/api/v1/events"];

/// What comes back, as it is on the way.
async fn fetch(request: RequestBuilder) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.headers().clone(), response.bytes().await.unwrap().to_vec())
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_anybody_reads_is_known_by_its_mark(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let browser = Browser::open(&evening);
    let get = |path: &str| browser.request(Method::GET, path);
    for path in ALL {
        let (status, headers, body) = fetch(get(path)).await;
        let mark = headers["etag"].to_str().unwrap();
        assert!(status == 200 && mark.starts_with('"') && !body.is_empty(), "{path}: {headers:?}");
        assert_eq!(headers["cache-control"], "no-cache", "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert!(headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"), "{path}");
        assert!(headers["vary"].to_str().unwrap().contains("Cookie"), "{path}");
        assert_eq!(fetch(get(path)).await.2, body, "{path}");
        let (status, headers, nothing) = fetch(get(path).header("If-None-Match", mark)).await;
        assert_eq!((status, headers["etag"].to_str().unwrap(), nothing.len()), (304, mark, 0), "{path}");
        let (status, headers, nothing) = fetch(browser.request(Method::HEAD, path)).await;
        let length = headers["content-length"].to_str().unwrap();
        assert_eq!((status, length, nothing.len()), (200, body.len().to_string().as_str(), 0), "{path}");
        // Compressed it is another thing under another mark, and says the same.
        let (_, headers, packed) = fetch(get(path).header("Accept-Encoding", "gzip, deflate, br")).await;
        assert_eq!(headers["content-encoding"], "gzip", "{path}");
        assert_ne!(headers["etag"].to_str().unwrap(), mark, "{path}");
        let mut unpacked = Vec::new();
        GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, body, "{path}");
    }
    for path in ["/", "/e/qixi"] {
        let (_, chinese, _) = fetch(get(path)).await;
        let english = fetch(get(path).header("Accept-Language", "en").header("If-None-Match", &chinese["etag"])).await;
        assert_eq!(english.0, 200, "{path}");
        assert!(String::from_utf8_lossy(&english.2).contains("lang=\"en\""), "{path}");
        let chosen = fetch(get(path).header("Accept-Language", "en").header("Cookie", "language=zh-CN")).await;
        assert_eq!(chosen.1["etag"], chinese["etag"], "{path}");
        // What stands in the address stands in the page.
        let (_, headers, body) = fetch(get(&format!("{path}?from=poster"))).await;
        assert!(!headers.contains_key("etag") && String::from_utf8_lossy(&body).contains("from%3Dposter"), "{path}");
    }
    // A page that is kept does not say what time it was; its answer does.
    let (_, headers, page) = fetch(get("/e/qixi")).await;
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("data-until=") && !page.contains("data-now="), "{page}");
    let now = format!("now;dur={}", evening.app.now().timestamp_millis());
    assert_eq!(headers["server-timing"].to_str().unwrap(), now);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_of_whoever_asks_is_in_what_anybody_reads(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let guests = evening.participants("women", 6, Status::Approved).await;
    let people = [&guests[0], &evening.organizer, &evening.administrator().await];
    // Into a minute: what the page says of the time left stays the same for the next seconds.
    evening.clock.advance(TimeDelta::seconds(10));
    for path in ALL {
        let anybody = || evening.visitor().request(Method::GET, path);
        let (_, before, public) = fetch(anybody()).await;
        for person in people {
            let browser = Browser::of(&evening, person).await;
            let own = browser.request(Method::GET, path);
            let (status, headers, body) = fetch(own.header("If-None-Match", &before["etag"])).await;
            if path.ends_with(".svg") {
                assert_eq!(status, 304, "the same for everybody");
                continue;
            }
            assert_eq!((status, &headers["cache-control"]), (200, &"no-store".parse().unwrap()), "{path}");
            assert!(!headers.contains_key("etag"), "{path}");
            if path.starts_with("/api/") {
                assert!(body == public, "{path}");
            } else {
                let page = String::from_utf8(body).unwrap();
                assert!(page.contains("data-person=") && page.contains("action=\"/sign-out\""), "{path}: {page}");
            }
            let program = person.get(path).await;
            assert!(program.status == 200 && !program.headers.contains_key("etag"), "{path}");
            // A cookie that is nobody's is no snapshot's either, and a header with another scheme is one, too.
            let (_, headers, _) = fetch(anybody().header("Cookie", "queqiao=nobodys")).await;
            assert!(!headers.contains_key("etag"), "{path}");
            let (_, headers, _) = fetch(anybody().header("Authorization", "Basic eA==")).await;
            assert!(!headers.contains_key("etag"), "{path}");
        }
        // Read anew after all of them, and by another who asks in their company.
        evening.clock.advance(TimeDelta::seconds(1));
        let (_, after, again) = fetch(anybody()).await;
        let text = String::from_utf8(again).unwrap();
        assert_eq!(after["etag"], before["etag"], "{path}: {text}");
        for person in people {
            let [name, id] = [person.nickname(), person.account_id.to_string()];
            assert!(!text.contains(&name) && !text.contains(&id) && !text.contains("@example.com"), "{path}: {text}");
        }
        assert!(!text.contains("data-person") && !text.contains("/sign-out"), "{path}: {text}");
        assert!(!after.contains_key("set-cookie"), "{path}");
    }
    let mine = Browser::of(&evening, &guests[0]).await.get("/e/qixi").await.1;
    let others = Browser::of(&evening, &guests[1]).await.get("/e/qixi").await.1;
    assert!(mine.contains("href=\"/e/qixi/me\"") && unmarked(&mine) == unmarked(&others), "{mine}");
    // What a deed came to is said once, to whoever did it.
    let flash = evening.visitor().request(Method::GET, "/e/qixi").header("Cookie", "flash=circle-left");
    let (_, headers, body) = fetch(flash).await;
    let page = String::from_utf8(body).unwrap();
    assert!(page.contains("已经退出") && !headers.contains_key("etag"), "{page}");
    assert_eq!((&headers["cache-control"], headers.contains_key("set-cookie")), (&"no-store".parse().unwrap(), true));
    assert!(!Browser::open(&evening).get("/e/qixi").await.1.contains("已经退出"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_change_is_seen_at_once_and_every_other_within_a_second(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let (visitor, browser) = (evening.visitor(), Browser::open(&evening));
    let everywhere = async |text: &str| {
        for path in ["/", "/e/qixi", CALL, "/api/v1/events"] {
            let answer = visitor.get(path).await.text();
            assert!(answer.contains(text), "{path}: {text}: {answer}");
        }
    };
    everywhere("qixi").await;
    let organizer = evening.organizer.clone();
    for title in ["银河之约", "鹊桥之约"] {
        assert_eq!(organizer.patch(CALL, json!({ "title": title })).await.status, 200);
        everywhere(title).await;
    }
    // Counts, from the first who may be counted.
    let applicants = async || visitor.get(CALL).await.json["applicants"].clone();
    assert_eq!(applicants().await, json!({ "men": null, "women": null }));
    let women = evening.participants("women", 5, Status::Applied).await;
    assert_eq!(applicants().await, json!({ "men": null, "women": 5 }));
    let withdrawn = women[0].delete("/api/v1/events/qixi/registrations/me").await;
    assert!(withdrawn.status < 300, "{}", withdrawn.text());
    assert_eq!(applicants().await, json!({ "men": null, "women": null }));
    // What nobody announces.
    let txn = evening.app.database.begin_write().await.unwrap();
    let row = organization::Entity::find_by_id(evening.event.organization_id).one(&txn).await.unwrap().unwrap();
    let row = organization::ActiveModel { id: Set(row.id), name: Set("新的工会".to_owned()), ..Default::default() };
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    evening.clock.advance(TimeDelta::seconds(1));
    everywhere("新的工会").await;
    // A phase ends to the moment.
    let phases = visitor.get(CALL).await.json["phases"].clone();
    let opens: DateTime<Utc> = phases[1]["starts_at"].as_str().unwrap().parse().unwrap();
    evening.clock.set(opens - TimeDelta::milliseconds(200));
    let phase = async || visitor.get(CALL).await.json["phase"].clone();
    let door = async || browser.get("/e/qixi").await.1.contains("/register?to=");
    assert_eq!((phase().await, door().await), (json!("registration"), true));
    evening.clock.advance(TimeDelta::milliseconds(199));
    assert_eq!((phase().await, door().await), (json!("registration"), true));
    evening.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!((phase().await, door().await), (json!("online"), false));
    let moved = json!({ "phase": "closed", "reason": "下雨" });
    let moved = evening.again(&organizer).post("/api/v1/events/qixi/phase", moved).await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    assert_eq!(phase().await, "closed");
    assert_eq!(visitor.get("/api/v1/events").await.json["items"][0]["phase"], "closed");
    // How long it still is, is said by the clock.
    evening.move_to(Phase::Registration).await;
    let left = browser.get("/e/qixi").await.1;
    assert!(left.contains("23 小时"), "{left}");
    evening.clock.advance(hours(2));
    let left = browser.get("/e/qixi").await.1;
    assert!(left.contains("21 小时"), "{left}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_nobody_may_see_leaves_nothing_to_be_seen(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let (stranger, other) = evening.other_union(Phase::Registration).await;
    let (visitor, office) = (evening.visitor(), Browser::of(&evening, &evening.organizer).await);
    let hidden = async || {
        for path in ["/e/qixi", "/e/qixi/qr.svg", CALL] {
            assert_eq!((visitor.get(path).await.status, stranger.get(path).await.status), (404, 404), "{path}");
        }
        for path in ["/", "/api/v1/events"] {
            let (public, strangers) = (visitor.get(path).await.text(), stranger.get(path).await.text());
            assert!(!public.contains("qixi") && public.contains(&other.slug), "{path}: {public}");
            assert!(!strangers.contains("qixi"), "{path}: {strangers}");
        }
    };
    hidden().await;
    assert_eq!((office.get("/e/qixi").await.0, evening.organizer.get(CALL).await.status), (200, 200));
    hidden().await;
    evening.move_to(Phase::Registration).await;
    for path in ALL {
        assert_eq!(visitor.get(path).await.status, 200, "{path}");
    }
    evening.move_to(Phase::Draft).await;
    hidden().await;
    // Gone altogether; the next one under its name is another.
    evening.move_to(Phase::Registration).await;
    assert_eq!(visitor.get(CALL).await.status, 200);
    let txn = evening.app.database.begin_write().await.unwrap();
    event::Entity::delete_by_id(evening.event.id).exec(&txn).await.unwrap();
    txn.commit().await.unwrap();
    evening.clock.advance(TimeDelta::seconds(1));
    for path in ["/e/qixi", "/e/qixi/qr.svg", CALL] {
        assert_eq!(visitor.get(path).await.status, 404, "{path}");
    }
    let txn = evening.app.database.begin_write().await.unwrap();
    let next = event::ActiveModel { id: Set(other.id), slug: Set("qixi".to_owned()), ..Default::default() };
    next.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    evening.clock.advance(TimeDelta::seconds(1));
    assert_eq!(visitor.get(CALL).await.json["id"], other.id.to_string());
    assert_eq!(visitor.get("/api/v1/events/other").await.status, 404);
}

/// Without a relay between them: whoever asks a second after the answer is told the new title, by
/// whichever process.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_process_is_right_within_a_second() {
    let Some(evening) = process::begin(Postgres, Phase::Registration).await else { return };
    let beside = process::serve_on(&evening);
    let visitor = evening.visitor().at(&beside.address);
    for title in ["银河之约", "鹊桥之约"] {
        assert_eq!(visitor.get("/e/qixi").await.status, 200);
        assert_eq!(evening.organizer.patch(CALL, json!({ "title": title })).await.status, 200);
        let changed = Instant::now();
        for path in ["/e/qixi", CALL] {
            let sees = |answer: Answer| answer.text().contains(title);
            loop {
                let after = changed.elapsed();
                if sees(visitor.get(path).await) {
                    break;
                }
                assert!(after < Duration::from_secs(1), "{path}: not right after {after:?}");
            }
        }
    }
}
