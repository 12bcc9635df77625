//! The roll as a table: filtered, searched, decided on in bulk.

use actix_web::{HttpResponse, get, post};
use askama::Template;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::labels;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::error::refusal::INVALID;
use crate::events::access::Organizer;
use crate::events::heading::Heading;
use crate::events::phase::Phase;
use crate::events::tabs;
use crate::invitations::invitation::{self, Kind};
use crate::page::form::Form;
use crate::page::{self, Page, Tab, flash, own_path, when};
use crate::registrations::decide::decide_many;
use crate::registrations::refusals::EMPLOYER_UNSETTLED;
use crate::registrations::registration::{Side, Status};
use crate::registrations::roll::{self, Count, Filter};
use crate::registrations::verdict::Verdicts;
use crate::units::unit;

/// What the address says. A name that is searched for is sent in a form instead: addresses are
/// kept and shared.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationsQuery {
    status: Option<Status>,
    side: Option<Side>,
    #[serde(default)]
    unit: String,
    cursor: Option<String>,
}

impl RegistrationsQuery {
    /// The part of the roll it names, from the beginning.
    pub fn filter(&self, q: &str) -> Filter {
        Filter {
            status: self.status,
            side: self.side,
            unit: self.unit.parse().ok(),
            q: (!q.trim().is_empty()).then(|| q.to_owned()),
            ..Filter::default()
        }
    }
}

/// The filter a form carries along, and the name that is searched for.
pub fn typed_filter(form: &Form) -> Result<(RegistrationsQuery, String), Error> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in ["status", "side", "unit"] {
        query.append_pair(name, form.value(name));
    }
    Ok((read_query(&query.finish())?, form.value("q").trim().chars().take(60).collect()))
}

#[derive(Template)]
#[template(path = "registrations/office/list.html")]
struct List {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    /// The statuses, each with how many stand there.
    standings: Vec<Tab>,
    rows: Vec<Row>,
    next: Option<String>,
    units: Vec<(String, String)>,
    sides: Vec<(String, String)>,
    filters: Form,
    form: Form,
    /// Where a deed comes back to.
    here: String,
    waiting: i64,
    /// How many of the lists have not answered yet.
    invited: u64,
    /// Whether anything may still be decided.
    decidable: bool,
    searched: bool,
    /// That letters of decisions wait, and how long.
    waits: String,
}

struct Row {
    id: String,
    number: String,
    name: String,
    nickname: String,
    side: String,
    unit: String,
    age: String,
    status: String,
    pill: &'static str,
    applied: String,
    decidable: bool,
}

impl List {
    async fn new(
        house: &House,
        page: Page,
        by: &Organizer,
        wanted: &RegistrationsQuery,
        q: &str,
    ) -> Result<Self, Error> {
        let (event, now) = (by.event.clone(), house.now());
        let unit = wanted.unit.parse::<Uuid>().ok();
        let limit = Some(if q.is_empty() { 100 } else { 200 });
        let filter = Filter { limit, cursor: wanted.cursor.clone(), ..wanted.filter(q) };
        let of = event.clone();
        let read = house.run(async move |app| {
            let db = app.database.reader();
            let units = unit::Entity::find().filter(unit::Column::OrganizationId.eq(of.organization_id));
            let units = units.order_by_asc(unit::Column::NameFolded).all(db).await?;
            let open = invitation::of_subject(&[Kind::Participant], of.id).filter(invitation::open_at(app.now()));
            let invited = open.count(db).await?;
            Ok((roll::page(&app, of.id, filter).await?, roll::counts(db, of.id).await?, units, invited))
        });
        let (roll, counts, units, invited) = read.await?;
        let zone = event.zone();
        let row = |applicant: roll::Applicant| Row {
            id: applicant.id.to_string(),
            name: labels::name(&applicant).to_owned(),
            nickname: applicant.real_name.as_ref().map(|_| applicant.nickname.clone()).unwrap_or_default(),
            side: labels::side(&page, applicant.side),
            age: applicant.age.map(|age| age.to_string()).unwrap_or_default(),
            status: labels::status(&page, applicant.status),
            pill: labels::pill(applicant.status),
            applied: when::moment(page.language, zone, applicant.applied_at, now),
            decidable: matches!(applicant.status, Status::Applied | Status::Approved | Status::Rejected),
            number: applicant.number,
            unit: applicant.unit.name,
        };
        let base = format!("/office/e/{}/registrations", event.slug);
        let all = |key: &str| (String::new(), page.t(key));
        let sides = [Side::Men, Side::Women].map(|side| (side.word().to_owned(), labels::side(&page, side)));
        let units = units.into_iter().map(|unit| (unit.id.to_string(), unit.name));
        let filters = [
            ("status", wanted.status.map(labels::word).unwrap_or_default()),
            ("side", wanted.side.map(|side| side.word().to_owned()).unwrap_or_default()),
            ("unit", unit.map(|unit| unit.to_string()).unwrap_or_default()),
            ("q", q.to_owned()),
        ];
        Ok(Self {
            rows: roll.items.into_iter().map(row).collect(),
            next: roll.next.filter(|_| q.is_empty()).map(|cursor| address(&base, wanted, wanted.status, Some(&cursor))),
            standings: standings(&page, &base, wanted, &counts),
            units: std::iter::once(all("roll-all-units")).chain(units).collect(),
            sides: std::iter::once(all("roll-both-sides")).chain(sides).collect(),
            filters: Form::filled(filters),
            form: Form::default(),
            here: address(&base, wanted, wanted.status, wanted.cursor.as_deref()),
            waiting: counts.iter().filter(|count| count.status == Status::Applied).map(|count| count.count).sum(),
            decidable: event.requires_one_of(now, &[Phase::Registration, Phase::Online, Phase::Screening]).is_ok(),
            searched: !q.is_empty(),
            waits: labels::letters_wait(&page, house),
            invited,
            heading: Heading::of(&page, &event, now),
            tabs: tabs::of_organizer(&page, &event.slug, "registrations"),
            page,
        })
    }
}

/// The statuses anybody has, those that wait first.
fn standings(page: &Page, base: &str, wanted: &RegistrationsQuery, counts: &[Count]) -> Vec<Tab> {
    let in_side = |count: &&Count| wanted.side.is_none_or(|side| side == count.side);
    let of = |status: Option<Status>| -> i64 {
        let counted = counts.iter().filter(in_side).filter(|count| status.is_none_or(|status| status == count.status));
        counted.map(|count| count.count).sum()
    };
    let tab = |status: Option<Status>| Tab {
        name: status.map_or_else(|| page.t("roll-all"), |status| labels::status(page, status)),
        address: address(base, wanted, status, None),
        count: u64::try_from(of(status)).ok(),
        open: wanted.status == status,
    };
    let is_told =
        |status: &Status| of(Some(*status)) > 0 || wanted.status == Some(*status) || *status == Status::Applied;
    std::iter::once(None).chain(labels::STATUSES.into_iter().filter(is_told).map(Some)).map(tab).collect()
}

fn address(base: &str, wanted: &RegistrationsQuery, status: Option<Status>, cursor: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(status) = status {
        query.append_pair("status", &labels::word(status));
    }
    if let Some(side) = wanted.side {
        query.append_pair("side", side.word());
    }
    if let Ok(unit) = wanted.unit.parse::<Uuid>() {
        query.append_pair("unit", &unit.to_string());
    }
    if let Some(cursor) = cursor {
        query.append_pair("cursor", cursor);
    }
    let query = query.finish();
    if query.is_empty() { base.to_owned() } else { format!("{base}?{query}") }
}

/// Empty filters come from a form's choices that were left alone.
fn read_query(query: &str) -> Result<RegistrationsQuery, Error> {
    let pairs = url::form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty());
    let pairs: serde_json::Map<String, Value> = pairs.map(|(name, value)| (name.into_owned(), json!(value))).collect();
    let unreadable = |wrong: serde_json::Error| INVALID.saying(wrong.to_string());
    serde_json::from_value(Value::Object(pairs)).map_err(|wrong| unreadable(wrong).into())
}

/// Who applied. Who: organizer.
#[get("/office/e/{event}/registrations")]
pub async fn show_registrations(
    house: House,
    visit: Visit,
    by: Organizer,
    request: actix_web::HttpRequest,
) -> Result<HttpResponse, Error> {
    let wanted = read_query(request.query_string())?;
    page::answer(&List::new(&house, visit.page, &by, &wanted, "").await?)
}

/// The same, by a name or a number. Reads only. Who: organizer.
#[post("/office/e/{event}/registrations")]
pub async fn searched(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let (wanted, q) = typed_filter(&form)?;
    page::answer(&List::new(&house, visit.page, &by, &wanted, &q).await?)
}

/// Decides on everybody who is ticked. Who: organizer.
#[post("/office/e/{event}/registrations/decide")]
pub async fn decided(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let request = json!({
        "ids": form.list("ids"), "decision": form.value("decision"), "reason": form.text("reason"),
    });
    decide(&house, visit.page, by, form, request).await
}

/// Approves everybody who waits and for whom somebody vouches by now, or simply everybody who
/// waits. Who: organizer.
#[post("/office/e/{event}/registrations/approve")]
pub async fn approved(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    let request = json!({ "decision": "approve", "waiting": { "vouched": form.value("who") != "all" } });
    decide(&house, visit.page, by, form, request).await
}

async fn decide(house: &House, page: Page, by: Organizer, form: Form, request: Value) -> Result<HttpResponse, Error> {
    let base = format!("/office/e/{}/registrations", by.event.slug);
    let back = own_path(Some(form.value("back")));
    let back = if back.starts_with(&base) { back.to_owned() } else { base };
    let who = by.clone();
    let verdict = async {
        let verdicts: Verdicts = body::read(request)?;
        house.run(async move |app| decide_many(&app, &who, verdicts).await).await
    };
    match verdict.await {
        Ok(settled) => {
            let waits = settled.unchanged.iter().any(|left| left.code == EMPLOYER_UNSETTLED.code);
            let key = if waits { "decided-some" } else { "decided" };
            flash::see_counting(&back, key, settled.decided.len() as u64)
        }
        Err(error) => {
            let wanted = read_query(back.split_once('?').map_or("", |(_, query)| query))?;
            let show =
                async |page, form| page::answer(&List { form, ..List::new(house, page, &by, &wanted, "").await? });
            form.show_again(page, error, show).await
        }
    }
}
