//! One applicant: what they said, what became of it, and what is to be decided.

use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use super::labels;
use crate::accounts::display_names::load_display_names;
use crate::accounts::visit::Visit;
use crate::app::{App, House};
use crate::audit::entry;
use crate::body;
use crate::error::{Error, Fault, Refused};
use crate::events::access::{Organizer, id_in_path};
use crate::events::heading::Heading;
use crate::events::phase::Phase;
use crate::events::tabs;
use crate::invitations::invitation::{self, Kind};
use crate::invitations::invited_person;
use crate::organizations::organization;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, fluent as spoken, when};
use crate::registrations::decide::decide;
use crate::registrations::registration;
use crate::registrations::roll::{self, Applicant};
use crate::registrations::verdict::{Decision, Verdict};
use crate::registrations::withdraw::BEFORE_THE_DOORS;

#[derive(Template)]
#[template(path = "registrations/office/one.html")]
struct One {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    applicant: Applicant,
    name: String,
    side: String,
    status: String,
    pill: &'static str,
    answers: Vec<(String, String)>,
    /// What the union's own list said, where the person came by one.
    details: Vec<(String, String)>,
    history: Vec<Deed>,
    /// Where the union settles what somebody wrote as their employer.
    units: String,
    form: Form,
    may_approve: bool,
    may_reject: bool,
    may_restore: bool,
    may_shut_out: bool,
    /// That letters of decisions wait, and how long.
    waits: String,
}

/// Something that happened to the application.
struct Deed {
    at: String,
    what: String,
    who: String,
    why: Option<String>,
}

impl One {
    async fn new(house: &House, page: Page, by: &Organizer, id: Uuid) -> Result<Self, Error> {
        let (event, now) = (by.event.clone(), house.now());
        let (event_id, union) = (event.id, event.organization_id);
        let read = house.run(async move |app| {
            let db = app.database.reader();
            let row = registration::Entity::of_event(event_id).filter(registration::Column::Id.eq(id)).one(db).await?;
            let row = row.ok_or_else(Refused::not_found)?;
            let accepted = invitation::accepted_by(Kind::Participant, event_id, row.account_id).one(db).await?;
            let given = registration::seats_are_given(db, event_id).await?;
            let listed = accepted.map(|accepted| invited_person::of(&app, &accepted)).transpose()?.flatten();
            let union = organization::Entity::find_by_id(union).one(db).await?.ok_or_else(Refused::not_found)?;
            let units = format!("/office/o/{}/units", union.slug);
            Ok((roll::applicant(&app, db, row).await?, deeds(db, &app, event_id, id).await?, listed, units, given))
        });
        let (applicant, deeds, listed, units, given) = read.await?;
        let moment = |at| when::moment(page.language, event.zone(), at, now);
        let mut history = vec![Deed {
            at: moment(applicant.applied_at),
            what: page.t("deed-applied"),
            who: String::new(),
            why: None,
        }];
        history.extend(deeds.into_iter().map(|(entry, who)| Deed {
            at: moment(entry.at),
            what: deed(&page, &entry),
            who: who.unwrap_or_else(|| page.t("deed-clock")),
            why: entry.reason,
        }));
        let open = event.requires_one_of(now, &[Phase::Registration, Phase::Online, Phase::Screening]).is_ok();
        Ok(Self {
            name: labels::name(&applicant).to_owned(),
            side: labels::side(&page, applicant.side),
            status: labels::status(&page, applicant.status),
            pill: labels::pill(applicant.status),
            answers: answers(&applicant.answers),
            details: listed.map(|listed| listed.labelled_fields(&page)).unwrap_or_default(),
            may_approve: open && !given && Decision::Approve.may_follow(applicant.status) && !applicant.unit.typed,
            may_reject: open && Decision::Reject.may_follow(applicant.status),
            may_shut_out: event.requires_one_of(now, &BEFORE_THE_DOORS).is_ok()
                && Decision::ShutOut.may_follow(applicant.status),
            may_restore: open && !given && Decision::Restore.may_follow(applicant.status),
            waits: labels::letters_wait(&page, house),
            heading: Heading::of(&page, &event, now),
            tabs: tabs::of_organizer(&page, &event.slug, "registrations"),
            form: Form::default(),
            units,
            history,
            applicant,
            page,
        })
    }
}

async fn deeds(
    db: &impl ConnectionTrait,
    app: &App,
    event_id: Uuid,
    id: Uuid,
) -> Result<Vec<(entry::Model, Option<String>)>, Fault> {
    let entries = entry::Entity::find().filter(entry::Column::EventId.eq(event_id));
    let entries = entries.filter(entry::Column::SubjectId.eq(id)).order_by_asc(entry::Column::Id).all(db).await?;
    let names = load_display_names(db, app, entries.iter().filter_map(|entry| entry.actor_id).collect()).await?;
    let named = |entry: entry::Model| {
        let who = entry.actor_id.map(|id| names.get(&id).cloned().unwrap_or_default());
        (entry, who)
    };
    Ok(entries.into_iter().map(named).collect())
}

/// What a deed is called; a decision says which way it went.
fn deed(page: &Page, entry: &entry::Model) -> String {
    let decision = entry.detail.get("decision").and_then(Value::as_str).unwrap_or_default();
    let find = |key: String| spoken::find(page.language, &key.replace('_', "-"));
    find(format!("deed-{}-{decision}", entry.action))
        .or_else(|| find(format!("deed-{}", entry.action)))
        .unwrap_or_else(|| entry.action.clone())
}

fn answers(answers: &Value) -> Vec<(String, String)> {
    let value_text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    answers.as_object().into_iter().flatten().map(|(question, answer)| (question.clone(), value_text(answer))).collect()
}

/// Who: organizer.
#[get("/office/e/{event}/registrations/{id}")]
pub async fn show_registration(
    house: House,
    visit: Visit,
    by: Organizer,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    page::answer(&One::new(&house, visit.page, &by, id).await?)
}

/// Approves or rejects; the applicant gets a letter. Who: organizer.
#[post("/office/e/{event}/registrations/{id}")]
pub async fn decided(
    house: House,
    visit: Visit,
    by: Organizer,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    let who = by.clone();
    let wish = json!({ "decision": form.value("decision"), "reason": form.text("reason") });
    let decided = async {
        let verdict: Verdict = body::read(wish)?;
        house.run(async move |app| decide(&app, &who, id, verdict).await).await
    };
    match decided.await {
        Ok(_) => see_saying(&format!("/office/e/{}/registrations/{id}", by.event.slug), "decided-one"),
        Err(error) => {
            // What is not there has no page to be refused on.
            let show = async |page, form| page::answer(&One { form, ..One::new(&house, page, &by, id).await? });
            form.show_again(visit.page, error, show).await
        }
    }
}
