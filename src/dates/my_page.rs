//! 八分钟约会 on a phone: where to sit now, with whom, how long, and what I noted.

use std::collections::HashMap;

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Duration, Utc};
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;

use super::date_round::State;
use super::exclude::{self, Whom};
use super::mine::{self, Met, Seat};
use super::terms::Terms;
use super::{date_note, jot, miss};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::checkin::presence;
use crate::error::{Error, Refused};
use crate::events::spoken::Clock;
use crate::events::{event, tabs};
use crate::page::form::Form;
use crate::page::said::see_saying;
use crate::page::{self, Page, Tab};
use crate::registrations::access::Participant;
use crate::registrations::exclusion::{self, Because};

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
    Outside,
    Gone,
    /// No dates were planned yet.
    Early,
    /// Came in after the plan was made.
    Late,
    /// A round runs, and this is my table.
    Sitting {
        row: Row,
        clock: Clock,
    },
    /// My table does not take place.
    Missed {
        round: i32,
    },
    SittingOut {
        round: i32,
        clock: Clock,
    },
    /// Between two rounds.
    Between,
    Over,
}

/// One round in the list of my evening.
#[derive(Clone)]
struct Row {
    round: i32,
    state: State,
    table: Option<i32>,
    partner: Option<Met>,
    held: bool,
    waits: bool,
    note: Option<String>,
}

#[derive(Template)]
#[template(path = "dates/my_date.html")]
struct MyDate {
    page: Page,
    slug: String,
    tabs: Vec<Tab>,
    form: Form,
    row: Row,
    partner: Met,
    kept_apart: Option<Because>,
}

pub fn pages(config: &mut ServiceConfig) {
    config
        .service(dates_page)
        .service(date_page)
        .service(keep_note)
        .service(tell_missed)
        .service(keep_apart)
        .service(allow_again);
}

#[get("/e/{event}/dates")]
async fn dates_page(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    let event = me.event.clone();
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let presence = presence::Entity::find_by_id(me.registration.id).one(db).await?;
        Ok((presence, mine::seats(db, &me).await?, date_note::written_by(db, me.registration.id).await?))
    });
    let (presence, seats, notes) = read.await?;
    let mut notes: HashMap<Uuid, String> = notes.into_iter().map(|note| (note.about, note.words)).collect();
    let now = now(&event, presence.map(|presence| presence.inside), &seats, house.now());
    let rows: Vec<Row> = seats.into_iter().map(|seat| Row::of(seat, &mut notes)).collect();
    let next = rows.iter().find(|row| row.state == State::Planned).cloned();
    let page = visit.page;
    page::answer(&MyDates {
        slug: event.slug.clone(),
        tabs: tabs::of_evening(&page, &event.slug, "dates"),
        told: now.told(&page, next.as_ref()),
        all_over: !rows.is_empty() && rows.iter().all(|row| row.state == State::Finished),
        now,
        next,
        rows,
        page,
    })
}

fn now(event: &event::Model, inside: Option<bool>, seats: &[Seat], now: DateTime<Utc>) -> Now {
    let running = seats.iter().find(|seat| seat.round.state == State::Running);
    let clock = |seat: &Seat| {
        let ends = seat.round.started_at.unwrap_or(now) + Duration::minutes(Terms::of(event).minutes.into());
        Clock::to(event.zone(), ends, now)
    };
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

    fn told(&self, page: &Page, next: Option<&Row>) -> String {
        match self {
            Self::Outside => page.t("dates-outside"),
            Self::Gone => page.t("dates-gone"),
            Self::Early => page.t("dates-early"),
            Self::Late => page.t("dates-late"),
            Self::Sitting { row, .. } => row.said(page),
            Self::Missed { round } => page.say("dates-missed-now", &[("round", (*round).into())]),
            Self::SittingOut { round, .. } => page.say("dates-waits-now", &[("round", (*round).into())]),
            Self::Between => next.map_or_else(|| page.t("dates-between"), |row| row.said(page)),
            Self::Over => page.t("dates-over"),
        }
    }
}

impl Row {
    fn of(seat: Seat, notes: &mut HashMap<Uuid, String>) -> Self {
        Self {
            round: seat.round.number,
            state: seat.round.state,
            table: seat.sitting.as_ref().map(|sitting| sitting.table_number),
            held: seat.is_held(),
            waits: seat.waits,
            note: seat.partner.as_ref().and_then(|partner| notes.remove(&partner.registration_id)),
            partner: seat.partner,
        }
    }

    fn is_played(&self) -> bool {
        self.state != State::Planned
    }

    /// `第 3 轮 · 12 号桌 · 女008 小雅`
    fn said(&self, page: &Page) -> String {
        let round = ("round", self.round.into());
        match (&self.partner, self.table) {
            (Some(partner), Some(table)) => page.say(
                "dates-said",
                &[
                    round,
                    ("table", table.into()),
                    ("badge", partner.badge.as_str().into()),
                    ("nickname", partner.nickname.as_str().into()),
                ],
            ),
            _ => page.say("dates-waits-now", &[round]),
        }
    }
}

/// My table in the round a path names.
async fn my_row(house: &House, me: &Participant, round: i32) -> Result<(Row, Met, Option<Because>), Error> {
    let me = me.clone();
    house
        .run(async move |app| {
            let db = app.database.reader();
            let seat = mine::seat(db, &me, round).await?.ok_or_else(Refused::not_found)?;
            let partner = seat.partner.clone().ok_or_else(Refused::not_found)?;
            let notes = date_note::written_by(db, me.registration.id).await?;
            let mut notes = notes.into_iter().map(|note| (note.about, note.words)).collect();
            let said = exclusion::said_by(db, me.registration.id).await?;
            let kept = said.iter().find(|said| said.about == partner.registration_id).map(|said| said.because);
            Ok((Row::of(seat, &mut notes), partner, kept))
        })
        .await
}

async fn shown(
    house: &House,
    page: Page,
    me: &Participant,
    round: i32,
    form: Option<Form>,
) -> Result<HttpResponse, Error> {
    let (row, partner, kept_apart) = my_row(house, me, round).await?;
    let slug = me.event.slug.clone();
    let tabs = tabs::of_evening(&page, &slug, "dates");
    let form = form.unwrap_or_else(|| Form::filled([("words", row.note.clone().unwrap_or_default())]));
    page::answer_refused(&form.clone(), &MyDate { page, slug, tabs, form, row, partner, kept_apart })
}

#[get("/e/{event}/dates/{round}")]
async fn date_page(
    house: House,
    visit: Visit,
    me: Participant,
    path: Path<(String, i32)>,
) -> Result<HttpResponse, Error> {
    shown(&house, visit.page, &me, path.1, None).await
}

#[post("/e/{event}/dates/{round}/note")]
async fn keep_note(
    house: House,
    visit: Visit,
    me: Participant,
    path: Path<(String, i32)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (slug, round) = path.into_inner();
    let by = me.clone();
    let noted = async {
        let note = body::read(json!({ "words": form.value("words") }))?;
        house.run(async move |app| jot::jot(&app, &by, round, note).await).await
    };
    match noted.await {
        Ok(()) => see_saying(&format!("/e/{slug}/dates"), "date-noted"),
        Err(error) => {
            let form = form.refused(&visit.page, error)?;
            shown(&house, visit.page, &me, round, Some(form)).await
        }
    }
}

#[post("/e/{event}/dates/{round}/missed")]
async fn tell_missed(
    house: House,
    visit: Visit,
    me: Participant,
    path: Path<(String, i32)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (slug, round) = path.into_inner();
    let by = me.clone();
    match house.run(async move |app| miss::miss(&app, &by, round).await).await {
        Ok(()) => see_saying(&format!("/e/{slug}/dates"), "date-missed"),
        Err(error) => {
            let form = form.refused(&visit.page, error)?;
            shown(&house, visit.page, &me, round, Some(form)).await
        }
    }
}

#[post("/e/{event}/dates/{round}/apart")]
async fn keep_apart(
    house: House,
    me: Participant,
    path: Path<(String, i32)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (slug, round) = path.into_inner();
    let (because, said) = match form.value("because") {
        "blocked" => (Because::Blocked, "blocked"),
        "acquainted" => (Because::Acquainted, "kept-apart"),
        _ => return Err(Refused::malformed("malformed_form", "Say why.").into()),
    };
    let (_, partner, _) = my_row(&house, &me, round).await?;
    let whom = Whom::Registered(partner.registration_id);
    house.run(async move |app| exclude::exclude(&app, &me, whom, because).await).await?;
    see_saying(&format!("/e/{slug}/dates"), said)
}

#[post("/e/{event}/dates/{round}/together")]
async fn allow_again(house: House, me: Participant, path: Path<(String, i32)>) -> Result<HttpResponse, Error> {
    let (slug, round) = path.into_inner();
    let (_, partner, _) = my_row(&house, &me, round).await?;
    let whom = Whom::Registered(partner.registration_id);
    house.run(async move |app| exclude::take_back(&app, &me, whom).await).await?;
    see_saying(&format!("/e/{slug}/dates/{round}"), "taken-back")
}
