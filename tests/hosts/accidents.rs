//! The long form: something is lost in the midst of a round, whatever it is, while guests pick and the desk scans; and
//! comes back. What people picked counts, and whatever was answered is there.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::crowd::Crowd;
use crate::fixtures::hall::ROUNDS;
use crate::fixtures::person::{Answer, Person};
use crate::fixtures::until::until;
use crate::rig::{HOSTS, Rig};

#[derive(Clone, Copy, Debug)]
enum Accident {
    HostDies(usize),
    HostStandsStill(usize),
    ProxyDies,
    PrimaryDies,
    PrimaryCutOff,
    StandbyDies,
    StoreCutOff,
    StoreForgets,
}

use Accident::*;

/// What somebody picked last, as they were answered; None where nobody knows.
type Picks = BTreeMap<String, Option<String>>;

pub async fn something_is_lost_in_the_midst_of_a_round(rig: &mut Rig, desk: &Person, chance: &mut StdRng) {
    let host = chance.random_range(0..HOSTS);
    let accident = *[
        HostDies(host),
        HostStandsStill(host),
        ProxyDies,
        PrimaryDies,
        PrimaryCutOff,
        StandbyDies,
        StoreCutOff,
        StoreForgets,
    ]
    .choose(chance)
    .unwrap();
    let lasts = Duration::from_millis(chance.random_range(100..3_000));
    eprintln!("    {accident:?} for {lasts:?}");
    let crowd = Crowd::of(rig, &rig.hall.evening.again(desk)).await;
    rig.hall.host = rig.hall.evening.again(&rig.hall.host);
    let host = rig.comes(rig.host());
    let planned = asked_again(&host, ROUNDS, 201).await;
    let n = planned.json["number"].as_i64().unwrap();
    asked_again(&host, &format!("{ROUNDS}/{n}/open"), 200).await;
    let before = pick(rig, n, chance).await;
    let rig = &mut *rig;
    crowd
        .meanwhile(async {
            crowd.goes_on(20).await;
            happens(rig, accident, lasts).await;
            crowd.goes_on(50).await;
        })
        .await;
    rig.is_ready().await;
    crowd.finds_everything(rig).await;
    if matches!(accident, StoreForgets) {
        until("it cannot be given up", async || {
            let voids = host.post(&format!("{ROUNDS}/{n}/void"), json!({ "confirm": true })).await;
            (voids.status == 200).then_some(())
        })
        .await;
        return;
    }
    let mut picks = before;
    picks.extend(pick(rig, n, chance).await);
    let closed = asked_again(&host, &format!("{ROUNDS}/{n}/close"), 200).await;
    assert_eq!(closed.json["state"], "tallied", "{}", closed.text());
    for (person, badge) in people(rig) {
        let mine = rig.comes(&person).get(&format!("{ROUNDS}/{n}/matches/me")).await;
        let matched: Vec<&Value> = mine.json["badges"].as_array().unwrap().iter().collect();
        let chosen = picks.get(&badge).cloned().flatten();
        let back = chosen.as_ref().and_then(|other| picks.get(other).cloned().flatten());
        let both = back.as_deref() == Some(badge.as_str());
        assert_eq!(matched.len(), usize::from(both), "{badge}: {mine:?} of {picks:?}");
    }
}

/// Everybody who stays, with the badge they wear.
fn people(rig: &Rig) -> Vec<(Person, String)> {
    let side = |people: &[Person], side: &str| {
        let numbered = (1..).zip(people.iter().take(3));
        numbered
            .map(|(number, person)| (rig.hall.evening.again(person), format!("{side}00{number}")))
            .collect::<Vec<_>>()
    };
    [side(&rig.hall.men, "男"), side(&rig.hall.women, "女")].concat()
}

/// Everybody picks somebody, through the doors, and says it again until it is taken.
async fn pick(rig: &Rig, n: i64, chance: &mut StdRng) -> Picks {
    let people = people(rig).into_iter().map(|(person, badge)| {
        let other = if badge.starts_with('男') { '女' } else { '男' };
        (person, badge, format!("{other}00{}", chance.random_range(1..=3)))
    });
    let picks = people.map(async |(person, badge, other)| {
        let person = rig.comes(&person);
        let ballot = json!({ "badges": [other] });
        until("a ballot is not taken", async || {
            let request = person.request(reqwest::Method::PUT, &format!("{ROUNDS}/{n}/picks")).json(&ballot);
            person.send_or_lose(request).await.filter(|answer| answer.status == 200)
        })
        .await;
        (badge, Some(other))
    });
    join_all(picks).await.into_iter().collect()
}

/// Says it until it is answered so.
async fn asked_again(who: &Person, path: &str, status: u16) -> Answer {
    until("it is not answered", async || {
        let request = who.request(reqwest::Method::POST, path).json(&json!({ "limit": 3 }));
        who.send_or_lose(request).await.filter(|answer| answer.status == status || answer.code() == "round_open")
    })
    .await
}

async fn happens(rig: &mut Rig, accident: Accident, lasts: Duration) {
    match accident {
        HostDies(host) => {
            drop(rig.hosts[host].process.take());
            sleep(lasts).await;
            rig.serve(host, &[]);
        }
        HostStandsStill(host) => {
            rig.stands_still(host, true);
            sleep(lasts).await;
            rig.stands_still(host, false);
        }
        ProxyDies => rig.opens_the_doors(),
        PrimaryDies | PrimaryCutOff => {
            if matches!(accident, PrimaryDies) {
                rig.primary_dies()
            } else {
                rig.primary_is_cut_off()
            }
            sleep(lasts).await;
            rig.standby_takes_over().await;
            rig.a_standby_follows_again().await;
        }
        StandbyDies => {
            rig.standby().kill().unwrap();
            sleep(lasts).await;
            rig.a_standby_follows_again().await;
        }
        StoreCutOff => {
            rig.redis.component().pause();
            sleep(lasts).await;
            rig.redis.component().resume();
        }
        StoreForgets => {
            rig.redis.dies();
            sleep(lasts).await;
            rig.redis.begin(&[]).await;
        }
    }
}
