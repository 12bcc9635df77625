//! 八分钟约会 on a phone: where to sit now, with whom, how long, and what I noted.

use std::collections::HashMap;

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::{DateTime, Utc};
use sea_orm::EntityTrait;

use super::date_note;
use super::date_round::State;
use super::mine::{self, Seat};
use super::my_row::Row;
use super::round_clock::RoundClock;
use super::terms::Terms;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::checkin::presence;
use crate::error::Error;
use crate::events::{event, tabs};
use crate::page::{self, Page, Tab};
use crate::registrations::access::Participant;
use crate::registrations::registration::Status;

#[derive(Template)]
#[template(path = "dates/my_dates.html")]
struct MyDates {
    page: Page,
    slug: String,
    tabs: Vec<Tab>,
    now: Now,
    /// What a listener hears when the hall moves on.
    told: String,
    next: Option<Row>,
    rows: Vec<Row>,
    all_over: bool,
}

/// What the hall expects of this person at this moment.
enum Now {
    /// Has no seat tonight, and did not come in all the same.
    Unseated,
    Outside,
    Gone,
    /// No dates were planned yet.
    Early,
    /// Came in after the plan was made.
    Late,
    /// A round runs, and this is my table.
    Sitting {
        row: Row,
        clock: RoundClock,
    },
    /// My table does not take place.
    Missed {
        round: i32,
    },
    SittingOut {
        round: i32,
        clock: RoundClock,
    },
    /// Between two rounds.
    Between,
    Over,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(dates_page);
}

#[get("/e/{event}/dates")]
async fn dates_page(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    let (event, status) = (me.event.clone(), me.registration.status);
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let presence = presence::Entity::find_by_id(me.registration.id).one(db).await?;
        Ok((presence, mine::seats(db, &me).await?, date_note::written_by(db, &app, me.registration.id).await?))
    });
    let (presence, seats, mut notes) = read.await?;
    let terms = Terms::of(&event)?;
    let now = match (presence, status) {
        (None, status) if !matches!(status, Status::Confirmed | Status::Selected) => Now::Unseated,
        (presence, _) => now(&event, terms, presence.map(|presence| presence.inside), &seats, house.now()),
    };
    let rows: Vec<Row> = seats.into_iter().map(|seat| Row::of(seat, &mut notes)).collect();
    let next = rows.iter().find(|row| row.state == State::Planned).cloned();
    let page = visit.page;
    page::answer(&MyDates {
        slug: event.slug.clone(),
        tabs: tabs::of_night(&page, &event, house.now(), "dates"),
        told: now.headline(&page, next.as_ref()),
        all_over: !rows.is_empty() && rows.iter().all(|row| row.state == State::Finished),
        now,
        next,
        rows,
        page,
    })
}

fn now(event: &event::Model, terms: Terms, inside: Option<bool>, seats: &[Seat], now: DateTime<Utc>) -> Now {
    let running = seats.iter().find(|seat| seat.round.state == State::Running);
    let clock = |seat: &Seat| RoundClock::of(&seat.round, terms.minutes, event.zone(), now);
    let placed = |seat: &Seat| seat.sitting.is_some() || seat.waits;
    match (inside, running) {
        (None, _) => Now::Outside,
        _ if !seats.is_empty() && seats.iter().all(|seat| seat.round.state == State::Finished) => Now::Over,
        (Some(false), _) => Now::Gone,
        _ if seats.is_empty() => Now::Early,
        (_, Some(seat)) if seat.is_held() => {
            Now::Sitting { clock: clock(seat), row: Row::of(seat.clone(), &mut HashMap::new()) }
        }
        (_, Some(seat)) if seat.sitting.is_some() => Now::Missed { round: seat.round.number },
        (_, Some(seat)) if seat.waits => Now::SittingOut { round: seat.round.number, clock: clock(seat) },
        _ if !seats.iter().any(|seat| seat.round.state == State::Planned && placed(seat)) => Now::Late,
        _ => Now::Between,
    }
}

impl Now {
    /// A round runs, and what comes after it is worth a line.
    fn is_on(&self) -> bool {
        matches!(self, Self::Sitting { .. } | Self::SittingOut { .. } | Self::Missed { .. })
    }

    fn headline(&self, page: &Page, next: Option<&Row>) -> String {
        match self {
            Self::Unseated => page.t("dates-unseated"),
            Self::Outside => page.t("dates-outside"),
            Self::Gone => page.t("dates-gone"),
            Self::Early => page.t("dates-early"),
            Self::Late => page.t("dates-late"),
            Self::Sitting { row, .. } => row.summary(page),
            Self::Missed { round } => page.say("dates-missed-now", &[("round", (*round).into())]),
            Self::SittingOut { round, .. } => page.say("dates-waits-now", &[("round", (*round).into())]),
            Self::Between => next.map_or_else(|| page.t("dates-between"), |row| row.summary(page)),
            Self::Over => page.t("dates-over"),
        }
    }
}
