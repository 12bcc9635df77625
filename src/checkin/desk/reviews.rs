//! What happened at the door that somebody should look at: scans without a link that the server
//! would have refused, people whom two desks let in, clocks that are wrong.

use std::collections::HashMap;

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::checkin::attempt::Reason;
use crate::checkin::office_api::Settlement;
use crate::checkin::owners::{self, Owner};
use crate::checkin::review::Kind;
use crate::checkin::{attempt, review, settle_review};
use crate::error::refusal::NOT_FOUND;
use crate::error::{Error, Fault};
use crate::events::access::{Organizer, id_in_path};
use crate::events::heading::Heading;
use crate::events::{event, tabs};
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};

/// More than fit on a screen; the rest comes up as these are settled.
const MOST_LISTED: u64 = 100;

/// One thing to look at.
struct Matter {
    review: review::Model,
    /// Whose badge it was, where that is known; of an old code, who carried it once.
    owner: Option<Owner>,
    scan: Option<attempt::Model>,
    /// The scan that was first, of two.
    other: Option<attempt::Model>,
}

#[derive(Template)]
#[template(path = "checkin/desk/reviews.html")]
struct Reviews {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    event: event::Model,
    now: DateTime<Utc>,
    matters: Vec<Matter>,
    /// What was typed, and where.
    form: Form,
    at: Option<Uuid>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(what_to_look_at).service(settle_one);
}

#[get("/office/e/{event}/reviews")]
async fn what_to_look_at(house: House, visit: Visit, organizer: Organizer) -> Result<HttpResponse, Error> {
    list(&house, visit.page, organizer.event, Form::default(), None).await
}

#[post("/office/e/{event}/reviews/{review}")]
async fn settle_one(
    house: House,
    request: HttpRequest,
    visit: Visit,
    organizer: Organizer,
    form: Form,
) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "review")?;
    let event = organizer.event.clone();
    let wish = json!({ "note": form.text("note").as_str().unwrap_or_default() });
    let settled = async {
        let wish: Settlement = body::read(wish)?;
        house.run(async move |app| settle_review::settle_review(&app, &organizer, id, &wish.note).await).await
    };
    match settled.await {
        Ok(_) => see_saying(&format!("/office/e/{}/reviews", event.slug), "review-settled"),
        Err(error) if error.is(NOT_FOUND) => Err(error),
        Err(error) => form.show_again(visit.page, error, |page, form| list(&house, page, event, form, Some(id))).await,
    }
}

async fn list(
    house: &House,
    page: Page,
    event: event::Model,
    form: Form,
    at: Option<Uuid>,
) -> Result<HttpResponse, Error> {
    let id = event.id;
    let matters = house.ask(async move |app| matters(app.database.reader(), id).await).await?;
    let tabs = tabs::of_organizer(&page, &event.slug, "reviews");
    let now = house.now();
    let heading = Heading::of(&page, &event, now);
    page::answer(&Reviews { heading, tabs, event, now, matters, form, at, page })
}

async fn matters(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Matter>, Fault> {
    let reviews = review::Entity::unsettled(event_id).order_by_asc(review::Column::Id).limit(MOST_LISTED);
    let reviews = reviews.all(db).await?;
    let wanted = reviews.iter().flat_map(|review| [Some(review.attempt_id), review.against_id]).flatten();
    let scans = attempt::Entity::of_event(event_id).filter(attempt::Column::Id.is_in(wanted)).all(db).await?;
    let owners = owners::find(db, &scans).await?;
    let scans: HashMap<Uuid, attempt::Model> = scans.into_iter().map(|scan| (scan.id, scan)).collect();
    let matter = |review: review::Model| {
        let scan = scans.get(&review.attempt_id).cloned();
        let owner = owners.get(&review.attempt_id).cloned();
        let other = review.against_id.and_then(|id| scans.get(&id).cloned());
        Matter { review, owner, scan, other }
    };
    Ok(reviews.into_iter().map(matter).collect())
}

impl Reviews {
    fn when(&self, at: &DateTime<Utc>) -> String {
        when::moment(self.page.language, self.event.zone(), *at, self.now)
    }

    fn kind_label(&self, matter: &Matter) -> String {
        self.page.t(match matter.review.kind {
            Kind::WouldHaveRefused => "review-would-have-refused",
            Kind::Conflict => "review-conflict",
            Kind::ClockSkew => "review-clock-skew",
            Kind::Unclear => "review-unclear",
        })
    }

    fn reason(&self, matter: &Matter) -> Option<String> {
        let code = json!(matter.review.reason?).as_str().unwrap_or_default().replace('_', "-");
        // Of a conflict the other desk's scan stands below, with its own time and place.
        (matter.review.kind != Kind::Conflict).then(|| self.page.t(&format!("review-reason-{code}")))
    }

    /// Who carried the badge, and whether they may have given the code away since.
    fn owner(&self, matter: &Matter) -> Option<String> {
        let owner = matter.owner.as_ref()?;
        let old = matter.review.reason == Some(Reason::RevokedCode);
        let nickname = owner.nickname.as_deref().unwrap_or_default();
        let gaps = [("badge", owner.badge().into()), ("nickname", nickname.into())];
        Some(self.page.say(if old { "review-owner-once" } else { "review-owner" }, &gaps))
    }

    fn skew(&self, matter: &Matter) -> Option<i64> {
        let seconds = matter.scan.as_ref()?.skew_seconds?;
        (matter.review.kind == Kind::ClockSkew).then(|| seconds.abs() / 60)
    }

    fn is_at(&self, matter: &Matter) -> bool {
        self.at == Some(matter.review.id)
    }
}
