//! Of a pick in vain nothing is left, and nothing is told.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use queqiao::badges::badge;
use queqiao::badges::number::Number;
use queqiao::checkin::presence;
use queqiao::picks::ballot;
use queqiao::picks::round;
use queqiao::registrations::registration::Side;
use queqiao::server::jobs;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use uuid::Uuid;

use crate::fixtures::browser::Browser;
use crate::fixtures::door::put_inside;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::{Hall, ROUNDS, absent, light, mine};
use crate::fixtures::person::Person;
use crate::fixtures::{process, rows};

/// What a phone's answers weigh on the air, as they are sent to a browser that would like them smaller.
async fn weight(person: &Person, path: &str) -> (usize, Option<String>) {
    let call = person.request(Method::GET, path).header("Accept-Encoding", "gzip");
    let answer = person.send(call).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    (answer.bytes.len(), answer.headers.get("content-length").map(|length| length.to_str().unwrap().to_owned()))
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn how_long_an_answer_is_does_not_tell_who_was_picked(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 12).await else { return };
    let n = hall.open(10).await;
    let (he, path) = (&hall.men[0], format!("{ROUNDS}/{n}/picks"));
    let phone = Browser::of(&hall.evening, he).await;
    let mut weights = HashSet::new();
    let all: Vec<String> = (1..=10).map(|number| format!("女{number:03}")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    for badges in [&[][..], &["女001"], &["女012"], &all[..2], &all[3..8], &all] {
        for stage in [true, false] {
            let sent = he.put(&path, json!({ "badges": badges, "stage": stage, "follow_up": stage })).await;
            let (page, text) = phone.get_compressed("/e/qixi/picks").await;
            assert_eq!(text.matches("name=\"lamp\"").count(), badges.len() + 1, "one stands in the template");
            weights.insert((sent.bytes.len(), weight(he, &path).await, page));
        }
    }
    assert_eq!(weights.len(), 1, "{weights:?}");
    // Nor who was picked back, when it is over.
    light(&hall.men[0], n, &["女001", "女002", "女003"]).await;
    for woman in &hall.women[..3] {
        light(woman, n, &["男001"]).await;
    }
    hall.close(n).await;
    let mut weights = HashSet::new();
    for (person, found) in [(&hall.men[0], 3), (&hall.women[0], 1), (&hall.men[5], 0), (&hall.women[7], 0)] {
        assert_eq!(mine(person, n).await.json["badges"].as_array().unwrap().len(), found);
        let phone = Browser::of(&hall.evening, person).await;
        let mut pages = Vec::new();
        // Also those that say what comes next, which is another thing for whoever was picked back.
        for path in ["/e/qixi/matches", "/e/qixi/me", "/me"] {
            pages.push(phone.get_compressed(path).await.0);
        }
        weights.insert((
            weight(person, &format!("{ROUNDS}/{n}/matches/me")).await,
            weight(person, "/api/v1/matches").await,
            pages,
        ));
    }
    assert_eq!(weights.len(), 1, "{weights:?}");
}

/// Every row of every table as text, without what is another one every evening: ids, digests, receipts.
/// Whoever an id stands for stays who they are, or a row that names somebody would name nobody.
async fn dump(hall: &Hall) -> Vec<String> {
    let mut known = HashMap::from([(hall.host.account_id, "the host".to_owned())]);
    for person in hall.men.iter().chain(&hall.women).chain([&hall.evening.organizer]) {
        known.insert(person.account_id, format!("account of {}", person.email));
        known.insert(person.registration_id, format!("registration of {}", person.email));
    }
    for badge in badge::Entity::find().all(hall.evening.app.database.reader()).await.unwrap() {
        known.insert(badge.id, format!("badge {}", badge.worn()));
    }
    let rows = rows::everything(&hall.evening).await;
    let rows = rows.iter().map(|line| masked(&line.replace(&hall.evening.address, "http://house"), &known));
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    rows
}

fn masked(line: &str, known: &HashMap<Uuid, String>) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let random = |word: &str| {
        let drawn = |c: char| c.is_ascii_uppercase() || ('2'..='7').contains(&c);
        let receipt = word.len() == 8 && word.chars().all(drawn);
        receipt || word.len() >= 20 && word.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, '-' | 'x'))
    };
    let mut masked = String::new();
    for piece in line.split_inclusive(|c| !is_part(c)) {
        let (word, mark) = piece.split_at(piece.find(|c| !is_part(c)).unwrap_or(piece.len()));
        // As one database writes ids, or as the other does, with a word before it or not.
        let id = if word.contains('-') { word.len().saturating_sub(36) } else { 0 };
        let (before, id) = word.split_at(id);
        match id.parse::<Uuid>() {
            Ok(id) => masked.extend([before, known.get(&id).map_or("#", String::as_str)]),
            Err(_) if random(word) => masked.push('#'),
            Err(_) => masked.push_str(word),
        }
        masked.push_str(mark);
    }
    masked
}

#[test]
fn a_masked_row_keeps_every_word_and_who_it_is_about() {
    let (she, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
    let known = HashMap::from([(she, "女001".to_owned())]);
    let row = |id: Uuid| format!("letter X'{}',\"round:{id}\",谢谢你的心意，回执 ABCDEF23。", id.simple());
    assert_eq!(masked(&row(she), &known), "letter X'女001',\"round:女001\",谢谢你的心意，回执 #。");
    assert_eq!(masked(&row(other), &known), "letter X'#',\"round:#\",谢谢你的心意，回执 #。");
    assert_eq!(masked("count 3, crew-00000000-0000-0000-0000-000000000008@x", &known), "count 3, crew-#@x");
}

/// Two evenings that differ only in whom one man picked in vain, as many picks in each, leave the
/// same rows and letters behind, whatever the couple does next, and the sealed bytes are gone from the
/// files.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_pick_that_was_not_returned_leaves_no_trace(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut evenings = Vec::new();
    for in_vain in ["女002", "女003"] {
        let Some(hall) = Hall::begin(engine, 10).await else { return };
        let n = hall.open(2).await;
        for (person, badges) in [(&hall.men[0], &[in_vain, "女001"][..]), (&hall.women[0], &["男001"])] {
            let ballot = json!({ "badges": badges, "stage": true, "follow_up": true });
            assert_eq!(person.put(&format!("{ROUNDS}/{n}/picks"), ballot).await.status, 200);
        }
        light(&hall.women[1], n, &["男004"]).await;
        let rows = ballot::Entity::find().all(hall.evening.app.database.reader()).await.unwrap();
        let key = hall.key(n).await.unwrap().as_ref().as_ref().to_vec();
        hall.close(n).await;
        assert_eq!(hall.matches().await.len(), 1);
        assert_eq!(ballot::Entity::find().count(hall.evening.app.database.reader()).await.unwrap(), 0);
        assert!(round::keys(&hall.evening.app).await.unwrap().rounds().await.unwrap().is_empty());
        let secrets = rows.iter().map(|row| row.sealed[24..].to_vec()).chain([key.clone()]);
        let files = bytes_in(hall.evening.folder());
        for secret in secrets {
            assert!(!files.windows(secret.len()).any(|window| window == secret), "sealed bytes are still on disk");
        }
        let traces = dump(&hall).await;
        // The house goes round; the two become a couple and exchange what they give.
        jobs::once(&hall.evening.app).await;
        let found = mine(&hall.men[0], n).await.json["matches"][0]["id"].as_str().unwrap().to_owned();
        for person in [&hall.men[0], &hall.women[0]] {
            let given = person.post(&format!("/api/v1/matches/{found}/contact"), json!({ "fields": ["wechat"] })).await;
            assert_eq!(given.status, 200, "{}", given.text());
        }
        let later = dump(&hall).await;
        let letters = later.iter().filter(|row| row.starts_with("letter ")).count();
        assert!(letters >= 22 && later.len() > traces.len(), "{letters} letters, {} rows", later.len());
        evenings.push([traces, later].concat());
    }
    for (one, other) in evenings[0].iter().zip(&evenings[1]) {
        assert_eq!(one, other);
    }
    assert_eq!(evenings[0].len(), evenings[1].len());
}

/// Another process takes the ballots, closes and counts, and writes down everything it has to tell:
/// neither there nor in the database, its log or the letters does anything of a pick in vain stand.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_file_no_log_line_and_no_letter_tells_of_a_pick_in_vain(#[values(Sqlite, Postgres)] engine: Engine) {
    let keys = tempfile::tempdir().unwrap();
    let Some(hall) = Hall::shared(engine, keys.path(), 2).await else { return };
    // She is inside without a word from a desk: the record of the door names whom it let in.
    let she_in_vain = absent(&hall.evening, Side::Women, 777).await;
    let Evening { app, event, .. } = &hall.evening;
    let step = presence::Step {
        event_id: event.id,
        registration_id: she_in_vain.registration_id,
        worn: Number { side: Side::Women, number: 777 },
        nickname: None,
        at: app.now(),
        device: "east",
        attempt_id: Uuid::nil(),
        now: true,
    };
    let txn = app.database.begin_write().await.unwrap();
    put_inside(&txn, step).await;
    txn.commit().await.unwrap();
    let n = hall.open(2).await;
    let log = keys.path().join("log");
    let process = process::serve_talking(&hall.evening, &log);
    let (he, she) = (hall.men[0].at(&process.address), hall.women[0].at(&process.address));
    assert_eq!(light(&he, n, &["女777", "女001"]).await.status, 200);
    assert_eq!(light(&she, n, &["男001"]).await.status, 200);
    assert_eq!(he.get(&format!("{ROUNDS}/{n}/picks")).await.json["badges"], json!(["女777", "女001"]));
    let rows = ballot::Entity::find().all(hall.evening.app.database.reader()).await.unwrap();
    let key = hall.key(n).await.unwrap().as_ref().as_ref().to_vec();
    let close = hall.host.at(&process.address).post(&format!("{ROUNDS}/{n}/close"), json!({})).await;
    assert_eq!((close.status, &close.json["state"]), (200, &json!("tallied")), "{}", close.text());
    assert_eq!(mine(&he, n).await.json["badges"], json!(["女001"]));
    let files = bytes_in(hall.evening.folder());
    let log = std::fs::read(&log).unwrap();
    let rows_and_letters = rows::everything(&hall.evening).await.join("\n").into_bytes();
    let has = |place: &[u8], what: &[u8]| place.windows(what.len()).any(|window| window == what);
    assert!(has(&log, b"TRACE") && has(&log, b"/picks"), "the log says too little to be searched");
    assert!(has(&rows_and_letters, b"round_over"), "the letters are not among the rows");
    let secrets = rows.iter().map(|row| row.sealed[24..].to_vec()).chain([key.clone()]);
    let mut traces: Vec<Vec<u8>> = ["女777", r"\u5973777", r"\xe5\xa5\xb3777", "%E5%A5%B3777"].map(Vec::from).into();
    for secret in secrets {
        let listed: Vec<String> = secret.iter().take(16).map(ToString::to_string).collect();
        traces.push(data_encoding::HEXLOWER.encode(&secret[..16]).into());
        traces.push(data_encoding::HEXUPPER.encode(&secret[..16]).into());
        traces.push(data_encoding::BASE64.encode(&secret[..15]).into());
        traces.push(listed.join(", ").into());
        traces.push(secret);
    }
    for what in traces {
        for (name, place) in [("files", &files), ("log", &log), ("rows and letters", &rows_and_letters)] {
            assert!(!has(place, &what), "{} stands in the {name}", String::from_utf8_lossy(&what));
        }
    }
}

/// What lies in the folder of the evening: the embedded database, its log and the log's index.
fn bytes_in(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut endings = HashSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        endings.extend(path.extension().map(|ending| ending.to_string_lossy().into_owned()));
        bytes.extend(std::fs::read(path).unwrap());
    }
    if !endings.is_empty() {
        for ending in ["sqlite3", "sqlite3-wal", "sqlite3-shm"] {
            assert!(endings.contains(ending), "{ending} was not searched: {endings:?}");
        }
    }
    bytes
}
