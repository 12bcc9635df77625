//! Whoever holds connections, bodies or answers keeps nobody waiting.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::future::join_all;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use reqwest::Method;
use rstest::rstest;
use serde_json::json;

use super::POSTS;
use crate::fixtures::door::DOOR;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Answer, Person};
use crate::fixtures::{photos, process};

fn connect(address: &str) -> TcpStream {
    let address: SocketAddr = address.trim_start_matches("http://").parse().unwrap();
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

/// Everything that still comes, until the other side closes; and after how long it did.
fn until_closed(mut stream: TcpStream) -> (String, Duration) {
    let begun = Instant::now();
    let mut heard = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => heard.extend_from_slice(&chunk[..read]),
            Err(reset) if reset.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(silence) => panic!("not closed after {:?}: {silence}", begun.elapsed()),
        }
    }
    (String::from_utf8_lossy(&heard).into_owned(), begun.elapsed())
}

/// The middle of so many answers, one after another.
async fn median(mut measured: impl AsyncFnMut() -> Duration) -> Duration {
    let mut times = Vec::new();
    for _ in 0..15 {
        times.push(measured().await);
    }
    times.sort();
    times[times.len() / 2]
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn more_slow_connections_than_descriptors_keep_nobody_waiting(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = process::begin(engine, Phase::OnSite).await else { return };
    let guest = evening.participants("men", 1, Status::Confirmed).await.remove(0);
    evening.organizer.post("/api/v1/events/qixi/badges", json!({})).await;
    let code = guest.get("/api/v1/events/qixi/badges/me").await.json["code"].as_str().unwrap().to_owned();
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let house = process::serve_with(&evening, 1024, &[]);
    let slow: Vec<TcpStream> = (0..1100)
        .map(|number| {
            let mut stream = connect(&house.address);
            // Nothing at all, half a head, and a body of which one byte comes.
            let what_is_sent = match number % 3 {
                0 => "",
                1 => "GET /healthz HTTP/1.1\r\nHost: q",
                _ => "POST /api/v1/auth/login HTTP/1.1\r\nHost: q\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{",
            };
            // Where this one had to make room already, writing fails.
            let _ = stream.write_all(what_is_sent.as_bytes());
            stream
        })
        .collect();
    let desk = evening.organizer.at(&house.address);
    let health = median(async || {
        let begun = Instant::now();
        assert_eq!(desk.get("/healthz").await.status, 200);
        begun.elapsed()
    })
    .await;
    let mut scans = 0;
    let scan = median(async || {
        scans += 1;
        let kind = if scans % 2 == 1 { "entry" } else { "exit" };
        let scan = json!({"code": code, "nonce": format!("{scans:032x}"), "device": "desk-1", "kind": kind});
        let begun = Instant::now();
        let answer = desk.post(DOOR, scan).await;
        assert_eq!((answer.status, &answer.json["result"]), (200, &json!("admitted")), "{}", answer.text());
        begun.elapsed()
    })
    .await;
    println!("with {} slow connections: /healthz {health:?}, a scan {scan:?}", slow.len());
    assert!(health < Duration::from_millis(100) && scan < Duration::from_millis(100), "{health:?}, {scan:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_byte_now_and_then_does_not_hold_a_connection() {
    let patient = |settings: &mut queqiao::settings::Settings| settings.server.patience_seconds = 2;
    let Some(evening) = Evening::begin_with(Sqlite, Phase::Online, patient).await else { return };
    let address = evening.address.clone();
    let drips = move |first: &'static str, drip: &'static [u8]| {
        let address = address.clone();
        std::thread::spawn(move || {
            let mut stream = connect(&address);
            stream.write_all(first.as_bytes()).unwrap();
            let dripping = stream.try_clone().unwrap();
            let begun = Instant::now();
            let drops = std::thread::spawn(move || {
                let mut dripping = dripping;
                // A drop as often as the house would have to be patient.
                while dripping.write_all(drip).is_ok() && begun.elapsed() < Duration::from_secs(30) {
                    std::thread::park_timeout(Duration::from_millis(300));
                }
            });
            let (heard, after) = until_closed(stream);
            drops.join().unwrap();
            (heard, after)
        })
    };
    let login = "POST /api/v1/auth/login HTTP/1.1\r\nHost: q\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{";
    let stories = [
        ("a head", drips("GET /healthz HTTP/1.1\r\nX: ", b"x"), ""),
        ("a second head", drips("GET /healthz HTTP/1.1\r\nHost: q\r\n\r\nGET /healthz HTTP/1.1\r\nX: ", b"x"), "alive"),
        ("a body", drips(login, b" "), "408 Request Timeout"),
        // What nobody wants any more is not waited for either.
        (
            "a body nobody reads",
            drips("POST /api/v1/nothing HTTP/1.1\r\nHost: q\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
            "404 Not Found",
        ),
    ];
    for (what, story, expected) in stories {
        let (heard, after) = tokio::task::spawn_blocking(|| story.join().unwrap()).await.unwrap();
        println!("{what}: closed after {after:?}");
        assert!(heard.contains(expected), "{what}: {heard}");
        assert!(after < Duration::from_secs(12), "{what}: {after:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_does_not_take_an_answer_does_not_keep_it() {
    let Some(evening) = Evening::begin(Sqlite, Phase::Online).await else { return };
    let mut stream = connect(&evening.address);
    // Asked for again and again, and never read: more than the system keeps on the way.
    let ask = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: q\r\n\r\n";
    stream.set_write_timeout(Some(Duration::from_secs(60))).unwrap();
    let begun = Instant::now();
    tokio::task::spawn_blocking(move || while stream.write_all(ask).is_ok() {}).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(50), "{:?}", begun.elapsed());
}

/// Kilobytes the process has in memory, and the most it ever had.
fn memory(process: &process::Process) -> [u64; 2] {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    ["VmRSS:", "VmHWM:"].map(|wanted| {
        let line = status.lines().find(|line| line.starts_with(wanted)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bodies_of_nobody_are_not_read() {
    let Some(evening) = process::begin(Sqlite, Phase::Online).await else { return };
    let house = process::serve_with(&evening, 8192, &[]);
    let body = vec![b'x'; 5 << 20];
    let sent = (0..300).map(|number| {
        let (address, body) = (house.address.clone(), body.clone());
        tokio::task::spawn_blocking(move || {
            let mut stream = connect(&address);
            let head = format!(
                "POST {POSTS} HTTP/1.1\r\nHost: q\r\nIdempotency-Key: k{number}\r\nContent-Type: application/json\r\n\
                 Content-Length: {}\r\nAuthorization: Bearer nobody\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            // It may be closed before everything is sent.
            let _ = stream.write_all(&body);
            let mut answer = [0; 12];
            let _ = stream.read_exact(&mut answer);
            String::from_utf8_lossy(&answer).into_owned()
        })
    });
    let answers = join_all(sent).await;
    let refused = answers.iter().filter(|answer| answer.as_ref().is_ok_and(|answer| answer.ends_with("401"))).count();
    let [now, most] = memory(&house);
    println!("300 bodies of 5 MB by nobody: {refused} were told 401; memory {now} kB, at most {most} kB");
    assert!(most < 200_000, "{most} kB");
    assert!(refused > 200, "{refused}");
    assert_eq!(evening.organizer.at(&house.address).get("/healthz").await.status, 200);
}

/// A browser that sends a photo shows the answer, not a line that broke, though it came before the photo's end.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_still_sends_when_the_answer_is_ready_hears_it() {
    let Some(evening) = Evening::begin(Sqlite, Phase::Online).await else { return };
    let address = evening.address.clone();
    let answer = tokio::task::spawn_blocking(move || {
        let (mut stream, body) = (connect(&address), vec![b'x'; 5 << 20]);
        let head = format!(
            "POST {POSTS} HTTP/1.1\r\nHost: q\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let (first, rest) = body.split_at(1 << 16);
        stream.write_all(first).unwrap();
        // It is here already, and the greater part of the body is not.
        assert!(stream.peek(&mut [0; 12]).unwrap() > 0);
        stream.write_all(rest).unwrap();
        until_closed(stream).0
    });
    let answer = answer.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("not_signed_in"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_held_of_all_requests_is_bounded() {
    let little = |settings: &mut queqiao::settings::Settings| settings.server.intake_limit = 1 << 20;
    let Some(evening) = Evening::begin_with(Sqlite, Phase::Registration, little).await else { return };
    let list = "/api/v1/events/qixi/registrations/import";
    let request = evening.organizer.request(Method::POST, list).header("content-type", "text/csv");
    let answer = evening.organizer.send(request.body(vec![b'x'; 2 << 20])).await;
    assert_eq!((answer.status, answer.code()), (503, "house_full"), "{}", answer.text());
    assert_eq!(answer.headers["retry-after"], "2");
    // Given back at once.
    let request = evening.organizer.request(Method::POST, list).header("content-type", "text/csv");
    assert_eq!(evening.organizer.send(request.body("邮箱,性别,单位\na@example.com,女,电力局\n")).await.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn figures_are_kept_of_what_there_is_and_not_of_what_somebody_makes_up() {
    let Some(evening) = process::begin(Sqlite, Phase::Online).await else { return };
    let house = process::serve_with(&evening, 8192, &[]);
    let address = house.address.clone();
    tokio::task::spawn_blocking(move || {
        for number in 0..300 {
            let mut stream = connect(&address);
            let method = format!("X{number}");
            let _ = stream.write_all(
                format!("{method} /healthz HTTP/1.1\r\nHost: house\r\nConnection: close\r\n\r\n").as_bytes(),
            );
            let (heard, _) = until_closed(stream);
            assert!(heard.starts_with("HTTP/1.1 4"), "{heard}");
        }
    })
    .await
    .unwrap();
    let figures = evening.visitor().at(&house.address).get("/metrics").await;
    assert!(figures.text().contains("method=\"other\""), "{}", figures.text());
    assert!(figures.bytes.len() < 1 << 20, "{} bytes", figures.bytes.len());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_path_says_what_it_can_be_asked_with(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    for path in ["/healthz", "/", "/e/qixi", "/api/v1/me", "/api/v1/openapi.json", "/assets/queqiao.css"] {
        let (get, head) = (her.get(path).await, her.send(her.request(Method::HEAD, path)).await);
        assert_eq!((head.status, head.bytes.len()), (get.status, 0), "{path}");
        let kind = |answer: &Answer| answer.headers.get("content-type").cloned();
        assert_eq!(kind(&head), kind(&get), "{path}");
        let preflight = her.send(her.request(Method::OPTIONS, path)).await;
        assert_eq!(preflight.status, 204, "{path}");
        assert!(preflight.headers["allow"].to_str().unwrap().contains("GET, HEAD"), "{path}");
    }
    // A stream has no end to wait for.
    let head = her.send(her.request(Method::HEAD, "/api/v1/events/qixi/live")).await;
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    for (method, path, allowed) in [
        (Method::DELETE, POSTS, "GET, HEAD, OPTIONS, POST"),
        (Method::PUT, "/api/v1/me", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        (Method::GET, "/api/v1/auth/login", "OPTIONS, POST"),
        (Method::from_bytes(b"BREW").unwrap(), "/api/v1/me", "DELETE, GET, HEAD, OPTIONS, PATCH"),
    ] {
        let answer = her.send(her.request(method.clone(), path)).await;
        assert_eq!((answer.status, answer.code()), (405, "method_not_allowed"), "{method} {path}");
        assert_eq!(answer.headers["allow"], allowed, "{method} {path}");
    }
    // Of a page, by one of our own pages.
    let from_us = |method: Method, path: &str| her.send(her.request(method, path).header("sec-fetch-site", "none"));
    let answer = from_us(Method::DELETE, "/e/qixi").await;
    assert_eq!((answer.status, answer.headers["allow"].to_str().unwrap()), (405, "GET, HEAD, OPTIONS"));
    for path in ["/nothing", "/api/v1/nothing", "/events/qixi/posts"] {
        let answer = from_us(Method::DELETE, path).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{path}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_photo_is_judged_before_it_is_unpacked(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let send = async |person: &Person, bytes: Vec<u8>, kind: &str| {
        let request = person.request(Method::POST, "/api/v1/events/qixi/portraits").header("content-type", kind);
        let begun = Instant::now();
        let answer = person.send(request.body(bytes)).await;
        (answer, begun.elapsed())
    };
    // Twenty million pixels of nothing, in a few kilobytes.
    let hollow = photos::hollow(5000, 4001);
    assert!(hollow.len() < 200_000, "{} bytes", hollow.len());
    let (answer, took) = send(&her, hollow.clone(), "image/png").await;
    assert_eq!(
        (answer.status, &answer.json["errors"][0]["code"]),
        (422, &json!("too_many_pixels")),
        "{}",
        answer.text()
    );
    println!("a hollow PNG of {} bytes: refused after {took:?}", hollow.len());
    assert!(took < Duration::from_millis(500), "{took:?}");
    // Nor is anything unpacked of whoever has put up enough today: what is broken is not even found out.
    let broken = photos::jpeg(64, 64)[..400].to_vec();
    let (answer, _) = send(&her, broken.clone(), "image/jpeg").await;
    assert_eq!((answer.status, &answer.json["errors"][0]["code"]), (422, &json!("broken_photo")), "{}", answer.text());
    for _ in 0..5 {
        let (answer, _) = send(&her, photos::jpeg(64, 64), "image/jpeg").await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    let (answer, _) = send(&her, broken, "image/jpeg").await;
    assert_eq!((answer.status, answer.code()), (429, "too_many_requests"), "{}", answer.text());
    // Where the phase is over, not a byte is looked at.
    evening.move_to(Phase::Screening).await;
    evening.clock.advance(TimeDelta::seconds(1));
    let her = evening.again(&her);
    let (answer, took) = send(&her, photos::jpeg(4000, 3000), "image/jpeg").await;
    assert_eq!((answer.status, answer.code()), (409, "phase_closed"), "{}", answer.text());
    println!("a photo after the phase: refused after {took:?}");
}
