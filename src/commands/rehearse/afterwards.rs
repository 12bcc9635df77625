//! Afterwards: the circle, what people thought of the evening, how it went on, and what the union reads
//! of it all.

use std::sync::Arc;

use anyhow::Context;
use chrono::Duration;
use serde_json::{Value, json};

use super::gathering::{House, PHONES};
use super::report::Report;
use super::seats::Guest;
use super::tell;
use super::theatre::at_once;

/// # Errors
/// Where a step is refused.
pub async fn circle_survey_and_figures(
    house: &House<'_>,
    inside: &[Arc<Guest>],
    couples: &[(String, String)],
    report: &mut Report,
) -> anyhow::Result<()> {
    tell("afterwards: the circle, the survey, the volunteers, the figures");
    house.theatre.time_passes(Duration::days(4)).await;
    circle(house, inside, report).await?;
    survey(house, inside, report).await?;
    follow_up(house, couples, report).await?;
    figures(house, report).await
}

/// Two in three stay in touch, and every tenth says something.
async fn circle(house: &House<'_>, inside: &[Arc<Guest>], report: &mut Report) -> anyhow::Result<()> {
    let line = house.theatre.line.step("circle");
    let path = format!("/events/{}/circle", house.event);
    let members = inside.iter().enumerate().filter(|(place, _)| place % 3 != 2);
    let members: Vec<Arc<Guest>> = members.map(|(_, guest)| Arc::clone(guest)).collect();
    at_once(PHONES, members.iter().cloned(), |guest| {
        let (line, path) = (line.clone(), format!("{path}/membership"));
        async move { guest.person.phone.post(&line, &path, &json!({})).await?.ok() }
    })
    .await?;
    let notes = at_once(PHONES, members.iter().step_by(10).cloned(), |guest| {
        let (line, path) = (line.clone(), format!("{path}/notes"));
        async move {
            guest.person.phone.post(&line, &path, &json!({ "body": "周末去爬山,有人一起吗?🌄" })).await?.ok()
        }
    })
    .await?;
    let figures = house.organizer.get(&line, &format!("{path}/figures")).await?.ok()?;
    report.circle.members = members.len();
    report.circle.notes = notes.len();
    let same = figures["members"] == json!(members.len()) && figures["posts"] == json!(notes.len());
    let detail = format!("{} and {} of {} and {}", figures["members"], figures["posts"], members.len(), notes.len());
    report.promise("the circle holds who joined and what they said", same, detail);
    Ok(())
}

/// Three in four answer how it was.
async fn survey(house: &House<'_>, inside: &[Arc<Guest>], report: &mut Report) -> anyhow::Result<()> {
    let line = house.theatre.line.step("survey");
    let path = format!("/events/{}/feedback", house.event);
    let answering = inside.iter().cloned().enumerate().filter(|(place, _)| place % 4 != 3);
    let answered = at_once(PHONES, answering, |(place, guest)| {
        let answers = json!({ "overall": 3 + place % 3, "pace": "right", "met": place % 2 == 0, "again": true });
        let (line, path) = (line.clone(), path.clone());
        async move { guest.person.phone.put(&line, &path, &answers).await?.ok() }
    })
    .await?;
    report.surveyed = answered.len();
    let summary = house.organizer.get(&line, &format!("{path}/summary")).await?.ok()?;
    let same = summary["answers"] == json!(answered.len());
    report.promise(
        "every answer about the evening counts once",
        same,
        format!("{} of {}", summary["answers"], answered.len()),
    );
    Ok(())
}

/// A volunteer sees who agreed to be asked, and nobody else.
async fn follow_up(house: &House<'_>, agreed: &[(String, String)], report: &mut Report) -> anyhow::Result<()> {
    let line = house.theatre.line.step("follow-up");
    let outcomes = house.volunteer.get(&line, &format!("/events/{}/outcomes", house.event)).await?.ok()?;
    let couples: Vec<Value> = outcomes["couples"].as_array().context("no couples")?.clone();
    report.couples = couples.len();
    let detail = format!("{} of {}", couples.len(), agreed.len());
    report.promise("volunteers follow up who agreed to it", couples.len() == agreed.len(), detail);
    if let Some(couple) = couples.first().and_then(|couple| couple["id"].as_str()) {
        let note =
            json!({ "state": "dating", "note": "周末一起看了展览", "at": house.theatre.clock.now().to_rfc3339() });
        house.volunteer.post(&line, &format!("/couples/{couple}/follow-ups"), &note).await?.ok()?;
    }
    Ok(())
}

/// The union reads its event and its year: the figures are those the doors and the phones counted.
async fn figures(house: &House<'_>, report: &mut Report) -> anyhow::Result<()> {
    let line = house.theatre.line.step("reports");
    let read = house.organizer.get(&line, &format!("/events/{}/report", house.event)).await?.ok()?;
    // The year the event was in, whatever day it is by now.
    let of = read["starts_at"].as_str().and_then(|at| at.get(..4)).context("an event without a day")?;
    let year = house
        .organizer
        .get(&line, &format!("/organizations/union-{}/report?year={of}", house.theatre.tag))
        .await?
        .ok()?;
    let event = (&read["door"]["attended"], &read["dates"]["dates"], &read["outcome"]["couples"]);
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
