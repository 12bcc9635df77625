//! The standby board as a page.

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::promote::{self, Call};
use super::run;
use super::seat_move::Reason;
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

pub fn pages(config: &mut ServiceConfig) {
    config.service(open_board).service(promote_now);
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
}

async fn render_standby(house: &House, page: Page, event: event::Model, form: Form) -> Result<HttpResponse, Error> {
    let of = event.clone();
    let standby = house.run(async move |app| {
        let db = app.database.reader();
        match run::of_event(db, of.id).await? {
            Some(_) => Ok(Some(standby::read(db, &of).await?)),
            None => Ok(None),
        }
    });
    let standby = standby.await?;
    let tabs = tabs::of_organizer(&page, &event.slug, "standby");
    let now = house.now();
    let heading = Heading::of(&page, &event, now);
    page::answer(&Sheet { heading, tabs, now, page, event, form, standby })
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
        house.run(async move |app| promote::promote(&app, &by, call).await).await
    };
    match promoted.await {
        Ok(promoted) => {
            let count = u64::try_from(promoted.promoted.len()).unwrap_or(u64::MAX);
            see_counting(&format!("/office/e/{}/standby", event.slug), "standby-promoted", count)
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

    fn side(&self, line: &Line) -> String {
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

    fn stuck(&self, moved: &Moved) -> String {
        // A seat is filled like for like, so that its side is always pinned: that says nothing.
        let stuck_at = moved.stuck.iter().filter(|key| *key != "seats" && !key.starts_with("side "));
        let stuck_at: Vec<&String> = stuck_at.collect();
        if stuck_at.iter().all(|key| key.starts_with("applicants ")) {
            return self.page.t("standby-nobody-waited");
        }
        let limits = self.page.list(stuck_at.into_iter().map(|key| sentences::limit(key, self.page.language)));
        self.page.say("standby-stuck", &[("limits", limits.into())])
    }
}
