//! `/admin`: what an administrator looks after: the unions, the year over all of them, and whether
//! the house is well.

use std::collections::HashMap;

use actix_web::web::Query;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Asia::Shanghai;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::outbox::{self, Standing};
use crate::accounts::visit::Visit;
use crate::app::{App, House};
use crate::body;
use crate::clock_watch;
use crate::error::{Error, Fault};
use crate::events::event;
use crate::mail::letter;
use crate::organizations::access::Administrator;
use crate::organizations::create_union::{NewOrganization, create_union};
use crate::organizations::{organization, staff};
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, when};
use crate::reports::report_request::{OfYear, of_house};
use crate::reports::year::YearReport;

/// A letter that waits longer than this is worth a look, in minutes.
const PATIENCE: i64 = 15;

#[derive(Template)]
#[template(path = "office/house.html")]
struct HousePage {
    page: Page,
    form: Form,
    unions: Vec<Union>,
    report: YearReport,
    sentence: String,
    health: Vec<Sign>,
    /// Where nobody is sure what time it is: by the house, and by the machine.
    unsure: Option<(String, String)>,
}

struct Union {
    slug: String,
    name: String,
    since: String,
    staff: i64,
    events: i64,
}

/// How something is, and whether that is well.
struct Sign {
    name: String,
    text: String,
    well: bool,
}

struct Read {
    unions: Vec<organization::Model>,
    staff: HashMap<Uuid, i64>,
    events: HashMap<Uuid, i64>,
    letters: HashMap<Standing, u64>,
    /// When the letter was written that waits longest.
    oldest: Option<DateTime<Utc>>,
}

/// Who: administrator.
#[get("/admin")]
pub async fn show_house(
    house: House,
    visit: Visit,
    _: Administrator,
    of: Query<OfYear>,
) -> Result<HttpResponse, Error> {
    HousePage::answer(&house, visit.page, &of, Form::default()).await
}

/// Takes in a union. Who: administrator.
#[post("/admin/unions")]
pub async fn founded(house: House, visit: Visit, by: Administrator, form: Form) -> Result<HttpResponse, Error> {
    let (slug, name, name_en) = (form.value("slug").trim(), form.value("name"), form.text("name_en"));
    let request = json!({ "slug": slug, "name": name, "name_en": name_en });
    let taken_in = async {
        let wish: NewOrganization = body::read(request)?;
        house.run(async move |app| create_union(&app, &by, wish).await).await
    };
    match taken_in.await {
        Ok(union) => see_saying(&format!("/office/o/{}/staff", union.slug), "union-founded"),
        Err(error) => {
            let this_year = OfYear::default();
            form.show_again(visit.page, error, |page, form| HousePage::answer(&house, page, &this_year, form)).await
        }
    }
}

/// The machine's clock is right. Who: administrator.
#[post("/admin/clock")]
pub async fn confirmed(house: House, by: Administrator) -> Result<HttpResponse, Error> {
    let account_id = by.0.account_id;
    house.run(async move |app| clock_watch::confirm(&app, account_id).await).await?;
    see_saying("/admin", "clock-confirmed")
}

async fn read(app: &App) -> Result<Read, Fault> {
    let db = app.database.reader();
    let waits = letter::Entity::find().filter(outbox::visible());
    let waits = waits.filter(letter::Column::State.eq(letter::State::Waiting));
    let oldest = waits.order_by_asc(letter::Column::PostedAt).one(db).await?;
    Ok(Read {
        unions: organization::Entity::find().order_by_asc(organization::Column::Id).all(db).await?,
        staff: counts::<staff::Entity>(db, staff::Column::OrganizationId).await?,
        events: counts::<event::Entity>(db, event::Column::OrganizationId).await?,
        letters: outbox::counts(db).await?,
        oldest: oldest.map(|letter| letter.posted_at),
    })
}

/// How many rows there are to each union.
async fn counts<E: EntityTrait>(db: &impl ConnectionTrait, union: E::Column) -> Result<HashMap<Uuid, i64>, DbErr> {
    let counted = E::find().select_only().column(union).column_as(union.count(), "count").group_by(union);
    Ok(counted.into_tuple::<(Uuid, i64)>().all(db).await?.into_iter().collect())
}

impl HousePage {
    async fn answer(house: &House, page: Page, of: &OfYear, form: Form) -> Result<HttpResponse, Error> {
        let read = house.ask(async move |app| read(&app).await).await?;
        let (report, now) = (of_house(house, of).await?, house.now());
        let union = |union: &organization::Model| Union {
            name: union.name_in(page.language).to_owned(),
            since: when::day(page.language, Shanghai, union.created_at, now),
            staff: read.staff.get(&union.id).copied().unwrap_or(0),
            events: read.events.get(&union.id).copied().unwrap_or(0),
            slug: union.slug.clone(),
        };
        page::answer(&Self {
            unions: read.unions.iter().map(union).collect(),
            sentence: report.sentence.in_language(page.language).to_owned(),
            health: health(house, &page, &read),
            unsure: house.clock.unsure().map(|unsure| (clock(unsure.house), clock(unsure.machine))),
            report,
            form,
            page,
        })
    }
}

/// A moment to the second, as clocks are compared.
fn clock(moment: DateTime<Utc>) -> String {
    moment.with_timezone(&Shanghai).format("%Y-%m-%d %H:%M:%S").to_string()
}

fn health(house: &House, page: &Page, read: &Read) -> Vec<Sign> {
    let (now, postgres) = (house.now(), house.database.is_postgres());
    let letters = |standing| read.letters.get(&standing).copied().unwrap_or(0);
    let late = read.oldest.is_some_and(|oldest| now - oldest > TimeDelta::minutes(PATIENCE));
    let sign = |key: &str, text: String, well| Sign { name: page.t(key), text, well };
    let count = |standing| page.say("house-letters", &[("count", letters(standing).into())]);
    vec![
        sign("house-database", if postgres { "PostgreSQL" } else { "SQLite" }.to_owned(), true),
        sign("house-clock", clock(now), house.clock.unsure().is_none_or(|unsure| unsure.at_start)),
        sign("house-waiting", count(Standing::Waiting), !late),
        sign("house-failed", count(Standing::Failed), letters(Standing::Failed) == 0),
        sign("house-version", env!("CARGO_PKG_VERSION").to_owned(), true),
    ]
}
