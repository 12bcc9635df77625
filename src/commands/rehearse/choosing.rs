//! 爆灯: everybody who is inside picks in private, changes their mind, and learns what was mutual.
//! The phones know what they sent, so they know what must come out.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, ensure};
use chrono::Duration;
use serde_json::{Value, json};

use super::cast::{Comes, taste};
use super::gathering::{House, PHONES};
use super::report::Report;
use super::seats::Guest;
use super::tell;
use super::theatre::{Theatre, at_once};
use crate::chance::seeded;

const LIMIT: usize = 3;

/// What the phones sent and were told "counted" for: picks by badge, and who would go on stage.
type Ballots = HashMap<String, Vec<String>>;

/// # Errors
/// Where a step is refused.
pub async fn picks_and_couples(
    theatre: &Theatre,
    house: &House,
    guests: &[Arc<Guest>],
    report: &mut Report,
) -> anyhow::Result<()> {
    let inside: Vec<Arc<Guest>> =
        guests.iter().filter(|guest| guest.person.cast.comes != Comes::Never).cloned().collect();
    let ballots = choose(theatre, house, &inside, report).await?;
    let expected = mutual(&ballots);
    report.picks = ballots.values().map(Vec::len).sum();
    report.matches_expected = expected.len();
    let found = matches(theatre, house, &inside).await?;
    let known: HashSet<(String, String)> = found.keys().cloned().collect();
    report.matches = known.len();
    let same = known == expected && !known.is_empty();
    let detail = format!("{} matches, {} expected", known.len(), expected.len());
    report.promise("mutual picks become matches, and nothing else does", same, detail);
    nothing_one_sided_is_told(theatre, house, &inside, report).await?;
    couples(theatre, house, &inside, &found, report).await
}

/// The round opens, people choose and change their minds, and it closes over the last of them.
async fn choose(
    theatre: &Theatre,
    house: &House,
    inside: &[Arc<Guest>],
    report: &mut Report,
) -> anyhow::Result<Ballots> {
    tell(&format!("{} people light up in private", inside.len()));
    let rounds = format!("/events/{}/pick-rounds", house.event);
    let line = theatre.line.step("pick round");
    let planned = house.host.post(&line, &rounds, &json!({ "limit": LIMIT })).await?.ok()?;
    let number = planned["number"].as_i64().context("no number")?;
    house.host.post(&line, &format!("{rounds}/{number}/open"), &json!({})).await?.ok()?;
    let line = theatre.line.step("ballot");
    let path = Arc::new(format!("{rounds}/{number}/picks"));
    let men: Arc<Vec<String>> = Arc::new(badges(inside, true));
    let women: Arc<Vec<String>> = Arc::new(badges(inside, false));
    let counted: Arc<Mutex<Ballots>> = Arc::default();
    let refused: Arc<Mutex<usize>> = Arc::default();
    let lengths: Arc<Mutex<HashSet<usize>>> = Arc::default();
    let closing = async {
        // The round closes while the last ballots are still on their way.
        while counted.lock().unwrap_or_else(PoisonError::into_inner).len() < inside.len() * 19 / 20 {
            tokio::task::yield_now().await;
        }
        house.host.post(&line, &format!("{rounds}/{number}/close"), &json!({})).await?.ok()
    };
    let choosing = at_once(PHONES, inside.iter().cloned().enumerate(), |(place, guest)| {
        let (line, path) = (line.clone(), Arc::clone(&path));
        let others = if guest.person.cast.man { Arc::clone(&women) } else { Arc::clone(&men) };
        let (counted, refused, lengths) = (Arc::clone(&counted), Arc::clone(&refused), Arc::clone(&lengths));
        async move {
            let mut dice = seeded(seed(place));
            // Two in three change their mind once.
            for _ in 0..=usize::from(place % 3 != 0) {
                let picks = taste(&mut dice, &others, LIMIT);
                let body = json!({ "badges": picks, "stage": place % 2 == 0 });
                let answer = guest.person.phone.put(&line, &path, &body).await?;
                match answer.status {
                    200 => {
                        lengths.lock().unwrap_or_else(PoisonError::into_inner).insert(answer.bytes.len());
                        counted.lock().unwrap_or_else(PoisonError::into_inner).insert(guest.badge.clone(), picks);
                    }
                    409 if answer.code() == "round_closed" => {
                        *refused.lock().unwrap_or_else(PoisonError::into_inner) += 1;
                    }
                    _ => anyhow::bail!("a ballot: {} {}", answer.status, answer.json),
                }
            }
            Ok(())
        }
    });
    let (chosen, closed) = tokio::join!(choosing, closing);
    chosen?;
    closed?;
    let counted = counted.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let refused = *refused.lock().unwrap_or_else(PoisonError::into_inner);
    report.ballots = counted.len();
    let one_size = lengths.lock().unwrap_or_else(PoisonError::into_inner).len() == 1;
    report.promise("every ballot gets an answer of the same size", one_size, String::new());
    tell(&format!("the round is closed: {} ballots count, {refused} came too late", counted.len()));
    Ok(counted)
}

fn seed(place: usize) -> [u8; 32] {
    let mut seed = [7; 32];
    for (byte, value) in seed.iter_mut().zip(place.to_be_bytes()) {
        *byte = value;
    }
    seed
}

fn badges(inside: &[Arc<Guest>], man: bool) -> Vec<String> {
    inside.iter().filter(|guest| guest.person.cast.man == man).map(|guest| guest.badge.clone()).collect()
}

/// Pairs that named each other, the smaller badge first.
fn mutual(ballots: &Ballots) -> HashSet<(String, String)> {
    let names = |one: &String, other: &String| ballots.get(one).is_some_and(|picks| picks.contains(other));
    let pairs = ballots.iter().flat_map(|(one, picks)| picks.iter().map(move |other| (one, other)));
    pairs.filter(|(one, other)| one < other && names(other, one)).map(|(a, b)| (a.clone(), b.clone())).collect()
}

/// What every phone is told: pairs, and the id of the match as each of the two sees it.
async fn matches(
    theatre: &Theatre,
    house: &House,
    inside: &[Arc<Guest>],
) -> anyhow::Result<HashMap<(String, String), String>> {
    let line = theatre.line.step("my matches");
    let path = Arc::new(format!("/events/{}/pick-rounds/1/matches/me", house.event));
    let outcomes = at_once(PHONES, inside.iter().cloned(), |guest| {
        let (line, path) = (line.clone(), Arc::clone(&path));
        async move {
            let mine = guest.person.phone.get(&line, &path).await?.ok()?;
            let mut partners = Vec::new();
            for partner in mine["matches"].as_array().context("no matches")? {
                let text = |name: &str| partner[name].as_str().map(str::to_owned).with_context(|| name.to_owned());
                partners.push((text("badge")?, text("id")?));
            }
            Ok((guest.badge.clone(), partners))
        }
    })
    .await?;
    let mut seen: HashMap<(String, String), Vec<String>> = HashMap::new();
    for (badge, partners) in outcomes {
        for (partner, id) in partners {
            let pair = if badge < partner { (badge.clone(), partner) } else { (partner, badge.clone()) };
            seen.entry(pair).or_default().push(id);
        }
    }
    let agreed = seen.values().all(|ids| ids.len() == 2 && ids.first() == ids.last());
    ensure!(agreed, "a match was told to one of the two only, or under two ids");
    Ok(seen.into_iter().filter_map(|(pair, mut ids)| Some((pair, ids.pop()?))).collect())
}

/// Nobody can ask for somebody else's matches, and nobody's own picks are shown any more.
async fn nothing_one_sided_is_told(
    theatre: &Theatre,
    house: &House,
    inside: &[Arc<Guest>],
    report: &mut Report,
) -> anyhow::Result<()> {
    let line = theatre.line.step("after the round");
    let path = format!("/events/{}/pick-rounds/1/picks", house.event);
    let guest = inside.first().context("nobody is inside")?;
    let own = guest.person.phone.get(&line, &path).await?;
    let staff = house.organizer.get(&line, &path).await?;
    let gone = own.status == 409 && !(200..300).contains(&staff.status);
    report.promise("picks are not to be had after the round", gone, format!("{} and {}", own.status, staff.status));
    Ok(())
}

/// Couples agree to be shown, exchange contacts field by field, and are followed up.
async fn couples(
    theatre: &Theatre,
    house: &House,
    inside: &[Arc<Guest>],
    found: &HashMap<(String, String), String>,
    report: &mut Report,
) -> anyhow::Result<()> {
    tell("couples exchange contacts");
    let line = theatre.line.step("contact exchange");
    let by_badge: HashMap<&str, &Arc<Guest>> = inside.iter().map(|guest| (guest.badge.as_str(), guest)).collect();
    let guest = |badge: &str| by_badge.get(badge).copied().context("a match with somebody who is not here");
    let mut opened_early = 0;
    let mut opened = 0;
    for (place, ((one, other), id)) in found.iter().enumerate() {
        let (one, other) = (&guest(one)?.person.phone, &guest(other)?.person.phone);
        let show = json!({ "show": true, "follow_up": true });
        one.put(&line, &format!("/matches/{id}/consent"), &show).await?.ok()?;
        other.put(&line, &format!("/matches/{id}/consent"), &show).await?.ok()?;
        let path = format!("/matches/{id}/contact");
        let first = one.post(&line, &path, &json!({ "fields": ["email"] })).await?.ok()?;
        opened_early += usize::from(!first["contact"]["theirs"].is_null());
        // Every third waits for a "yes" that never comes.
        if place % 3 != 2 {
            let both = other.post(&line, &path, &json!({ "fields": ["email"] })).await?.ok()?;
            opened += usize::from(both["contact"]["theirs"]["email"].is_string());
        }
    }
    let wanted = found.len() - found.len() / 3;
    let held = opened_early == 0 && opened == wanted;
    report.promise(
        "contacts open only when both have said yes",
        held,
        format!("{opened} of {wanted}, {opened_early} early"),
    );
    follow_up(theatre, house, report).await
}

async fn follow_up(theatre: &Theatre, house: &House, report: &mut Report) -> anyhow::Result<()> {
    theatre.time_passes(Duration::days(4)).await;
    let line = theatre.line.step("follow-up");
    let outcomes = house.volunteer.get(&line, &format!("/events/{}/outcomes", house.event)).await?.ok()?;
    let couples: Vec<Value> = outcomes["couples"].as_array().context("no couples")?.clone();
    report.couples = couples.len();
    if let Some(couple) = couples.first().and_then(|couple| couple["id"].as_str()) {
        let note = json!({ "state": "dating", "note": "周末一起看了展览", "at": theatre.clock.now().to_rfc3339() });
        house.volunteer.post(&line, &format!("/couples/{couple}/follow-ups"), &note).await?.ok()?;
    }
    figures(theatre, house, report).await
}

/// The union reads its event and its year: the figures are those the doors and the phones counted.
async fn figures(theatre: &Theatre, house: &House, report: &mut Report) -> anyhow::Result<()> {
    let line = theatre.line.step("reports");
    let figures = house.organizer.get(&line, &format!("/events/{}/report", house.event)).await?.ok()?;
    // The year the event was in, whatever day it is by now.
    let of = figures["starts_at"].as_str().and_then(|at| at.get(..4)).context("an event without a day")?;
    let year =
        house.organizer.get(&line, &format!("/organizations/union-{}/report?year={of}", theatre.tag)).await?.ok()?;
    let event = (&figures["door"]["attended"], &figures["dates"]["dates"], &figures["outcome"]["couples"]);
    let counted = (&json!(report.admitted), &json!(report.dates.held), &json!(report.couples));
    let whole = (&year["events"], &year["attendances"], &year["couples"]);
    let same = event == counted && whole == (&json!(1), &json!(report.admitted), &json!(report.couples));
    report.promise(
        "the reports say what was counted",
        same,
        format!("{event:?} of {counted:?}, {whole:?} in the year"),
    );
    Ok(())
}
