//! The standby board as a page.

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::add_seats::{MoreSeats, add_seats};
use super::addition;
use super::board::BoardLine;
use super::fill_seats::{self, Call};
use super::run;
use super::seat_move::{Reason, Stuck};
use super::sentences;
use super::standby::{self, Deadline, Line, Moved, Standby};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::heading::Heading;
use crate::events::phase::Phase;
use crate::events::{event, tabs};
use crate::page::flash::see_counting;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};
use crate::registrations::registration::Status;
use queqiao_screening::limit::{Limit, Obstacle};

pub fn pages(config: &mut ServiceConfig) {
    config.service(open_board).service(promote_now).service(add_more);
}

#[derive(Template)]
#[template(path = "screening/standby.html")]
struct Sheet {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    event: event::Model,
    now: DateTime<Utc>,
    form: Form,
    /// None before the run.
    standby: Option<Standby>,
    additions: Vec<addition::Model>,
}

async fn render_standby(house: &House, page: Page, event: event::Model, form: Form) -> Result<HttpResponse, Error> {
    let of = event.clone();
    let standby = house.run(async move |app| {
        let db = app.database.reader();
        match run::of_event(db, of.id).await? {
            Some(_) => Ok((Some(standby::read(db, &of).await?), addition::of_event(db, of.id).await?)),
            None => Ok((None, Vec::new())),
        }
    });
    let (standby, additions) = standby.await?;
    let tabs = tabs::of_organizer(&page, &event.slug, "standby");
    let now = house.now();
    let heading = Heading::of(&page, &event, now);
    page::answer(&Sheet { heading, tabs, now, page, event, form, standby, additions })
}

#[get("/office/e/{event}/standby")]
async fn open_board(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    render_standby(&house, visit.page, by.event, Form::default()).await
}

#[post("/office/e/{event}/standby/promotions")]
async fn promote_now(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let event = by.event.clone();
    let promoted = async {
        let call: Call = body::read(json!({ "side": form.text("side") }))?;
        house.run(async move |app| fill_seats::fill_seats(&app, &by, call).await).await
    };
    match promoted.await {
        Ok(promoted) => {
            let count = u64::try_from(promoted.promoted.len()).unwrap_or(u64::MAX);
            see_counting(&format!("/office/e/{}/standby", event.slug), "standby-promoted", count)
        }
        Err(error) => form.show_again(visit.page, error, |page, form| render_standby(&house, page, event, form)).await,
    }
}

/// Adds seats and asks the next in line. Who: organizer.
#[post("/office/e/{event}/standby/seats")]
async fn add_more(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let event = by.event.clone();
    let added = async {
        let [men, women] = ["men", "women"].map(|side| match form.number(side) {
            Value::Null => json!(0),
            typed => typed,
        });
        let wish: MoreSeats = body::read(json!({ "men": men, "women": women, "reason": form.value("reason") }))?;
        house.run(async move |app| add_seats(&app, &by, wish).await).await
    };
    match added.await {
        Ok((_, offered)) => {
            let count = u64::try_from(offered.len()).unwrap_or(u64::MAX);
            see_counting(&format!("/office/e/{}/standby", event.slug), "seats-added", count)
        }
        Err(error) => form.show_again(visit.page, error, |page, form| render_standby(&house, page, event, form)).await,
    }
}

impl Sheet {
    fn when(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, self.event.zone(), *at, self.now)
    }

    fn may_promote(&self) -> bool {
        matches!(self.event.phase(self.now), Phase::Screening | Phase::Confirmation)
    }

    fn added(&self, one: &addition::Model) -> String {
        let gaps = [("men", one.men.into()), ("women", one.women.into()), ("seats", one.seats.into())];
        self.page.say("seats-added-line", &gaps)
    }

    fn side(&self, line: &Line) -> String {
        self.page.t(&format!("side-{}", line.side.word()))
    }

    fn side_of_board(&self, line: &BoardLine) -> String {
        self.page.t(&format!("side-{}", line.side.word()))
    }

    fn empty(&self, line: &Line) -> String {
        self.page.say("standby-empty-seats", &[("count", line.empty.into())])
    }

    /// Until when, and how long that is.
    fn deadline(&self, deadline: &Deadline) -> String {
        let Some(at) = deadline.at else { return self.page.t("standby-no-deadline") };
        let left = at - self.now;
        let key = if left > chrono::TimeDelta::zero() { "standby-deadline" } else { "standby-deadline-over" };
        let left = when::left(self.page.language, left.max(chrono::TimeDelta::zero()));
        self.page.say(key, &[("when", self.when(&at).into()), ("left", left.into())])
    }

    fn reason(&self, moved: &Moved) -> String {
        self.page.t(match moved.reason {
            Reason::Declined => "standby-declined",
            Reason::Expired => "standby-expired",
            Reason::Withdrawn => "standby-withdrawn",
        })
    }

    /// What the newcomer said so far.
    fn answer(&self, status: &Option<Status>, reply_by: &Option<DateTime<Utc>>) -> String {
        match (status, reply_by) {
            (Some(Status::Confirmed), _) => self.page.t("standby-confirmed"),
            (Some(Status::Selected), Some(by)) => {
                self.page.say("standby-asked-until", &[("when", self.when(by).into())])
            }
            (Some(Status::Selected), None) => self.page.t("standby-asked"),
            (Some(Status::Declined), _) => self.page.t("standby-declined"),
            (Some(Status::Expired), _) => self.page.t("standby-expired"),
            _ => self.page.t("standby-withdrawn"),
        }
    }

    /// Why somebody who waits is not the next.
    fn passed(&self, limits: &[Limit]) -> String {
        if limits.is_empty() {
            return self.page.t("screening-kept-for-others");
        }
        let limits = self.page.list(limits.iter().map(|key| sentences::limit(key, self.page.language)));
        self.page.say("standby-passed", &[("limits", limits.into())])
    }

    fn stuck(&self, moved: &Moved) -> String {
        let limits = match &moved.stuck {
            Some(Stuck::DoorsOpen) => self.page.t("limit-doors-open"),
            Some(Stuck::Limits(limits)) => {
                // A seat is filled like for like, so that its side is always pinned: that says nothing.
                let pinned = |one: &&Obstacle| matches!(one, Obstacle::Seats | Obstacle::Limit(Limit::Side(_), _));
                let stuck_at: Vec<&Obstacle> = limits.iter().filter(|one| !pinned(one)).collect();
                if stuck_at.iter().all(|one| matches!(one, Obstacle::Applicants(..))) {
                    return self.page.t("standby-nobody-waited");
                }
                self.page.list(stuck_at.into_iter().map(|one| sentences::obstacle(one, self.page.language)))
            }
            None => return self.page.t("standby-nobody-waited"),
        };
        self.page.say("standby-stuck", &[("limits", limits.into())])
    }
}
