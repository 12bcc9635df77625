//! 爆灯: everybody who is inside picks in private, changes their mind, and learns what was mutual.
//! The phones know what they sent, so they know what must come out.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use rand::RngExt;
use serde_json::json;

use super::gathering::{House, PHONES};
use super::hearts::{Ballots, Hall, Met, hearts, mutual};
use super::report::Report;
use super::seats::Guest;
use super::theatre::at_once;
use super::{dice, tell};

const LIMIT: usize = 3;

/// Pairs, the smaller badge first, with the id of their match.
pub type Matches = BTreeMap<(String, String), String>;

/// Whether somebody said on the ballot that they would go on stage: every third, so that of few couples, too, one
/// is asked afterwards.
#[must_use]
pub const fn would_be_shown(place: usize) -> bool {
    place.is_multiple_of(3)
}

/// # Errors
/// Where a step is refused.
pub async fn picks(
    house: &House<'_>,
    inside: &[Arc<Guest>],
    met: &Met,
    report: &mut Report,
) -> anyhow::Result<Matches> {
    let hall = Hall { men: badges(inside, true), women: badges(inside, false), met };
    let wanted = hearts(&mut dice(house.theatre.seed, "hearts", 0), &hall, LIMIT);
    let ballots = choose(house, inside, wanted, report).await?;
    let expected = mutual(&ballots);
    report.picks = ballots.values().map(Vec::len).sum();
    report.matches_expected = expected.len();
    let found = matches(house, inside).await?;
    let known: HashSet<(String, String)> = found.keys().cloned().collect();
    report.matches = known.len();
    let detail = format!("{} matches, {} expected", known.len(), expected.len());
    report.promise("mutual picks become matches, and nothing else does", known == expected, detail);
    nothing_one_sided_is_told(house, inside, report).await?;
    Ok(found)
}

/// The round opens and people choose. Two in three change their mind; the last send what they sent
/// before once more while the round closes, and whoever thinks longer than that comes too late.
async fn choose(
    house: &House<'_>,
    inside: &[Arc<Guest>],
    wanted: Ballots,
    report: &mut Report,
) -> anyhow::Result<Ballots> {
    tell(&format!("{} people light up in private", inside.len()));
    let rounds = format!("/events/{}/pick-rounds", house.event);
    let line = house.theatre.line.step("pick round");
    let planned = house.host.post(&line, &rounds, &json!({ "limit": LIMIT })).await?.ok()?;
    let number = planned["number"].as_i64().context("no number")?;
    house.host.post(&line, &format!("{rounds}/{number}/open"), &json!({})).await?.ok()?;
    let line = house.theatre.line.step("ballot");
    let path = format!("{rounds}/{number}/picks");
    let mind = |place: usize| dice(house.theatre.seed, "mind", place).random_range(0..100);
    let slow = |place: usize| mind(place) < 2;
    let send = |(place, guest): (usize, Arc<Guest>), picks: Vec<String>| {
        let (line, path) = (line.clone(), path.clone());
        async move {
            let body = json!({ "badges": picks, "stage": would_be_shown(place) });
            guest.person.phone.put(&line, &path, &body).await
        }
    };
    let of = |guest: &Arc<Guest>| wanted.get(&guest.badge).cloned().unwrap_or_default();
    let phones = || inside.iter().cloned().enumerate();
    let first = phones().filter(|(place, _)| !slow(*place) && place % 3 != 0);
    // The first thought is of fewer.
    let mut answers =
        at_once(PHONES, first, |phone| send(phone.clone(), of(&phone.1).into_iter().skip(1).collect())).await?;
    let in_time = phones().filter(|(place, _)| !slow(*place));
    answers.extend(at_once(PHONES, in_time, |phone| send(phone.clone(), of(&phone.1))).await?);
    if let Some(refused) = answers.iter().find(|answer| answer.status != 200) {
        bail!("a ballot: {} {}", refused.status, refused.json);
    }
    let closing = async { house.host.post(&line, &format!("{rounds}/{number}/close"), &json!({})).await?.ok() };
    let last = phones().filter(|(place, _)| (2..12).contains(&mind(*place)));
    let (closed, repeated) = tokio::join!(closing, at_once(PHONES, last, |phone| send(phone.clone(), of(&phone.1))));
    closed?;
    let (counted, mut late): (Vec<_>, Vec<_>) = repeated?.into_iter().partition(|answer| answer.status == 200);
    late.extend(
        at_once(PHONES, phones().filter(|(place, _)| slow(*place)), |phone| send(phone.clone(), of(&phone.1))).await?,
    );
    answers.extend(counted);
    let refused = late.iter().all(|answer| answer.status == 409 && answer.code() == "round_closed");
    report.promise("whoever chooses too late is told so", refused, format!("{} came too late", late.len()));
    let sizes: HashSet<usize> = answers.iter().map(|answer| answer.bytes.len()).collect();
    report.promise("every ballot gets an answer of the same size", sizes.len() == 1, String::new());
    let ballots: Ballots =
        phones().filter(|(place, _)| !slow(*place)).map(|(_, guest)| (guest.badge.clone(), of(&guest))).collect();
    report.ballots = ballots.len();
    Ok(ballots)
}

fn badges(inside: &[Arc<Guest>], man: bool) -> Vec<String> {
    inside.iter().filter(|guest| guest.person.cast.man == man).map(|guest| guest.badge.clone()).collect()
}

/// What every phone is told: pairs, and the id of the match as each of the two sees it.
async fn matches(house: &House<'_>, inside: &[Arc<Guest>]) -> anyhow::Result<Matches> {
    let line = house.theatre.line.step("my matches");
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
    house: &House<'_>,
    inside: &[Arc<Guest>],
    report: &mut Report,
) -> anyhow::Result<()> {
    let line = house.theatre.line.step("after the round");
    let path = format!("/events/{}/pick-rounds/1/picks", house.event);
    let guest = inside.first().context("nobody is inside")?;
    let own = guest.person.phone.get(&line, &path).await?;
    let staff = house.organizer.get(&line, &path).await?;
    let gone = own.status == 409 && !(200..300).contains(&staff.status);
    report.promise("picks are not to be had after the round", gone, format!("{} and {}", own.status, staff.status));
    Ok(())
}
