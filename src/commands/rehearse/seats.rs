//! The ledger freezes, a public draw breaks ties, 300 of 800 get a seat; they answer, standbys move
//! up, and everybody who comes gets a number and a code.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, ensure};
use chrono::Duration;
use serde_json::{Value, json};

use super::cast::Reply;
use super::gathering::{House, PHONES, Person};
use super::report::Report;
use super::tell;
use super::theatre::{Theatre, at_once};
use crate::screening::record::Record;

/// Somebody with a badge.
pub struct Guest {
    pub person: Arc<Person>,
    pub badge: String,
    pub code: String,
}

/// # Errors
/// Where a step is refused.
pub async fn screened_and_confirmed(
    house: &House<'_>,
    people: &[Arc<Person>],
    report: &mut Report,
) -> anyhow::Result<Vec<Arc<Guest>>> {
    tell("the ledger freezes and the screening runs");
    screen(house, report).await?;
    let standing = read_standing(house, people).await?;
    count(house.theatre, people, &standing, report);
    house.theatre.time_passes(Duration::days(1)).await;
    replies(house, people, report).await?;
    badges(house, people, report).await
}

async fn screen(house: &House<'_>, report: &mut Report) -> anyhow::Result<()> {
    let line = house.theatre.line.step("screening");
    let event = format!("/events/{}", house.event);
    let organizer = &house.organizer;
    let frozen = organizer.post(&line, &format!("{event}/ledger/freeze"), &json!({})).await?;
    ensure!(frozen.status < 300 || frozen.status == 409, "freeze: {}", frozen.json);
    let list = json!({ "draw": "双色球 2026090 期" });
    organizer.post(&line, &format!("{event}/screening/list"), &list).await?.ok()?;
    organizer.post(&line, &format!("{event}/screening/preview"), &json!({})).await?.ok()?;
    let run = json!({ "beacon": "双色球2026090:01 05 09 17 22 31+08" });
    organizer.post(&line, &format!("{event}/screening/runs"), &run).await?.ok()?;
    let again = organizer.post(&line, &format!("{event}/screening/runs"), &run).await?;
    let file = organizer.get(&line, &format!("{event}/screening/runs/1/file")).await?;
    let verified = Record::verify(&file.bytes);
    let detail = verified.as_ref().err().map(ToString::to_string).unwrap_or_default();
    report.promise("the screening can be recomputed from its file", verified.is_ok() && again.status == 409, detail);
    Ok(())
}

/// What everybody is told about themselves.
///
/// # Errors
/// Where somebody is not answered.
pub async fn read_standing(house: &House<'_>, people: &[Arc<Person>]) -> anyhow::Result<Vec<Value>> {
    let line = house.theatre.line.step("explanation read");
    at_once(PHONES, people.iter().cloned(), |person| {
        let (line, event) = (line.clone(), house.event.clone());
        async move { person.phone.get(&line, &format!("/events/{event}/registrations/me")).await?.ok() }
    })
    .await
}

/// Counts seats by side and unit, and looks for anybody who was passed over.
fn count(theatre: &Theatre, people: &[Arc<Person>], standing: &[Value], report: &mut Report) {
    let mut by_unit: HashMap<(usize, bool), usize> = HashMap::new();
    let mut explained = 0;
    for (person, standing) in people.iter().zip(standing) {
        match standing["status"].as_str() {
            Some("selected") => {
                let side = if person.cast.man { &mut report.selected.men } else { &mut report.selected.women };
                *side += 1;
                *by_unit.entry((person.cast.unit, person.cast.man)).or_default() += 1;
            }
            Some("waitlisted") => report.standby += 1,
            _ => {}
        }
        explained += usize::from(standing["explanation"].is_object());
    }
    let half = theatre.seats / 2;
    let seats = report.selected.men == half && report.selected.women == half;
    let detail = format!("{} men, {} women", report.selected.men, report.selected.women);
    report.promise("the seats are filled, half and half", seats, detail);
    let crowded = by_unit.values().filter(|people| **people > 3).count();
    report.promise("no unit has more than three of one side", crowded == 0, String::new());
    let all = explained == people.len();
    report.promise("everybody can read why", all, format!("{explained} of {}", people.len()));
    envy(people, standing, &by_unit, report);
}

/// No rejected person outranks a selected one whose seat they could have had: same side, and either
/// the same unit or a unit with room.
fn envy(people: &[Arc<Person>], standing: &[Value], by_unit: &HashMap<(usize, bool), usize>, report: &mut Report) {
    let points = |standing: &Value| standing["points"].as_i64().unwrap_or(0);
    let mut worst: HashMap<(Option<usize>, bool), i64> = HashMap::new();
    for (person, standing) in people.iter().zip(standing).filter(|(_, standing)| standing["status"] == "selected") {
        for key in [(None, person.cast.man), (Some(person.cast.unit), person.cast.man)] {
            let least = worst.entry(key).or_insert(i64::MAX);
            *least = points(standing).min(*least);
        }
    }
    let envious = people.iter().zip(standing).filter(|(person, standing)| {
        if standing["status"] == "selected" {
            return false;
        }
        let (unit, man) = (person.cast.unit, person.cast.man);
        let full = by_unit.get(&(unit, man)).is_some_and(|people| *people >= 3);
        let rival = if full { (Some(unit), man) } else { (None, man) };
        worst.get(&rival).is_some_and(|least| points(standing) > *least)
    });
    let envious = envious.count();
    report.promise(
        "nobody with more points stands behind somebody whose seat they could have",
        envious == 0,
        format!("{envious}"),
    );
}

/// The selected answer or let it be; standbys are asked until nobody new is.
async fn replies(house: &House<'_>, people: &[Arc<Person>], report: &mut Report) -> anyhow::Result<()> {
    for wave in 0..6 {
        let standing = read_standing(house, people).await?;
        let invited: Vec<Arc<Person>> = people
            .iter()
            .zip(&standing)
            .filter(|(_, standing)| standing["status"] == "selected")
            .map(|(person, _)| Arc::clone(person))
            .collect();
        if wave > 0 {
            report.promoted += invited.len();
        }
        if invited.is_empty() {
            break;
        }
        tell(&format!("{} people are asked whether they come", invited.len()));
        let line = house.theatre.line.step("reply");
        at_once(PHONES, invited, |person| {
            let (line, event) = (line.clone(), house.event.clone());
            // Whoever moved up is glad to come.
            let reply = if wave == 0 { person.cast.reply } else { Reply::Confirm };
            async move {
                let word = match reply {
                    Reply::Confirm => "confirm",
                    Reply::Decline => "decline",
                    Reply::Silence => return Ok(()),
                };
                let path = format!("/events/{event}/registrations/me/reply");
                person.phone.post(&line, &path, &json!({ "reply": word })).await?.ok()?;
                Ok(())
            }
        })
        .await?;
        // Long enough for every deadline to pass, not for the phase.
        if wave == 1 {
            house.theatre.time_passes(Duration::days(4)).await;
        }
    }
    let standing = read_standing(house, people).await?;
    report.confirmed = standing.iter().filter(|standing| standing["status"] == "confirmed").count();
    let within = report.confirmed <= house.theatre.seats && report.confirmed > 0;
    report.promise("never more guests than seats", within, format!("{} of {}", report.confirmed, house.theatre.seats));
    Ok(())
}

/// Numbers everybody who comes, and reads each badge on its phone.
///
/// # Errors
/// Where a step is refused.
pub async fn badges(house: &House<'_>, people: &[Arc<Person>], report: &mut Report) -> anyhow::Result<Vec<Arc<Guest>>> {
    tell("badges are numbered");
    let line = house.theatre.line.step("badges");
    let path = format!("/events/{}/badges", house.event);
    house.organizer.post(&line, &path, &json!({})).await?.ok()?;
    let guests = at_once(PHONES, people.iter().cloned(), |person| {
        let (line, path) = (line.clone(), path.clone());
        async move {
            let answer = person.phone.get(&line, &format!("{path}/me")).await?;
            if answer.status == 404 || answer.status == 409 {
                return Ok(None);
            }
            let badge = answer.ok()?;
            let text = |name: &str| badge[name].as_str().map(str::to_owned).with_context(|| name.to_owned());
            Ok(Some(Arc::new(Guest { person, badge: text("badge")?, code: text("code")? })))
        }
    })
    .await?;
    let guests: Vec<Arc<Guest>> = guests.into_iter().flatten().collect();
    report.badges = guests.len();
    let mut numbers: Vec<&str> = guests.iter().map(|guest| guest.badge.as_str()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let unique = numbers.len() == guests.len() && guests.len() == report.confirmed;
    report.promise("everybody who comes has one number of their own", unique, format!("{} badges", guests.len()));
    Ok(guests)
}
