//! Half an hour before the doors somebody cannot come after all, and the next in line is glad to.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::Context;
use chrono::Duration;
use serde_json::json;

use super::gathering::{House, Person};
use super::report::Report;
use super::seats::{Guest, badges, read_standing};
use super::tell;

/// Everybody who has a badge, once the seat has moved.
///
/// # Errors
/// Where a step is refused.
pub async fn somebody_cancels(
    house: &House<'_>,
    people: &[Arc<Person>],
    guests: Vec<Arc<Guest>>,
    report: &mut Report,
) -> anyhow::Result<Vec<Arc<Guest>>> {
    house.theatre.before_the_doors(Duration::minutes(30)).await;
    let before = read_standing(house, people).await?;
    let waits = |man: bool| {
        let mut standing = people.iter().zip(&before);
        standing.any(|(person, standing)| person.cast.man == man && standing["status"] == "waitlisted")
    };
    let Some(leaver) = guests.iter().find(|guest| waits(guest.person.cast.man)) else { return Ok(guests) };
    tell("half an hour before the doors somebody cannot come");
    let line = house.theatre.line.step("last hour");
    let reply = format!("/events/{}/registrations/me/reply", house.event);
    leaver.person.phone.post(&line, &reply, &json!({ "reply": "decline" })).await?.ok()?;
    let after = read_standing(house, people).await?;
    let called: Vec<&Arc<Person>> = people
        .iter()
        .zip(&after)
        .filter(|(_, standing)| standing["status"] == "selected")
        .map(|(person, _)| person)
        .collect();
    let next = called.first().context("nobody was asked in the last hour")?;
    next.phone.post(&line, &reply, &json!({ "reply": "confirm" })).await?.ok()?;
    report.last_hour = called.len();
    report.promoted += called.len();
    let guests = badges(house, people, report).await?;
    let worn: HashSet<&str> = guests.iter().map(|guest| guest.person.cast.email.as_str()).collect();
    let moved = worn.contains(next.cast.email.as_str()) && !worn.contains(leaver.person.cast.email.as_str());
    let held = called.len() == 1 && next.cast.man == leaver.person.cast.man && moved;
    report.promise("a seat that came free in the last hour goes to the next of its side", held, String::new());
    Ok(guests)
}
