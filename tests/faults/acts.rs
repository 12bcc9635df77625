//! What clients do all night, each by their own account: the desk scans, organizers write and enter
//! points, people talk, answer and change their minds.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::book::{Book, Said};
use crate::fixtures::person::{Answer, Person};
use crate::night::Night;

/// Longer than the house gives itself; whoever waited so long waits no more.
const PATIENCE: Duration = Duration::from_secs(20);

/// One client at work until it is called off, or the house is gone.
pub struct Client<'a> {
    pub night: &'a Night,
    pub chance: StdRng,
    stop: CancellationToken,
    /// Whether an answer was lost: the house may be gone.
    pub lost: bool,
}

impl<'a> Client<'a> {
    pub fn new(night: &'a Night, seed: u64, stop: &CancellationToken) -> Self {
        Self { night, chance: StdRng::seed_from_u64(seed), stop: stop.clone(), lost: false }
    }

    pub fn book(&self) -> &'a Book {
        &self.night.book
    }

    pub fn goes_on(&self) -> bool {
        !self.lost && !self.stop.is_cancelled()
    }

    pub fn one_of<T>(&mut self, all: &'a [T]) -> &'a T {
        all.choose(&mut self.chance).unwrap()
    }

    /// Something that was never said before.
    pub fn new_word(&mut self, kind: &str) -> String {
        format!("{kind}-{:08x}", self.chance.random::<u32>())
    }

    pub async fn send(&mut self, request: reqwest::RequestBuilder) -> Option<Answer> {
        let answer = self.night.visitor.send_or_lose(request.timeout(PATIENCE)).await;
        self.book().heard(answer.as_ref());
        self.lost |= answer.is_none();
        answer
    }

    pub async fn ask(&mut self, who: &Person, path: &str) -> Option<Answer> {
        self.send(who.request(Method::GET, path)).await.filter(|answer| answer.status == 200)
    }

    pub async fn post(&mut self, who: &Person, path: &str, body: &Value) -> Option<Answer> {
        self.send(who.request(Method::POST, path).json(body)).await
    }

    /// Does something that is there afterwards or not. Whoever is not told may ask again with the same
    /// key: it is the same act.
    async fn act(&mut self, kind: &'static str, word: &str, who: &Person, path: &str, body: Value) -> Said {
        self.book().act(kind, word, Said::Unknown);
        let keyed = self.chance.random_bool(0.5);
        let mut heard = Said::Not;
        for _ in 0..3 {
            let mut request = who.request(Method::POST, path).json(&body);
            if keyed {
                request = request.header("Idempotency-Key", word);
            }
            let answer = self.send(request).await;
            heard = told_after(heard, Said::of(answer.as_ref()));
            if !keyed || heard == Said::Done || !self.goes_on() {
                break;
            }
        }
        self.book().act(kind, word, heard);
        heard
    }

    /// Sets something that had another value.
    async fn set(&mut self, kind: &'static str, who: &Person, method: Method, path: &str, body: Value, word: &str) {
        let at_first = if kind == "nickname" { who.email.split('@').next().unwrap() } else { "" };
        self.book().sets(kind, &who.email, at_first, word);
        let answer = self.send(who.request(method, path).json(&body)).await;
        self.book().set(kind, &who.email, word, Said::of(answer.as_ref()));
    }

    /// The desk scans those who do not stay for the picks in and out; a scan that was not answered is the same scan again.
    pub async fn scans(mut self) {
        let night = self.night;
        while self.goes_on() {
            let (word, side, number) = (self.new_word("scan"), ["男", "女"], self.chance.random_range(4..=5));
            let kind = *["entry", "exit"].choose(&mut self.chance).unwrap();
            let badge = format!("{}{number:03}", side.choose(&mut self.chance).unwrap());
            let nonce = format!("{:032x}", self.chance.random::<u128>());
            let scan = json!({ "badge": badge, "nonce": nonce, "device": word, "kind": kind });
            night.book.act("scan", &word, Said::Unknown);
            let mut heard = Said::Not;
            for _ in 0..3 {
                let answer = self.post(&night.desk, "/api/v1/events/qixi/check-ins", &scan).await;
                heard = told_after(heard, Said::of(answer.as_ref()));
                if heard == Said::Done || !self.goes_on() {
                    break;
                }
            }
            night.book.act("scan", &word, heard);
        }
    }

    /// Organizers enter points for two at once, and write to everybody of an event.
    pub async fn organizes(mut self) {
        let night = self.night;
        while self.goes_on() {
            if self.chance.random_bool(0.8) {
                let word = self.new_word("line");
                let people: Vec<_> = night.talkers.sample(&mut self.chance, 2).collect();
                let people: Vec<_> = people.iter().map(|person| person.registration_id).collect();
                let lines = json!({ "registrations": people, "rule": "game", "reason": word, "subject": word });
                self.act("points", &word, &night.organizer, "/api/v1/events/talk/ledger/entries", lines).await;
            } else {
                let word = self.new_word("letter");
                let announcement = json!({ "subject": word, "text": "请提前十分钟到东门集合。" });
                self.act("announcement", &word, &night.organizer, "/api/v1/events/qixi/announcements", announcement)
                    .await;
            }
        }
    }

    /// People talk, on the plaza before and in the circle after.
    pub async fn talks(mut self) {
        let night = self.night;
        while self.goes_on() {
            if self.chance.random_bool(0.5) {
                let (word, who) = (self.new_word("comment"), self.one_of(&night.talkers));
                let path = format!("/api/v1/events/talk/posts/{}/comments", night.post);
                self.act("comment", &word, who, &path, json!({ "body": word })).await;
            } else {
                let (word, who) = (self.new_word("reply"), self.one_of(&night.members));
                let path = format!("/api/v1/events/over/circle/notes/{}/replies", night.note);
                self.act("reply", &word, who, &path, json!({ "body": word })).await;
            }
        }
    }

    /// People say how it was, and what they are called; the last word counts.
    pub async fn changes(mut self) {
        let night = self.night;
        while self.goes_on() {
            let word = self.new_word("said");
            if self.chance.random_bool(0.5) {
                let who = self.one_of(&night.members);
                let answers = json!({ "overall": 5, "pace": "right", "met": true, "again": true, "words": word });
                let path = "/api/v1/events/over/feedback";
                self.set("feedback", who, Method::PUT, path, answers, &word).await;
            } else {
                let who = self.one_of(&night.talkers);
                let name = json!({ "nickname": word });
                self.set("nickname", who, Method::PATCH, "/api/v1/me", name, &word).await;
            }
        }
    }
}

/// What is known of an act that was tried again: a later "not done" says nothing of an earlier try.
pub fn told_after(before: Said, now: Said) -> Said {
    match (before, now) {
        (_, Said::Done) => Said::Done,
        (Said::Not, Said::Not) => Said::Not,
        _ => Said::Unknown,
    }
}
