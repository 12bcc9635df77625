//! A finished evening of a demonstration: who came, sat at which table, chose each other, and said
//! afterwards how it was.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::Duration;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::doors::arrive;
use super::people::{at_once, who_came};
use crate::app::App;
use crate::dates::terms::Terms;
use crate::dates::{call, date_round, plan};
use crate::error::Error;
use crate::events::access::{Host, Organizer};
use crate::events::event;
use crate::events::phase::Phase;
use crate::feedback::sheet::Pace;
use crate::feedback::submit::{Answers, submit};
use crate::picks::cast_ballot::{Picks, Request, cast_all};
use crate::picks::{self, matched};
use crate::registrations::access::Participant;
use crate::registrations::registration::Side;

/// A participant and the number they wear.
pub type Wearer = (Participant, String);

/// The whole evening; the matches of the first `couples` men, each with the woman two places on.
///
/// # Errors
/// Only faults; every refusal would be a mistake of the scene.
pub async fn held(
    app: &Arc<App>,
    desk: Uuid,
    organizer: &Organizer,
    couples: usize,
) -> Result<Vec<(Wearer, Wearer, Uuid)>, Error> {
    let event = &organizer.event;
    let host = Host { account: organizer.account, event: event.clone(), organizer: true };
    let doors = event.boundary(Phase::OnSite).unwrap_or(event.starts_at).max(event.starts_at - Duration::minutes(50));
    arrive(app, desk, event, doors, event.starts_at).await?;
    dates(app, &host).await?;
    let (men, women) = (who_came(app, event, Side::Men).await?, who_came(app, event, Side::Women).await?);
    let pairs: Vec<(Wearer, Wearer)> = men.iter().cloned().zip(women.iter().skip(2).cloned()).take(couples).collect();
    let found = choose(app, &host, &men, &women, &pairs).await?;
    Ok(pairs
        .into_iter()
        .filter_map(|(he, she)| {
            let id = found.get(&matched::ordered(he.0.registration.id, she.0.registration.id)).copied()?;
            Some((he, she, id))
        })
        .collect())
}

/// Round after round, by the terms of the event.
async fn dates(app: &Arc<App>, host: &Host) -> Result<(), Error> {
    let terms = Terms::of(&host.event)?;
    let mut begins = host.event.starts_at + Duration::minutes(20);
    app.clock.set(begins - Duration::minutes(5));
    plan::plan(app, host, plan::PlanWishes::default()).await?;
    for round in date_round::of_event(app.database.reader(), host.event.id).await? {
        app.clock.set(begins);
        call::start(app, host, round.number).await?;
        begins += Duration::minutes(terms.minutes.into());
        app.clock.set(begins);
        call::finish(app, host, round.number).await?;
        begins += Duration::seconds(terms.pause_seconds.into());
    }
    app.clock.set(begins);
    Ok(())
}

/// The pairs light up for each other, the others for somebody who does not.
async fn choose(
    app: &App,
    host: &Host,
    men: &[Wearer],
    women: &[Wearer],
    pairs: &[(Wearer, Wearer)],
) -> Result<HashMap<(Uuid, Uuid), Uuid>, Error> {
    let planned = picks::plan::plan(app, host, picks::plan::Plan { limit: 3, sides: None }).await?;
    picks::open::open(app, host, planned.number).await?;
    let mutual = pairs.iter().flat_map(|(he, she)| [(he, she.1.clone()), (she, he.1.clone())]);
    // Everybody's eye is on one person, who looks elsewhere.
    let alone = |own: &'_ [Wearer], star: &'_ [Wearer]| {
        let badge = star.first().map(|(_, badge)| badge.clone()).unwrap_or_default();
        own.iter().skip(pairs.len() + 2).map(|wearer| (wearer.clone(), badge.clone())).collect::<Vec<_>>()
    };
    let in_vain: Vec<(Wearer, String)> = alone(men, women).into_iter().chain(alone(women, men)).collect();
    let lit = mutual.chain(in_vain.iter().map(|(wearer, badge)| (wearer, badge.clone()))).enumerate();
    let ballot = |(place, (wearer, badge)): (usize, (&Wearer, String))| {
        let picks = Picks { badges: vec![badge], stage: place % 3 == 0, follow_up: false };
        Request { guest: wearer.0.clone(), round: planned.number, picks }
    };
    for taken in cast_all(app, &lit.map(ballot).collect::<Vec<_>>()).await? {
        taken?;
    }
    app.clock.set(app.now() + Duration::minutes(6));
    picks::close::close(app, host, planned.number).await?;
    let found = matched::Entity::find().filter(matched::Column::RoundId.eq(planned.id));
    let found = found.all(app.database.reader()).await?;
    Ok(found.into_iter().map(|row| ((row.lo_id, row.hi_id), row.id)).collect())
}

/// Two in three say how it was, the day after.
///
/// # Errors
/// Only faults; every refusal would be a mistake of the scene.
pub async fn surveyed(app: &Arc<App>, event: &event::Model) -> Result<(), Error> {
    app.clock.set(event.boundary(Phase::Closed).unwrap_or(event.ends_at) + Duration::hours(20));
    let mut people = who_came(app, event, Side::Men).await?;
    people.extend(who_came(app, event, Side::Women).await?);
    let answering = people.into_iter().enumerate().filter(|(place, _)| place % 3 != 0);
    at_once(app, answering, |app, (place, (who, _))| async move {
        let pace = if place % 7 == 0 { Pace::Short } else { Pace::Right };
        let overall = if place % 5 == 0 { 3 } else { 4 + i32::from(place % 2 == 0) };
        submit(&app, &who, Answers { overall, pace, met: place % 2 == 1, again: place % 11 != 0, words: None }).await
    })
    .await?;
    Ok(())
}
