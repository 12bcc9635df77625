//! A union looks after its goods: the rule, the catalogue and how it is doing.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::item::{self, NewGoods};
use super::ledger_view::{self, GoodsFigures};
use super::letters::ZONE;
use super::rule::{self, GoodsRule};
use super::{offer, set_rule};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::{Error, Fault, Refused};
use crate::events::access::id_in_path;
use crate::events::event::zone_named;
use crate::organizations::access::OrganizationStaff;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, when};

/// How a browser writes a moment of a calendar.
const TYPED: &str = "%Y-%m-%dT%H:%M";

#[derive(Template)]
#[template(path = "goods/office.html")]
struct Office {
    page: Page,
    slug: String,
    union: String,
    form: Form,
    /// What the form changes; None where it offers something new.
    changes: Option<Uuid>,
    rule: Option<GoodsRule>,
    figures: GoodsFigures,
    items: Vec<item::Model>,
    now: DateTime<Utc>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(catalogue).service(rule_form).service(offer_form).service(one).service(amend_form).service(out_form);
}

impl Office {
    fn day(&self, at: &DateTime<Utc>) -> String {
        when::day(self.page.language, zone_named(ZONE), *at, self.now)
    }

    fn standing(&self, item: &item::Model) -> (&'static str, &'static str) {
        if item.withdrawn_at.is_some() {
            ("pill over", "goods-withdrawn")
        } else if item.until_at <= self.now {
            ("pill over", "goods-past")
        } else if item.from_at > self.now {
            ("pill", "goods-ahead")
        } else {
            ("pill good", "goods-on-offer")
        }
    }

    fn is_ruled(&self, pick: impl Fn(&GoodsRule) -> bool) -> bool {
        self.rule.as_ref().is_some_and(pick)
    }

    fn opens(&self) -> bool {
        self.is_ruled(|rule| rule.open)
    }

    fn returns(&self) -> bool {
        self.rule.as_ref().is_none_or(|rule| rule.credit_returns)
    }

    fn days(&self) -> i32 {
        self.rule.as_ref().map_or(90, |rule| rule.valid_days)
    }
}

fn address(by: &OrganizationStaff) -> String {
    format!("/office/o/{}/goods", by.organization.slug)
}

async fn office(
    house: &House,
    page: Page,
    by: &OrganizationStaff,
    changes: Option<Uuid>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (slug, union) = (by.organization.slug.clone(), by.organization.name_in(page.language).to_owned());
    let id = by.organization.id;
    let read = house.ask(async move |app| {
        let db = app.database.reader();
        let rule = rule::Entity::find_by_id(id).one(db).await?;
        let (figures, items) = (ledger_view::figures(db, id).await?, ledger_view::items(db, id).await?);
        Ok::<_, Fault>((rule.as_ref().map(GoodsRule::from), figures, items))
    });
    let (rule, figures, items) = read.await?;
    page::answer(&Office { slug, union, form, changes, rule, figures, items, now: house.now(), page })
}

fn empty() -> Form {
    Form::filled([("stock", "1"), ("most_each", "1")])
}

/// Who: organizer of the union, administrator.
#[get("/office/o/{organization}/goods")]
async fn catalogue(house: House, visit: Visit, by: OrganizationStaff) -> Result<HttpResponse, Error> {
    office(&house, visit.page, &by, None, empty()).await
}

/// Says how goods are given. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/goods-rule")]
async fn rule_form(house: House, visit: Visit, by: OrganizationStaff, form: Form) -> Result<HttpResponse, Error> {
    let who = by.clone();
    let set = async {
        let days = form.number("valid_days");
        let wish = json!({
            "open": form.flag("open"),
            "valid_days": if days.is_null() { json!(0) } else { days },
            "credit_returns": form.flag("credit_returns"),
        });
        let wish: GoodsRule = body::read(wish)?;
        house.run(async move |app| set_rule::set_rule(&app, &who, wish).await).await
    };
    match set.await {
        Ok(_) => see_saying(&address(&by), "goods-rule-set"),
        Err(error) => form.show_again(visit.page, error, |page, form| office(&house, page, &by, None, form)).await,
    }
}

/// Offers something. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/goods")]
async fn offer_form(house: House, visit: Visit, by: OrganizationStaff, form: Form) -> Result<HttpResponse, Error> {
    let who = by.clone();
    let offered = async {
        let wish: NewGoods = body::read(request(&form))?;
        house.run(async move |app| offer::offer(&app, &who, wish).await).await
    };
    match offered.await {
        Ok(_) => see_saying(&address(&by), "goods-offered"),
        Err(error) => form.show_again(visit.page, error, |page, form| office(&house, page, &by, None, form)).await,
    }
}

/// Something of the catalogue, in the form. Who: organizer of the union, administrator.
#[get("/office/o/{organization}/goods/{id}")]
async fn one(house: House, visit: Visit, by: OrganizationStaff, request: HttpRequest) -> Result<HttpResponse, Error> {
    let (id, union) = (id_in_path(&request, "id")?, by.organization.id);
    let found = house.run(async move |app| {
        let found = item::Entity::find_by_id(id).one(app.database.reader()).await?;
        found.filter(|item| item.organization_id == union).ok_or_else(|| Refused::not_found().into())
    });
    let form = filled(&found.await?);
    office(&house, visit.page, &by, Some(id), form).await
}

/// Says it anew. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/goods/{id}")]
async fn amend_form(
    house: House,
    visit: Visit,
    by: OrganizationStaff,
    path: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (who, id) = (by.clone(), id_in_path(&path, "id")?);
    let amended = async {
        let wish: NewGoods = body::read(request(&form))?;
        house.run(async move |app| offer::amend(&app, &who, id, wish).await).await
    };
    match amended.await {
        Ok(_) => see_saying(&address(&by), "goods-amended"),
        Err(error) => form.show_again(visit.page, error, |page, form| office(&house, page, &by, Some(id), form)).await,
    }
}

/// Takes it out of the catalogue. Who: organizer of the union, administrator.
#[post("/office/o/{organization}/goods/{id}/withdraw")]
async fn out_form(house: House, by: OrganizationStaff, request: HttpRequest) -> Result<HttpResponse, Error> {
    let (id, back) = (id_in_path(&request, "id")?, address(&by));
    house.run(async move |app| offer::withdraw(&app, &by, id).await).await?;
    see_saying(&back, "goods-withdrawn")
}

/// The request a program would send.
fn request(form: &Form) -> Value {
    let needed = |name: &str| match form.number(name) {
        Value::Null => json!(0),
        typed => typed,
    };
    json!({
        "name": form.value("name"),
        "about": form.value("about"),
        "price": needed("price"),
        "stock": needed("stock"),
        "most_each": needed("most_each"),
        "place": form.value("place"),
        "from_at": moment(form.value("from_at")),
        "until_at": moment(form.value("until_at")),
    })
}

/// A moment as it was typed; what is none stays as it is, and is refused.
fn moment(typed: &str) -> Value {
    let local = NaiveDateTime::parse_from_str(typed, TYPED).ok();
    let at = local.and_then(|local| zone_named(ZONE).from_local_datetime(&local).earliest());
    at.map_or_else(|| json!(typed), |at| json!(at.to_utc()))
}

fn filled(item: &item::Model) -> Form {
    let typed = |at: DateTime<Utc>| at.with_timezone(&zone_named(ZONE)).format(TYPED).to_string();
    Form::filled([
        ("name", item.name.clone()),
        ("about", item.about.clone()),
        ("price", item.price.to_string()),
        ("stock", item.stock.to_string()),
        ("most_each", item.most_each.to_string()),
        ("place", item.place.clone()),
        ("from_at", typed(item.from_at)),
        ("until_at", typed(item.until_at)),
    ])
}
