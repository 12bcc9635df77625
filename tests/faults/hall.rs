//! The rounds of picks: a host opens and closes them, people send ballots, and whoever is matched offers
//! contact details. What comes next is read from the house, as a host's console does.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures_util::future::join_all;
use rand::RngExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::acts::Client;
use crate::book::Said;
use crate::fixtures::person::Person;
use crate::night::Night;

pub const ROUNDS: &str = "/api/v1/events/qixi/pick-rounds";
/// Ballots of a round before it is closed.
const BALLOTS: usize = 12;
/// Whom the desk leaves where they are.
const STAY: usize = 3;

/// A ballot as its owner knows it: whom it names, and its receipt.
type Ballot = (Vec<String>, String);

/// What people know of the round that goes on, by badge. None: something of theirs was not answered.
#[derive(Default)]
pub struct Ballots {
    round: i64,
    sent: usize,
    last: BTreeMap<String, Option<Ballot>>,
}

/// Everybody who stays, with the badge they wear.
fn people(night: &Night) -> Vec<(String, &Person)> {
    let side =
        |side, people| (1..).zip(people).take(STAY).map(move |(number, person)| (format!("{side}{number:03}"), person));
    side("男", &night.men).chain(side("女", &night.women)).collect()
}

impl Client<'_> {
    /// The host and the people of the hall.
    pub async fn picks(mut self, ballots: &Mutex<Ballots>) {
        while self.goes_on() {
            let Some(rounds) = self.ask(&self.night.host, ROUNDS).await else { continue };
            let last = rounds.json["items"].as_array().unwrap().last().cloned().unwrap_or(Value::Null);
            let n = last["number"].as_i64().unwrap_or(0);
            match last["state"].as_str() {
                None => drop(self.tells_host("", json!({ "limit": 2 })).await),
                Some("planned") => drop(self.tells_host(&format!("/{n}/open"), json!({})).await),
                Some("open") => {
                    self.send_ballots(n, ballots).await;
                    if ballots.lock().unwrap().sent >= BALLOTS {
                        self.tells_host(&format!("/{n}/close"), json!({})).await;
                    }
                }
                Some("closed") => drop(self.tells_host(&format!("/{n}/close"), json!({})).await),
                Some("tallied") => {
                    if self.comes_out(n, ballots).await {
                        self.tells_host("", json!({ "limit": 2 })).await;
                    }
                }
                state => {
                    self.book().act("tally", &format!("round {n} is {state:?}"), Said::Done);
                    self.tells_host("", json!({ "limit": 2 })).await;
                }
            }
        }
    }

    async fn tells_host(&mut self, path: &str, body: Value) -> Said {
        let answer = self.post(&self.night.host, &format!("{ROUNDS}{path}"), &body).await;
        Said::of(answer.as_ref())
    }

    /// Some people choose at once.
    async fn send_ballots(&mut self, n: i64, ballots: &Mutex<Ballots>) {
        {
            let mut ballots = ballots.lock().unwrap();
            if ballots.round != n {
                *ballots = Ballots { round: n, ..Ballots::default() };
            }
        }
        let (night, everybody) = (self.night, people(self.night));
        let (mut badges, mut sent) = (Vec::new(), Vec::new());
        for _ in 0..4 {
            let (badge, person) = &everybody[self.chance.random_range(0..everybody.len())];
            if badges.contains(badge) {
                continue;
            }
            let other = if badge.starts_with('男') { '女' } else { '男' };
            let named = vec![format!("{other}{:03}", self.chance.random_range(1..=STAY))];
            let path = format!("{ROUNDS}/{n}/picks");
            let request = person.request(Method::PUT, &path).json(&json!({ "badges": named }));
            badges.push(badge.clone());
            sent.push(async move { (badge.clone(), named, night.visitor.send_or_lose(request).await) });
        }
        for (badge, named, answer) in join_all(sent).await {
            self.book().heard(answer.as_ref());
            self.lost |= answer.is_none();
            let outcome = Said::of(answer.as_ref());
            let mut ballots = ballots.lock().unwrap();
            ballots.sent += 1;
            match (outcome, answer) {
                (Said::Done, Some(answer)) => {
                    let receipt = answer.json["receipt"].as_str().unwrap().to_owned();
                    ballots.last.insert(badge, Some((named, receipt)));
                }
                (Said::Not, _) => {}
                _ => drop(ballots.last.insert(badge, None)),
            }
        }
    }

    /// Looks at what came out of a round; whether that could be seen.
    async fn comes_out(&mut self, n: i64, ballots: &Mutex<Ballots>) -> bool {
        let known = std::mem::take(&mut *ballots.lock().unwrap());
        let seen = self.looks(n, &known).await;
        if seen.is_none() {
            *ballots.lock().unwrap() = known;
        }
        seen.is_some()
    }

    async fn looks(&mut self, n: i64, known: &Ballots) -> Option<()> {
        let bulletin = self.ask(&self.night.host, &format!("{ROUNDS}/{n}")).await?;
        if known.round != n {
            return Some(());
        }
        let receipts = bulletin.json["receipts"].as_array().cloned().unwrap_or_default();
        let named = |from: &str, to: &str| {
            let ballot = known.last.get(from).map(Option::as_ref);
            ballot.map(|ballot| ballot.map(|(named, _)| named.iter().any(|name| name == to)))
        };
        for (_, receipt) in known.last.values().flatten() {
            // Once, however often a look at a round is broken off.
            if self.book().outcome_of("ballot", receipt).is_none() {
                self.book().act("ballot", receipt, Said::Done);
            }
            if receipts.contains(&json!(receipt)) {
                self.book().saw("ballot", receipt);
            }
        }
        for (badge, person) in people(self.night) {
            let mine = self.ask(person, &format!("{ROUNDS}/{n}/matches/me")).await?;
            for (other, _) in people(self.night) {
                let matched = mine.json["badges"].as_array()?.contains(&json!(other));
                let both = match (named(&badge, &other), named(&other, &badge)) {
                    // Somebody whose ballot nobody answered: it may count or not.
                    (Some(None), _) | (_, Some(None)) => continue,
                    (one, another) => one == Some(Some(true)) && another == Some(Some(true)),
                };
                if matched != both {
                    let message = format!("round {n}: {badge} and {other} are matched: {matched}, and should: {both}");
                    self.book().act("tally", &message, Said::Done);
                }
            }
            for matched in mine.json["matches"].as_array()? {
                self.offers(person, matched["id"].as_str()?).await;
            }
        }
        Some(())
    }

    /// Somebody offers what they have.
    async fn offers(&mut self, person: &Person, matched: &str) {
        let key = format!("{} {matched}", person.email);
        if self.book().outcome_of("contact", &key) == Some(Said::Done) {
            return;
        }
        self.book().act("contact", &key, Said::Unknown);
        let fields = json!({ "fields": ["phone"] });
        let answer = self.post(person, &format!("/api/v1/matches/{matched}/contact"), &fields).await;
        self.book().act("contact", &key, Said::of(answer.as_ref()));
    }
}
