//! What is found in the house afterwards, through the same doors that clients use.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::book::{Look, Said};
use crate::figures::Figures;
use crate::fixtures::person::{Answer, Person};
use crate::newcomers::Newcomer;
use crate::night::Night;

/// Reads everything back and compares it with what was told.
pub async fn compare(night: &Night, newcomers: &Mutex<Vec<Newcomer>>, figures: &mut Figures, last: bool) {
    let (organizer, book) = (&night.organizer, &night.book);
    let mut lists = Vec::new();
    for (kind, who, path, field) in [
        ("scan", organizer, "/api/v1/events/qixi/check-ins".to_owned(), "device"),
        ("points", organizer, "/api/v1/events/talk/ledger/entries".to_owned(), "reason"),
        ("announcement", organizer, "/api/v1/events/qixi/announcements".to_owned(), "subject"),
        ("comment", &night.talkers[0], format!("/api/v1/events/talk/posts/{}/comments", night.post), "body"),
        ("reply", &night.members[0], format!("/api/v1/events/over/circle/notes/{}/replies", night.note), "body"),
        ("application", organizer, "/api/v1/events/open/registrations".to_owned(), "nickname"),
    ] {
        lists.push((kind, field, all(who, &path).await));
    }
    for (kind, field, items) in &lists {
        let mut keys: Vec<String> = items.iter().map(|item| item[*field].as_str().unwrap_or("").to_owned()).collect();
        // The door's own scans, and the line for a post that was approved.
        keys.retain(|key| key != "door" && !key.is_empty());
        if *kind == "points" {
            let (whole, halves) = pairs(&keys);
            for half in halves {
                figures.is_wrong(format!("points {half}: one line of two"));
            }
            keys = whole;
        }
        figures.looked(kind, book.check(kind, &keys), last);
    }
    for kind in ["nickname", "feedback"] {
        for whose in book.owners(kind) {
            let value = value(night, kind, &whose).await;
            figures.looked(kind, book.check_value(kind, &whose, &value), last);
        }
    }
    figures.looked("ballot", book.check("ballot", &book.seen("ballot")), last);
    figures.looked("tally", book.check("tally", &[]), last);
    if last {
        rounds(night, figures).await;
    }
    contacts(night, figures, last).await;
    accounts(night, newcomers, figures, last).await;
    letters(night, newcomers, &lists[2].2, figures, last).await;
}

/// What was closed is counted, at the latest by the next round of scheduled work; nothing is void by itself.
async fn rounds(night: &Night, figures: &mut Figures) {
    let patience = Instant::now() + Duration::from_mins(2);
    let is = |round: &Value, state: &str| round["state"] == state;
    loop {
        let rounds = all(&night.host, crate::hall::ROUNDS).await;
        let waits = rounds.iter().any(|round| is(round, "closed"));
        if waits && Instant::now() < patience {
            tokio::task::yield_now().await;
            continue;
        }
        for round in rounds.iter().filter(|round| is(round, "closed") || is(round, "void")) {
            figures.is_wrong(format!("a round is left like that: {round}"));
        }
        return;
    }
}

/// Every page of a list.
async fn all(who: &Person, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = read(who, &format!("{path}?limit=200{cursor}")).await;
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next"].as_str() else { return items };
        cursor = format!("&cursor={next}");
    }
}

/// What a house that is well answers; one that says it is busy is asked again.
async fn answered(request: RequestBuilder, who: &Person) -> Answer {
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        match who.send_or_lose(request.try_clone().unwrap()).await {
            Some(answer) if answer.status != 503 => return answer,
            answer => assert!(Instant::now() < patience, "{:?}", answer.map(|answer| answer.text())),
        }
        tokio::task::yield_now().await;
    }
}

async fn read(who: &Person, path: &str) -> Value {
    let answer = answered(who.request(Method::GET, path), who).await;
    // 404: what is not there yet.
    assert!(matches!(answer.status, 200 | 404), "{path}: {}", answer.text());
    answer.json
}

/// Each key that is there twice, once; and those that are not there twice.
fn pairs(keys: &[String]) -> (Vec<String>, Vec<String>) {
    let mut count: BTreeMap<&String, usize> = BTreeMap::new();
    keys.iter().for_each(|key| *count.entry(key).or_default() += 1);
    let whole = count.iter().flat_map(|(key, times)| std::iter::repeat_n((*key).clone(), times / 2)).collect();
    (whole, count.iter().filter(|(_, times)| *times % 2 == 1).map(|(key, _)| (*key).clone()).collect())
}

async fn value(night: &Night, kind: &str, whose: &str) -> String {
    let who = night.talkers.iter().chain(&night.members).find(|person| person.email == whose).unwrap();
    if kind == "nickname" {
        return read(who, "/api/v1/me").await["nickname"].as_str().unwrap().to_owned();
    }
    read(who, "/api/v1/events/over/feedback").await["words"].as_str().unwrap_or("").to_owned()
}

/// An offer is there, and open where both offered.
async fn contacts(night: &Night, figures: &mut Figures, last: bool) {
    let (mut found, mut states) = (Vec::new(), BTreeMap::<String, Vec<String>>::new());
    for person in night.men.iter().chain(&night.women) {
        let matches = read(person, "/api/v1/matches").await;
        for matched in matches["items"].as_array().unwrap() {
            let (id, state) = (matched["id"].as_str().unwrap(), matched["contact"]["state"].as_str().unwrap());
            if state != "none" {
                found.push(format!("{} {id}", person.email));
                states.entry(id.to_owned()).or_default().push(state.to_owned());
            }
        }
    }
    for (id, states) in states.iter().filter(|(_, states)| states.len() == 2) {
        if states.iter().any(|state| state != "opened") {
            figures.is_wrong(format!("contact {id}: both offered, and it is {states:?}"));
        }
    }
    figures.looked("contact", night.book.check("contact", &found), last);
}

/// Whoever was let in once gets in again. Each costs a password, so not at every look.
async fn accounts(night: &Night, newcomers: &Mutex<Vec<Newcomer>>, figures: &mut Figures, last: bool) {
    if !last {
        return;
    }
    let emails: Vec<String> = newcomers.lock().unwrap().iter().map(Newcomer::email).collect();
    let mut found = Vec::new();
    for email in emails {
        if night.book.outcome_of("account", &email).is_some() {
            let credentials = json!({ "email": email, "password": crate::newcomers::PASSWORD });
            let visitor = &night.visitor;
            let request = visitor.request(Method::POST, "/api/v1/auth/login").json(&credentials);
            let answer = answered(request, visitor).await;
            if answer.status == 200 {
                found.push(email);
            } else if night.book.outcome_of("account", &email) == Some(Said::Done) {
                figures.is_wrong(format!("account {email}: {} {}", answer.status, answer.code()));
            }
        }
    }
    figures.looked("account", night.book.check("account", &found), last);
}

/// Every letter of what was acknowledged is written, and arrives, however often it was tried, under one
/// name; a letter that came twice is known by that name.
async fn letters(
    night: &Night,
    newcomers: &Mutex<Vec<Newcomer>>,
    announced: &[Value],
    figures: &mut Figures,
    last: bool,
) {
    for item in announced {
        let number = |field: &str| item[field].as_i64().unwrap();
        let (subject, people) = (item["subject"].as_str().unwrap(), number("people"));
        if people != number("sent") + number("waiting") + number("failed") {
            figures.is_wrong(format!("announcement {subject}: letters are missing: {item}"));
        }
    }
    if !last {
        return;
    }
    let mut ids: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut look = Look::default();
    for letter in night.mail.accepted() {
        let subject = letter.text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap_or("").to_owned();
        look.found += 1;
        ids.entry((letter.to.clone(), subject)).or_default().insert(letter.id);
    }
    for item in announced {
        let subject = item["subject"].as_str().unwrap();
        let arrived = ids.iter().filter(|((_, of), _)| of.contains(subject));
        let (people, letters) = arrived.fold((0, 0), |(people, letters), (_, ids)| (people + 1, letters + ids.len()));
        if letters > people {
            look.doubled += 1;
            look.wrong.push(format!("announcement {subject}: {letters} letters to {people} people"));
        }
        let sent = item["sent"].as_u64().unwrap();
        if (people as u64) < sent {
            look.lost += sent - people as u64;
            look.wrong.push(format!("announcement {subject}: {sent} sent, and {people} arrived"));
        }
    }
    for newcomer in newcomers.lock().unwrap().iter() {
        let email = newcomer.email();
        let letters: usize = ids.iter().filter(|((to, _), _)| *to == email).map(|(_, ids)| ids.len()).sum();
        let heard = night.book.outcome_of("sign-up asked", &email);
        if letters > newcomer.tries {
            look.doubled += 1;
            look.wrong.push(format!("sign-up {email}: asked {heard:?}, and {letters} letters"));
        }
        if letters == 0 && heard == Some(Said::Done) {
            look.lost += 1;
            look.wrong.push(format!("sign-up {email}: acknowledged, and no letter"));
        }
    }
    figures.looked("letter", look, last);
}

/// Whether letters are still on their way.
pub async fn is_awaited(night: &Night, newcomers: &Mutex<Vec<Newcomer>>) -> bool {
    let announced = all(&night.organizer, "/api/v1/events/qixi/announcements").await;
    let accepted = night.mail.accepted();
    let has_none = |newcomer: &Newcomer| {
        let email = newcomer.email();
        night.book.outcome_of("sign-up asked", &email) == Some(Said::Done)
            && accepted.iter().all(|letter| letter.to != email)
    };
    announced.iter().any(|item| item["waiting"].as_i64() != Some(0)) || newcomers.lock().unwrap().iter().any(has_none)
}

/// What a letter says, whatever its parts are wrapped in.
pub fn words_of(letter: &str) -> String {
    let mut text = String::new();
    for part in letter.split("Content-Transfer-Encoding: ").skip(1) {
        let Some((encoding, body)) = part.split_once("\r\n\r\n") else { continue };
        let body = body.split("\r\n--").next().unwrap_or(body);
        if encoding.starts_with("base64") {
            let packed: String = body.chars().filter(|c| !c.is_whitespace()).collect();
            text += &String::from_utf8_lossy(&BASE64.decode(packed.as_bytes()).unwrap_or_default());
        } else if encoding.starts_with("quoted-printable") {
            text += &body.replace("=\r\n", "").replace("=3D", "=");
        } else {
            text += body;
        }
        text.push('\n');
    }
    text
}
