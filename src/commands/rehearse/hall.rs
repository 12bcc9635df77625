//! The doors open: six desks scan at once, some people twice, some offline, some late. Then the
//! dates, planned anew when the late ones are in.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use anyhow::{Context, ensure};
use chrono::Duration;
use data_encoding::HEXLOWER;
use reqwest::Method;
use serde_json::{Value, json};

use super::cast::Comes;
use super::client::Line;
use super::gathering::{House, PHONES};
use super::hearts::Met;
use super::phone::Phone;
use super::report::Report;
use super::seats::Guest;
use super::tell;
use super::theatre::at_once;
use crate::chance::Chance;

/// After this round the late ones come in and the rest is planned anew.
const LATE_AFTER: usize = 3;
/// A queue is uploaded in parts of at most so many.
const PART: usize = 200;

/// What the desks saw.
#[derive(Default)]
struct Door {
    scans: usize,
    admitted: usize,
    /// More than one desk let the same person in.
    twice: usize,
    /// An answer to a repeated request differed from the first.
    replays_differ: usize,
    /// Let in by two desks without a link.
    conflicts: usize,
}

/// # Errors
/// Where a step is refused.
pub async fn doors_and_dates(house: &House<'_>, guests: &[Arc<Guest>], report: &mut Report) -> anyhow::Result<Met> {
    tell("the doors open");
    house.theatre.the_evening_comes().await;
    let (on_time, late): (Vec<_>, Vec<_>) = guests
        .iter()
        .filter(|guest| guest.person.cast.comes != Comes::Never)
        .cloned()
        .partition(|guest| guest.person.cast.comes == Comes::OnTime);
    let mut door = Door::default();
    let (online, offline) = on_time.split_at(on_time.len().saturating_sub(on_time.len() / 12));
    scan_all(house, online, &mut door).await?;
    offline_queue(house, offline, &mut door).await?;
    strangers(house, &mut door).await?;
    let mut inside = on_time.len();
    let mut evening = Dates::new(house, guests);
    let rounds = evening.play(LATE_AFTER).await?;
    tell(&format!("{} late guests come in", late.len()));
    scan_all(house, &late, &mut door).await?;
    inside += late.len();
    evening.play(rounds).await?;
    let met = evening.compare(report).await?;
    report.offline_conflicts = door.conflicts;
    report.scans = door.scans;
    report.admitted = door.admitted;
    let once = door.twice == 0 && door.admitted == inside;
    report.promise("everybody is admitted exactly once", once, format!("{} of {inside}", door.admitted));
    let same = door.replays_differ == 0;
    report.promise("a repeated scan gets the first answer byte for byte", same, String::new());
    let known = door.conflicts == offline.len();
    report.promise("whom two desks let in without a link is known as that", known, format!("{}", door.conflicts));
    Ok(met)
}

fn nonce() -> anyhow::Result<String> {
    Ok(HEXLOWER.encode(&Chance.secret::<16>()?))
}

/// Every guest is scanned; every tenth by all desks at once, every seventh request is sent again.
async fn scan_all(house: &House<'_>, guests: &[Arc<Guest>], door: &mut Door) -> anyhow::Result<()> {
    let line = house.theatre.line.step("check-in");
    let path = Arc::new(format!("/events/{}/check-ins", house.event));
    let queue = guests.iter().cloned().enumerate();
    let seen = at_once(house.desks.len() * 2, queue, |(place, guest)| {
        let (line, path, desks) = (line.clone(), Arc::clone(&path), house.desks.clone());
        async move {
            let hands = if place % 10 == 0 { desks.len() } else { 1 };
            let scans = (0..hands).map(|hand| {
                let desk = (place + hand) % desks.len();
                let body = guest.scan(desk);
                let (line, path, desks) = (line.clone(), Arc::clone(&path), desks.clone());
                async move {
                    let desk = desks.get(desk).context("no such desk")?;
                    let first = desk.post(&line, &path, &body?).await?;
                    anyhow::Ok(first)
                }
            });
            let answers = futures_util::future::try_join_all(scans).await?;
            let admitted = answers.iter().filter(|answer| answer.json["result"] == "admitted").count();
            ensure!(answers.iter().all(|answer| answer.status == 200), "a desk was not answered");
            let differs = if place % 7 == 0 { replay(&line, &path, &desks, &guest).await? } else { false };
            Ok((hands, admitted, differs))
        }
    })
    .await?;
    for (hands, admitted, differs) in seen {
        door.scans += hands;
        door.admitted += usize::from(admitted > 0);
        door.twice += usize::from(admitted > 1);
        door.replays_differ += usize::from(differs);
    }
    Ok(())
}

/// The same request twice: the second answer must be the first.
async fn replay(line: &Line, path: &str, desks: &[Arc<Phone>], guest: &Guest) -> anyhow::Result<bool> {
    let desk = desks.first().context("no desk")?;
    let body = guest.scan(0)?;
    let first = desk.post(line, path, &body).await?;
    let again = desk.post(line, path, &body).await?;
    Ok(first.bytes != again.bytes)
}

/// Two desks lose the link and both write down the same people; the queues come up later.
async fn offline_queue(house: &House<'_>, guests: &[Arc<Guest>], door: &mut Door) -> anyhow::Result<()> {
    tell(&format!("two desks lose the link; {} guests are written down", guests.len()));
    let line = house.theatre.line.step("offline upload");
    let at = house.theatre.clock.now().to_rfc3339();
    house.theatre.time_passes(Duration::minutes(4)).await;
    let path = format!("/events/{}/check-ins/batch", house.event);
    let mut admitted = HashSet::new();
    for desk in 0..2 {
        let phone = house.desks.get(desk).context("no such desk")?;
        for part in guests.chunks(PART) {
            let mut scans = Vec::new();
            for guest in part {
                let mut scan = guest.scan(desk)?;
                scan["offline"] = json!(true);
                scan["at"] = json!(at);
                scans.push(scan);
            }
            let body = json!({ "scans": scans });
            let first = phone.post(&line, &path, &body).await?.ok()?;
            let again = phone.post(&line, &path, &body).await?.ok()?;
            ensure!(first == again, "an upload sent twice was answered differently");
            let results = first["items"].as_array().context("no items")?;
            ensure!(results.len() == part.len(), "{} results for {} scans", results.len(), part.len());
            for (result, guest) in results.iter().zip(part) {
                match result["answer"]["result"].as_str() {
                    Some("admitted") => door.twice += usize::from(!admitted.insert(guest.badge.clone())),
                    _ => door.conflicts += usize::from(admitted.contains(&guest.badge)),
                }
            }
        }
        door.scans += guests.len();
    }
    door.admitted += admitted.len();
    Ok(())
}

/// Codes nobody has are refused and written down.
async fn strangers(house: &House<'_>, door: &mut Door) -> anyhow::Result<()> {
    let line = house.theatre.line.step("check-in");
    let path = format!("/events/{}/check-ins", house.event);
    let desk = house.desks.first().context("no desk")?;
    let body = json!({ "code": nonce()?, "nonce": nonce()?, "device": "desk-0", "kind": "entry" });
    let answer = desk.post(&line, &path, &body).await?.ok()?;
    ensure!(answer["reason"] == "unknown_code", "a code nobody has: {answer}");
    door.scans += 1;
    Ok(())
}

impl Guest {
    fn scan(&self, desk: usize) -> anyhow::Result<Value> {
        let device = format!("desk-{desk}");
        Ok(json!({ "code": self.code, "nonce": nonce()?, "device": device, "kind": "entry" }))
    }
}

/// The dates, as the host calls them and as the phones saw them.
struct Dates<'a> {
    house: &'a House<'a>,
    guests: &'a [Arc<Guest>],
    played: usize,
}

impl<'a> Dates<'a> {
    fn new(house: &'a House<'a>, guests: &'a [Arc<Guest>]) -> Self {
        Self { house, guests, played: 0 }
    }

    /// Plans, then plays up to this round; answers how many rounds there are.
    async fn play(&mut self, until: usize) -> anyhow::Result<usize> {
        let path = format!("/events/{}/dates", self.house.event);
        let host = &self.house.host;
        let line = self.house.theatre.line.step("dates planned");
        host.post(&line, &format!("{path}/plan"), &json!({})).await?.ok()?;
        let plan = host.get(&line, &path).await?.ok()?;
        let rounds = plan["rounds"].as_array().context("no rounds")?.len();
        let line = self.house.theatre.line.step("rounds called");
        while self.played < until.min(rounds) {
            let round = self.played + 1;
            host.post(&line, &format!("{path}/rounds/{round}/start"), &json!({})).await?.ok()?;
            self.house.theatre.time_passes(Duration::minutes(8)).await;
            host.post(&line, &format!("{path}/rounds/{round}/finish"), &json!({})).await?.ok()?;
            self.played = round;
        }
        tell(&format!("{} of {rounds} rounds of dates are over", self.played));
        Ok(rounds)
    }

    /// Asks every phone where it sat, and with whom.
    async fn compare(&self, report: &mut Report) -> anyhow::Result<Met> {
        let line = self.house.theatre.line.step("my dates");
        let path = Arc::new(format!("/events/{}/dates/me", self.house.event));
        let seen = at_once(PHONES, self.guests.iter().cloned(), |guest| {
            let (line, path) = (line.clone(), Arc::clone(&path));
            async move {
                let mine = guest.person.phone.call(&line, Method::GET, &path, None).await?.ok()?;
                Ok((guest.badge.clone(), partners(&mine)))
            }
        })
        .await?;
        let units: HashMap<&str, usize> =
            self.guests.iter().map(|guest| (guest.badge.as_str(), guest.person.cast.unit)).collect();
        let planned: HashMap<&str, &Vec<Option<String>>> =
            seen.iter().map(|(badge, partners)| (badge.as_str(), partners)).collect();
        let mut met = HashSet::new();
        let mut one_sided = 0;
        for (badge, partners) in &seen {
            for (round, partner) in partners.iter().enumerate() {
                let Some(partner) = partner else { continue };
                let back = planned.get(partner.as_str()).and_then(|theirs| theirs.get(round)?.as_deref());
                one_sided += usize::from(back != Some(badge.as_str()));
                if badge < partner {
                    report.dates.held += 1;
                    report.dates.repeats += usize::from(!met.insert((badge.clone(), partner.clone())));
                    let colleagues = units.get(badge.as_str()) == units.get(partner.as_str());
                    report.dates.same_unit += usize::from(colleagues);
                }
            }
        }
        self.sat_out(&seen, report);
        report.dates.rounds = self.played;
        let dates = &report.dates;
        let good = dates.repeats == 0 && dates.same_unit == 0 && one_sided == 0 && dates.held > 0;
        let detail = format!("{} held, {} repeats, {} colleagues", dates.held, dates.repeats, dates.same_unit);
        report.promise("nobody meets the same person twice, or a colleague", good, detail);
        Ok(seen.into_iter().map(|(badge, partners)| (badge, partners.into_iter().flatten().collect())).collect())
    }

    /// How often those who were there from the beginning had nobody.
    fn sat_out(&self, seen: &[(String, Vec<Option<String>>)], report: &mut Report) {
        let on_time = self.guests.iter().filter(|guest| guest.person.cast.comes == Comes::OnTime);
        let on_time: HashSet<&str> = on_time.map(|guest| guest.badge.as_str()).collect();
        let empty = seen
            .iter()
            .filter(|(badge, _)| on_time.contains(badge.as_str()))
            .map(|(_, partners)| partners.iter().filter(|partner| partner.is_none()).count());
        report.dates.sat_out_max = empty.clone().max().unwrap_or(0);
        report.dates.sat_out_min = empty.min().unwrap_or(0);
    }
}

/// The partner of each round, None where the person sat out.
fn partners(mine: &Value) -> Vec<Option<String>> {
    let rounds = mine["rounds"].as_array().into_iter().flatten();
    rounds.map(|round| round["partner"]["badge"].as_str().map(str::to_owned)).collect()
}
