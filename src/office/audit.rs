//! The audit as pages: of one event for its organizers, of the whole house for administrators.

use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use chrono_tz::Asia::Shanghai;
use chrono_tz::Tz;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};
use serde_json::{Map, Value, json};

use super::audit_log::{self, AuditEntries, AuditQuery, Deed};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::audit::entry;
use crate::error::Error;
use crate::error::refusal::INVALID;
use crate::events::access::Organizer;
use crate::events::heading::Heading;
use crate::events::tabs;
use crate::organizations::access::Administrator;
use crate::page::form::Form;
use crate::page::{self, Page, Tab};

#[derive(Template)]
#[template(path = "office/audit.html")]
struct Audit {
    page: Page,
    /// None: of the whole house.
    heading: Option<Heading>,
    tabs: Vec<Tab>,
    base: String,
    rows: Vec<Row>,
    next: Option<String>,
    actions: Vec<(String, String)>,
    people: Vec<(String, String)>,
    filters: Form,
}

struct Row {
    at: String,
    what: String,
    who: String,
    whom: String,
    why: String,
    union: String,
}

/// Who: organizer.
#[get("/office/e/{event}/audit")]
pub async fn of_event(house: House, visit: Visit, by: Organizer, request: HttpRequest) -> Result<HttpResponse, Error> {
    let (page, zone) = (visit.page, by.event.zone());
    let base = format!("/office/e/{}/audit", by.event.slug);
    let heading = Heading::of(&page, &by.event, house.now());
    let tabs = tabs::of_organizer(&page, &by.event.slug, "audit");
    let of = entry::Entity::find().filter(entry::Column::EventId.eq(by.event.id));
    let audit = Audit { heading: Some(heading), tabs, ..build_audit(&house, page, base, of, &request, zone).await? };
    page::answer(&audit)
}

/// Who: administrator.
#[get("/admin/audit")]
pub async fn of_house(
    house: House,
    visit: Visit,
    _: Administrator,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let of = entry::Entity::find();
    page::answer(&build_audit(&house, visit.page, "/admin/audit".to_owned(), of, &request, Shanghai).await?)
}

async fn build_audit(
    house: &House,
    page: Page,
    base: String,
    of: Select<entry::Entity>,
    request: &HttpRequest,
    zone: Tz,
) -> Result<Audit, Error> {
    let pairs = url::form_urlencoded::parse(request.query_string().as_bytes()).filter(|(_, value)| !value.is_empty());
    let pairs: Map<String, Value> = pairs.map(|(name, value)| (name.into_owned(), json!(value))).collect();
    let unreadable = |wrong: serde_json::Error| INVALID.saying(wrong.to_string());
    let wanted: AuditQuery = serde_json::from_value(Value::Object(pairs)).map_err(unreadable)?;
    let query = wanted.clone();
    let AuditEntries { deeds, actions, people } =
        house.run(async move |app| audit_log::find(app.database.reader(), &app, of, &query, zone).await).await?;
    let now = house.now();
    let row = |deed: Deed| Row {
        at: audit_log::moment(&page, zone, &deed, now),
        what: audit_log::words_of(&page, &deed.entry.action),
        who: deed.who.unwrap_or_else(|| page.t("deed-clock")),
        whom: deed.whom.unwrap_or_default(),
        why: deed.entry.reason.unwrap_or_default(),
        union: deed.union.unwrap_or_default(),
    };
    let filters = [("action", &wanted.action), ("who", &wanted.who), ("from", &wanted.from), ("to", &wanted.to)];
    let next = deeds.next.as_ref().map(|cursor| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(filters.iter().filter(|(_, value)| !value.is_empty()));
        format!("{base}?{}", query.append_pair("cursor", cursor).finish())
    });
    let any = |key: &str| (String::new(), page.t(key));
    let actions = actions.into_iter().map(|action| (action.clone(), audit_log::words_of(&page, &action)));
    let clock = ("clock".to_owned(), page.t("deed-clock"));
    Ok(Audit {
        heading: None,
        tabs: Vec::new(),
        actions: std::iter::once(any("audit-any-action")).chain(actions).collect(),
        people: [any("audit-anybody"), clock].into_iter().chain(people).collect(),
        filters: Form::filled(filters.map(|(name, value)| (name, value.clone()))),
        rows: deeds.items.into_iter().map(row).collect(),
        next,
        base,
        page,
    })
}
