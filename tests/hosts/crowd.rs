//! Guests and a desk, as they come through the doors, with an account of what they were told.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::book::{Book, Said};
use crate::fixtures::person::{Answer, Person};
use crate::rig::Rig;

const CHECK_INS: &str = "/api/v1/events/qixi/check-ins";
/// Who scans and who reads at once.
const DESKS: usize = 3;
const READERS: usize = 3;
/// Longer than the house gives itself.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Crowd {
    pub book: Book,
    /// What this crowd's scans are called by.
    name: String,
    desk: Person,
    guests: Vec<Person>,
    gone: AtomicBool,
    /// Answers 503 that did not say when to come again.
    pub mute: AtomicU64,
    /// Requests that were lost, or answered neither well nor with when to come again.
    pub failed: AtomicU64,
}

impl Crowd {
    pub async fn of(rig: &Rig, desk: &Person) -> Self {
        let guests = rig.hall.men.iter().map(|guest| rig.comes(&rig.hall.evening.again(guest))).collect();
        let (mute, failed) = (AtomicU64::new(0), AtomicU64::new(0));
        let name = format!("scan-{:08x}", rand::random::<u32>());
        Self { book: Book::default(), name, desk: rig.comes(desk), guests, gone: AtomicBool::new(false), mute, failed }
    }

    /// Everybody is at work while something happens.
    pub async fn meanwhile<T>(&self, happens: impl Future<Output = T>) -> T {
        self.gone.store(false, Ordering::SeqCst);
        let desks = (0..DESKS).map(|desk| self.scans(desk));
        let readers = (0..READERS).map(|reader| self.reads(reader));
        let happens = async {
            let happened = happens.await;
            self.gone.store(true, Ordering::SeqCst);
            happened
        };
        join(join(join_all(desks), join_all(readers)), happens).await.1
    }

    /// Waits until so many more were answered well.
    pub async fn goes_on(&self, more: u64) {
        let well = || {
            self.book
                .statuses()
                .iter()
                .filter(|((status, _), _)| *status < 300 && *status > 0)
                .map(|(_, n)| n)
                .sum::<u64>()
        };
        let (goal, patience) = (well() + more, Instant::now() + Duration::from_secs(40));
        let mut answers = self.book.answers();
        while well() < goal {
            let _ = timeout(Duration::from_secs(5), answers.changed()).await;
            assert!(Instant::now() < patience, "nobody is answered well: {:?}", self.book.statuses());
        }
    }

    /// Waits until somebody was told to come again.
    pub async fn are_put_off(&self) {
        let put_off = || self.book.statuses().iter().any(|((status, _), _)| *status == 503);
        let patience = Instant::now() + Duration::from_secs(40);
        let mut answers = self.book.answers();
        while !put_off() {
            let _ = timeout(Duration::from_secs(5), answers.changed()).await;
            assert!(Instant::now() < patience, "nobody is told anything: {:?}", self.book.statuses());
        }
    }

    async fn send(&self, who: &Person, request: RequestBuilder) -> Option<Answer> {
        let answer = who.send_or_lose(request.timeout(PATIENCE)).await;
        // Of the proxy: it does not know what became of it.
        let answer = answer.filter(|answer| !matches!(answer.status, 502 | 504));
        match &answer {
            Some(answer) if answer.status < 400 => {}
            // To be said again, and it is.
            Some(answer) if answer.status == 503 => {
                let is_mute = !answer.headers.contains_key("retry-after");
                self.mute.fetch_add(u64::from(is_mute), Ordering::SeqCst);
            }
            _ => drop(self.failed.fetch_add(1, Ordering::SeqCst)),
        }
        self.book.heard(answer.as_ref());
        answer
    }

    /// The desk scans people in and out; what was not answered is the same scan again.
    async fn scans(&self, desk: usize) {
        let mut turn = 0;
        while !self.gone.load(Ordering::SeqCst) {
            turn += 1;
            let word = format!("{}-{desk}-{turn}", self.name);
            let badge = ["男004", "女004", "男005", "女005"][(desk + turn) % 4];
            let kind = ["entry", "exit"][turn / 4 % 2];
            let nonce = format!("{:032x}", rand::random::<u128>());
            let scan = json!({ "badge": badge, "nonce": nonce, "device": word, "kind": kind });
            self.book.act("scan", &word, Said::Unknown);
            let mut heard = Said::Not;
            while heard != Said::Done && !self.gone.load(Ordering::SeqCst) {
                let request = self.desk.request(Method::POST, CHECK_INS).json(&scan);
                let last = Said::of(self.send(&self.desk, request).await.as_ref());
                // A later "not done" says nothing of an earlier try.
                heard = match (heard, last) {
                    (_, Said::Done) => Said::Done,
                    (Said::Not, Said::Not) => Said::Not,
                    _ => Said::Unknown,
                };
            }
            self.book.act("scan", &word, heard);
        }
    }

    async fn reads(&self, reader: usize) {
        let guest = &self.guests[reader % self.guests.len()];
        let paths = ["/api/v1/events/qixi", "/api/v1/me", "/e/qixi", "/api/v1/events/qixi/registrations/me"];
        for path in paths.iter().cycle() {
            if self.gone.load(Ordering::SeqCst) {
                return;
            }
            self.send(guest, guest.request(Method::GET, path)).await;
        }
    }

    /// Whatever was acknowledged is there, once.
    pub async fn finds_everything(&self, rig: &Rig) -> u64 {
        let organizer = rig.comes(&rig.hall.evening.again(&rig.hall.evening.organizer));
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = organizer.get(&format!("{CHECK_INS}?limit=200{cursor}")).await;
            assert_eq!(page.status, 200, "{}", page.text());
            let device = |item: &Value| item["device"].as_str().unwrap_or("").to_owned();
            found.extend(page.json["items"].as_array().unwrap().iter().map(device));
            let Some(next) = page.json["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        found.retain(|device| device.starts_with(&self.name));
        let look = self.book.check("scan", &found);
        assert!(look.wrong.is_empty(), "{:#?}", look.wrong);
        assert_eq!(self.mute.load(Ordering::SeqCst), 0, "somebody was not told when to come again");
        look.found
    }
}
