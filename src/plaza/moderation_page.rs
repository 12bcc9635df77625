//! The organizer's queue: what waits, what was reported, and what was decided before.

use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::complaints_api::Dismissal;
use super::contribution::{self, Decision, Kind};
use super::moderation_api::Verdict;
use super::photo::Frame;
use super::queue::{self, Read, Show};
use super::refusals::NOTHING_CHOSEN;
use super::{complain, complaint, moderate};
use crate::accounts::visit::Visit;
use crate::app::{App, House};
use crate::body;
use crate::error::refusal::MALFORMED_FORM;
use crate::error::{Error, FieldError, Refused};
use crate::events::access::{Organizer, id_in_path};
use crate::events::heading::Heading;
use crate::events::tabs;
use crate::page::flash::{see_counting, see_saying};
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};

/// The most that one form decides about.
const AT_ONCE: usize = 100;

#[derive(Debug, Default, Deserialize)]
struct ModerationQuery {
    #[serde(default)]
    show: Show,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "plaza/moderation.html")]
struct Queue {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    views: Vec<Tab>,
    show: Show,
    form: Form,
    items: Vec<Item>,
    next: Option<String>,
}

/// One thing to decide about.
struct Item {
    id: Uuid,
    kind: &'static str,
    /// None where the person has erased their account.
    nickname: Option<String>,
    body: String,
    when: String,
    reason: Option<String>,
    photos: Vec<Frame>,
    /// What somebody says is wrong with it.
    complaint: Option<(Uuid, String)>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(open_queue).service(decide).service(settle_complaint);
}

#[get("/office/e/{event}/moderation")]
async fn open_queue(
    house: House,
    visit: Visit,
    by: Organizer,
    query: Query<ModerationQuery>,
) -> Result<HttpResponse, Error> {
    let ModerationQuery { show, cursor } = query.into_inner();
    look(&house, visit.page, by, show, cursor, Form::default()).await
}

/// Decides about one (its own button) or about all that are ticked.
#[post("/office/e/{event}/moderation")]
async fn decide(
    house: House,
    visit: Visit,
    by: Organizer,
    query: Query<ModerationQuery>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let show = query.show;
    let decider = by.clone();
    let decided = async {
        let (ids, decision) = read_decision(&form)?;
        let verdict: Verdict = body::read(json!({ "decision": decision, "reason": form.text("reason") }))?;
        let (decision, reason) = verdict.into_parts();
        if decision != Decision::Approve && reason.is_none() {
            return Err(Refused::invalid(vec![FieldError::new("reason", "why", "the author is told why")]).into());
        }
        house.run(async move |app| each(&app, &decider, ids, decision, reason).await).await
    };
    match decided.await {
        Ok(count) => see_counting(&format!("{}?show={}", address(&by), show.word()), "moderated", count),
        Err(error) => form.show_again(visit.page, error, |page, form| look(&house, page, by, show, None, form)).await,
    }
}

/// Settles a complaint: what it is about comes down, or stays.
#[post("/office/e/{event}/moderation/reports/{id}")]
async fn settle_complaint(
    house: House,
    visit: Visit,
    by: Organizer,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    let decider = by.clone();
    let settled = async {
        let dismissal: Dismissal = body::read(json!({ "reason": form.value("reason") }))?;
        let reason = dismissal.into_reason();
        let comes_down = form.value("act") == "remove";
        house
            .run(async move |app| {
                if !comes_down {
                    return complain::dismiss(&app, &decider, id, &reason).await;
                }
                let held = complaint::Entity::of_event(decider.event.id).filter(complaint::Column::Id.eq(id));
                let held = held.one(app.database.reader()).await?.ok_or_else(Refused::not_found)?;
                moderate::moderate(&app, &decider, held.contribution_id, Decision::Remove, Some(reason)).await.map(drop)
            })
            .await
    };
    match settled.await {
        Ok(()) => see_saying(&format!("{}?show=reported", address(&by)), "report-settled"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| look(&house, page, by, Show::Reported, None, form)).await
        }
    }
}

fn address(by: &Organizer) -> String {
    format!("/office/e/{}/moderation", by.event.slug)
}

/// Which things a form means, and what is to become of them.
fn read_decision(form: &Form) -> Result<(Vec<Uuid>, Decision), Error> {
    let decisions = [("approve", Decision::Approve), ("reject", Decision::Reject), ("remove", Decision::Remove)];
    let one = decisions.into_iter().find(|(name, _)| !form.value(name).is_empty());
    let (ids, decision) = match one {
        Some((name, decision)) => (vec![form.value(name)], decision),
        None => {
            let all = decisions.into_iter().find(|(name, _)| form.value("all") == *name);
            let (_, decision) = all.ok_or_else(|| MALFORMED_FORM.saying("Say what to do."))?;
            (form.values("ids").collect(), decision)
        }
    };
    let ids: Vec<Uuid> = ids.into_iter().filter_map(|id| id.parse().ok()).take(AT_ONCE).collect();
    if ids.is_empty() {
        return Err(NOTHING_CHOSEN.into());
    }
    Ok((ids, decision))
}

/// Decides about each by itself: one that somebody else decided about meanwhile holds up no other.
/// Gives how many were decided.
async fn each(
    app: &App,
    by: &Organizer,
    ids: Vec<Uuid>,
    decision: Decision,
    reason: Option<String>,
) -> Result<u64, Error> {
    let (mut done, mut refused) = (0, None);
    for id in ids {
        match moderate::moderate(app, by, id, decision, reason.clone()).await {
            Ok(_) => done += 1,
            Err(Error::Refused(why)) => refused = Some(why),
            Err(fault) => return Err(fault),
        }
    }
    match refused {
        Some(why) if done == 0 => Err(Error::Refused(why)),
        _ => Ok(done),
    }
}

async fn look(
    house: &House,
    page: Page,
    by: Organizer,
    show: Show,
    cursor: Option<String>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (event, now) = (by.event, house.now());
    let event_id = event.id;
    let read = house.run(async move |app| queue::read(app.database.reader(), event_id, show, cursor).await);
    let Read { rows, next, waiting, reported, authors, mut photos } = read.await?;
    let here = format!("/office/e/{}/moderation", event.slug);
    let view = |of: Show, count| Tab {
        name: page.t(&format!("moderation-{}", of.word())),
        address: format!("{here}?show={}", of.word()),
        count,
        open: of == show,
    };
    let moment = |at: DateTime<Utc>| when::moment(page.language, event.zone(), at, now);
    let item = |(row, complaint): (contribution::Model, Option<complaint::Model>)| Item {
        nickname: authors.get(&row.registration_id).map(|author| author.nickname.clone()),
        photos: photos.remove(&row.id).unwrap_or_default(),
        when: moment(row.at),
        kind: match row.kind {
            Kind::Post => "kind-post",
            Kind::Comment => "kind-comment",
            Kind::Declaration => "kind-declaration",
            Kind::Portrait => "kind-portrait",
        },
        complaint: complaint.map(|complaint| (complaint.id, complaint.reason)),
        id: row.id,
        body: row.body,
        reason: row.reason,
    };
    page::answer(&Queue {
        items: rows.into_iter().map(item).collect(),
        next: next.map(|cursor| format!("{here}?show={}&cursor={cursor}", show.word())),
        views: vec![
            view(Show::Waiting, Some(waiting)),
            view(Show::Reported, Some(reported)),
            view(Show::Shown, None),
            view(Show::Refused, None),
        ],
        tabs: tabs::of_organizer(&page, &event.slug, "moderation"),
        heading: Heading::of(&page, &event, now),
        show,
        form,
        page,
    })
}

impl Queue {
    /// Whether an item was ticked in a form that came back.
    fn ticked(&self, item: &Item) -> bool {
        self.form.has("ids", &item.id.to_string())
    }
}
